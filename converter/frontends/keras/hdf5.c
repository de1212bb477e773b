#include "hdf5.h"

#include "base/checked.h"
#include "base/error.h"
#include "base/limits.h"

#ifdef HAVE_HDF5
#include <hdf5.h>

/* What a text of an attribute may be: the configuration of a large model. */
#define MAX_TEXT  ((gsize) 64 << 20)
#define MAX_TEXTS 65536

struct _WeirHdf5 {
  hid_t file;
  WeirBudget budget;
};

static void
prepare (void)
{
  static gsize ready;

  if (!g_once_init_enter (&ready))
    return;
  H5open ();
  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
  H5PLset_loading_state (0);
  g_once_init_leave (&ready, 1);
}

WeirHdf5 *
weir_hdf5_open (GBytes *bytes, GError **error)
{
  WeirHdf5 *h = g_new0 (WeirHdf5, 1);
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);
  hid_t access;

  prepare ();
  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
  weir_budget_init (&h->budget, size);
  access = H5Pcreate (H5P_FILE_ACCESS);
  H5Pset_fapl_core (access, 65536, 0);
  H5Pset_file_image (access, (void *) data, size);
  h->file = H5Fopen ("model", H5F_ACC_RDONLY, access);
  H5Pclose (access);
  if (h->file >= 0)
    return h;
  g_free (h);
  weir_fail (error, WEIR_ERROR_FORMAT, "the HDF5 file is broken");
  return NULL;
}

void
weir_hdf5_free (WeirHdf5 *h)
{
  if (h == NULL)
    return;
  H5Fclose (h->file);
  g_free (h);
}

/* Every part of the way must be a plain link: others lead out of the file. */
gboolean
weir_hdf5_has (WeirHdf5 *h, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  g_autoptr (GString) way = g_string_new ("/");

  for (guint i = 0; parts[i] != NULL; i++) {
    H5L_info_t info;

    if (*parts[i] == '\0')
      continue;
    g_string_append (way, parts[i]);
    if (H5Lexists (h->file, way->str, H5P_DEFAULT) <= 0 ||
        H5Lget_info (h->file, way->str, &info, H5P_DEFAULT) < 0 ||
        info.type != H5L_TYPE_HARD)
      return FALSE;
    g_string_append_c (way, '/');
  }
  return TRUE;
}

/* Texts of one length, one behind the other. */
static GStrv
read_fixed (WeirHdf5 *h, hid_t attribute, hid_t type, gsize count)
{
  gsize size = H5Tget_size (type), all;
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();
  char *data;

  if (size == 0 || size > MAX_TEXT || !weir_mul_size (size, count, &all) ||
      all > MAX_TEXT || !weir_budget_take (&h->budget, all, "texts", NULL))
    return NULL;
  data = weir_try_alloc (all, NULL);
  if (data == NULL || H5Aread (attribute, type, data) < 0) {
    weir_free (data);
    return NULL;
  }
  for (gsize i = 0; i < count; i++) {
    g_autofree char *text = g_strndup (data + i * size, size);

    g_strv_builder_add (texts, text);
  }
  weir_free (data);
  return g_strv_builder_end (texts);
}

static GStrv
read_variable (hid_t attribute, hid_t space, gsize count)
{
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();
  g_autofree char **data = g_new0 (char *, count);
  hid_t memory = H5Tcopy (H5T_C_S1);
  gboolean good;

  H5Tset_size (memory, H5T_VARIABLE);
  H5Tset_cset (memory, H5T_CSET_UTF8);
  good = H5Aread (attribute, memory, data) >= 0;
  if (!good) {
    H5Tset_cset (memory, H5T_CSET_ASCII);
    good = H5Aread (attribute, memory, data) >= 0;
  }
  for (gsize i = 0; good && i < count; i++)
    g_strv_builder_add (texts, data[i] != NULL ? data[i] : "");
  if (good)
    H5Dvlen_reclaim (memory, space, H5P_DEFAULT, data);
  H5Tclose (memory);
  return good ? g_strv_builder_end (texts) : NULL;
}

GStrv
weir_hdf5_texts (WeirHdf5 *h, const char *object, const char *name)
{
  hid_t attribute, type, space;
  hssize_t count;
  GStrv texts = NULL;

  if (!weir_hdf5_has (h, object))
    return NULL;
  if (H5Aexists_by_name (h->file, object, name, H5P_DEFAULT) <= 0)
    return NULL;
  attribute = H5Aopen_by_name (h->file, object, name, H5P_DEFAULT, H5P_DEFAULT);
  if (attribute < 0)
    return NULL;
  type = H5Aget_type (attribute);
  space = H5Aget_space (attribute);
  count = H5Sget_simple_extent_npoints (space);
  if (H5Tget_class (type) == H5T_STRING && count >= 0 && count <= MAX_TEXTS)
    texts = H5Tis_variable_str (type) > 0
                ? read_variable (attribute, space, (gsize) count)
                : read_fixed (h, attribute, type, (gsize) count);
  H5Sclose (space);
  H5Tclose (type);
  H5Aclose (attribute);
  return texts;
}

static const struct {
  H5T_class_t kind;
  gsize size;
  gboolean is_signed;
  WeirDtype dtype;
} types[] = {
  { H5T_FLOAT, 4, TRUE, WEIR_DTYPE_F32 },   { H5T_FLOAT, 8, TRUE, WEIR_DTYPE_F64 },
  { H5T_FLOAT, 2, TRUE, WEIR_DTYPE_F16 },   { H5T_INTEGER, 1, TRUE, WEIR_DTYPE_I8 },
  { H5T_INTEGER, 1, FALSE, WEIR_DTYPE_U8 }, { H5T_INTEGER, 4, TRUE, WEIR_DTYPE_I32 },
  { H5T_INTEGER, 8, TRUE, WEIR_DTYPE_I64 },
};

static WeirDtype
dtype_of (hid_t type)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].kind == H5Tget_class (type) && types[i].size == H5Tget_size (type) &&
        (types[i].kind == H5T_FLOAT ||
         types[i].is_signed == (H5Tget_sign (type) == H5T_SGN_2)))
      return types[i].dtype;
  return WEIR_DTYPE_UNKNOWN;
}

static gboolean
shape_of (hid_t space, WeirShape *shape, GError **error)
{
  int rank = H5Sget_simple_extent_ndims (space);
  hsize_t dims[H5S_MAX_RANK];
  gint64 values[WEIR_MAX_RANK];

  if (rank < 0 || rank > WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "rank %d; at most %d is supported",
                      rank, WEIR_MAX_RANK);
  H5Sget_simple_extent_dims (space, dims, NULL);
  for (int i = 0; i < rank; i++)
    values[i] = dims[i] > G_MAXINT64 ? G_MAXINT64 : (gint64) dims[i];
  return weir_shape_init (shape, values, (gsize) rank, error);
}

/* Contents that lie in other files are not read. */
static gboolean
lies_here (hid_t dataset)
{
  hid_t made = H5Dget_create_plist (dataset);
  gboolean here = made >= 0 && H5Pget_layout (made) != H5D_VIRTUAL &&
                  H5Pget_external_count (made) <= 0;

  H5Pclose (made);
  return here;
}

static WeirTensor *
read_dataset (WeirHdf5 *h, hid_t dataset, hid_t type, hid_t space, GError **error)
{
  WeirDtype dtype = dtype_of (type);
  WeirTensor *tensor = NULL;
  WeirShape shape;
  gsize size;
  hid_t native;

  if (dtype == WEIR_DTYPE_UNKNOWN || !lies_here (dataset)) {
    weir_fail (error, WEIR_ERROR_UNSUPPORTED,
               "its element type is not supported, or its contents lie elsewhere");
    return NULL;
  }
  if (shape_of (space, &shape, error) &&
      weir_tensor_bytes (dtype, &shape, &size, error) &&
      weir_budget_take (&h->budget, size, "a dataset", error))
    tensor = weir_tensor_new (dtype, &shape, error);
  if (tensor == NULL)
    return NULL;
  native = H5Tcopy (type);
  H5Tset_order (native, H5T_ORDER_LE);
  if (H5Dread (dataset, native, H5S_ALL, H5S_ALL, H5P_DEFAULT,
               weir_tensor_writable (tensor)) < 0) {
    weir_fail (error, WEIR_ERROR_FORMAT, "it cannot be read");
    g_clear_pointer (&tensor, weir_tensor_unref);
  }
  H5Tclose (native);
  return tensor;
}

WeirTensor *
weir_hdf5_tensor (WeirHdf5 *h, const char *path, GError **error)
{
  hid_t dataset = -1, type, space;
  WeirTensor *tensor;

  if (weir_hdf5_has (h, path))
    dataset = H5Dopen2 (h->file, path, H5P_DEFAULT);
  if (dataset < 0) {
    weir_fail (error, WEIR_ERROR_FORMAT, "there is no dataset '%s'", path);
    return NULL;
  }
  type = H5Dget_type (dataset);
  space = H5Dget_space (dataset);
  tensor = read_dataset (h, dataset, type, space, error);
  H5Sclose (space);
  H5Tclose (type);
  H5Dclose (dataset);
  if (tensor == NULL)
    g_prefix_error (error, "dataset '%s': ", path);
  return tensor;
}
#else
WeirHdf5 *
weir_hdf5_open (GBytes *bytes, GError **error)
{
  (void) bytes;
  weir_fail (error, WEIR_ERROR_UNSUPPORTED, "this build of Weir leaves out HDF5");
  return NULL;
}

void
weir_hdf5_free (WeirHdf5 *file)
{
  (void) file;
}

gboolean
weir_hdf5_has (WeirHdf5 *file, const char *path)
{
  (void) file;
  (void) path;
  return FALSE;
}

GStrv
weir_hdf5_texts (WeirHdf5 *file, const char *object, const char *attribute)
{
  (void) file;
  (void) object;
  (void) attribute;
  return NULL;
}

WeirTensor *
weir_hdf5_tensor (WeirHdf5 *file, const char *path, GError **error)
{
  (void) file;
  weir_fail (error, WEIR_ERROR_UNSUPPORTED, "'%s': this build leaves out HDF5", path);
  return NULL;
}
#endif

char *
weir_hdf5_text (WeirHdf5 *file, const char *object, const char *attribute)
{
  g_auto (GStrv) texts = weir_hdf5_texts (file, object, attribute);

  return texts != NULL && texts[0] != NULL ? g_strdup (texts[0]) : NULL;
}
