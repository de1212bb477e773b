#include "hdf5.h"

#include "base/checked.h"
#include "base/error.h"
#include "base/limits.h"

#ifdef HAVE_HDF5
#include "hdf5-check.h"
#include "hdf5-library.h"

/* What a text of an attribute may be: the configuration of a large model. */
#define MAX_TEXT  ((gsize) 64 << 20)
#define MAX_TEXTS 65536

struct _WeirHdf5 {
  const WeirHdf5Library *lib;
  hid_t file;
  WeirBudget budget;
};

WeirHdf5 *
weir_hdf5_open (GBytes *bytes, GError **error)
{
  const WeirHdf5Library *lib = weir_hdf5_library (error);
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);
  const WeirBytes view = WEIR_BYTES (data, size);
  WeirHdf5 *h;
  hid_t access;

  if (lib == NULL || !weir_hdf5_check (&view, error))
    return NULL;
  h = g_new0 (WeirHdf5, 1);
  h->lib = lib;
  h->lib->set_error_printer (H5E_DEFAULT, NULL, NULL);
  weir_budget_init (&h->budget, size);
  access = h->lib->list_create (*h->lib->file_access);
  h->lib->list_in_memory (access, 65536, 0);
  h->lib->list_image (access, (void *) data, size);
  h->file = h->lib->file_open ("model", H5F_ACC_RDONLY, access);
  h->lib->list_close (access);
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
  h->lib->file_close (h->file);
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
    if (h->lib->link_exists (h->file, way->str, H5P_DEFAULT) <= 0 ||
        h->lib->link_info (h->file, way->str, &info, H5P_DEFAULT) < 0 ||
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
  gsize size = h->lib->type_size (type), all;
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();
  char *data;

  if (size == 0 || size > MAX_TEXT || !weir_mul_size (size, count, &all) ||
      all > MAX_TEXT || !weir_budget_take (&h->budget, all, "texts", NULL))
    return NULL;
  data = weir_try_alloc (all, NULL);
  if (data == NULL || h->lib->attribute_read (attribute, type, data) < 0) {
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
read_variable (WeirHdf5 *h, hid_t attribute, hid_t space, gsize count)
{
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();
  g_autofree char **data = g_new0 (char *, count);
  hid_t memory = h->lib->type_copy (*h->lib->text);
  gboolean good;

  h->lib->type_set_size (memory, H5T_VARIABLE);
  h->lib->type_set_charset (memory, H5T_CSET_UTF8);
  good = h->lib->attribute_read (attribute, memory, data) >= 0;
  if (!good) {
    h->lib->type_set_charset (memory, H5T_CSET_ASCII);
    good = h->lib->attribute_read (attribute, memory, data) >= 0;
  }
  for (gsize i = 0; good && i < count; i++)
    g_strv_builder_add (texts, data[i] != NULL ? data[i] : "");
  if (good)
    h->lib->texts_free (memory, space, H5P_DEFAULT, data);
  h->lib->type_close (memory);
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
  if (h->lib->attribute_exists (h->file, object, name, H5P_DEFAULT) <= 0)
    return NULL;
  attribute = h->lib->attribute_open (h->file, object, name, H5P_DEFAULT, H5P_DEFAULT);
  if (attribute < 0)
    return NULL;
  type = h->lib->attribute_type (attribute);
  space = h->lib->attribute_space (attribute);
  count = h->lib->space_count (space);
  if (h->lib->type_class (type) == H5T_STRING && count >= 0 && count <= MAX_TEXTS)
    texts = h->lib->type_is_text_of_any_length (type) > 0
                ? read_variable (h, attribute, space, (gsize) count)
                : read_fixed (h, attribute, type, (gsize) count);
  h->lib->space_close (space);
  h->lib->type_close (type);
  h->lib->attribute_close (attribute);
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
dtype_of (const WeirHdf5 *h, hid_t type)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].kind == h->lib->type_class (type) &&
        types[i].size == h->lib->type_size (type) &&
        (types[i].kind == H5T_FLOAT ||
         types[i].is_signed == (h->lib->type_sign (type) == H5T_SGN_2)))
      return types[i].dtype;
  return WEIR_DTYPE_UNKNOWN;
}

static gboolean
shape_of (const WeirHdf5 *h, hid_t space, WeirShape *shape, GError **error)
{
  int rank = h->lib->space_rank (space);
  hsize_t dims[H5S_MAX_RANK];
  gint64 values[WEIR_MAX_RANK];

  if (rank < 0 || rank > WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "rank %d; at most %d is supported",
                      rank, WEIR_MAX_RANK);
  h->lib->space_dims (space, dims, NULL);
  for (int i = 0; i < rank; i++)
    values[i] = dims[i] > G_MAXINT64 ? G_MAXINT64 : (gint64) dims[i];
  return weir_shape_init (shape, values, (gsize) rank, error);
}

/* Contents that lie in other files are not read. */
static gboolean
lies_here (const WeirHdf5 *h, hid_t dataset)
{
  hid_t made = h->lib->dataset_creation (dataset);
  gboolean here = made >= 0 && h->lib->list_layout (made) != H5D_VIRTUAL &&
                  h->lib->list_externals (made) <= 0;

  h->lib->list_close (made);
  return here;
}

static WeirTensor *
read_dataset (WeirHdf5 *h, hid_t dataset, hid_t type, hid_t space, GError **error)
{
  WeirDtype dtype = dtype_of (h, type);
  WeirTensor *tensor = NULL;
  WeirShape shape;
  gsize size;
  hid_t native;

  if (dtype == WEIR_DTYPE_UNKNOWN || !lies_here (h, dataset)) {
    weir_fail (error, WEIR_ERROR_UNSUPPORTED,
               "its element type is not supported, or its contents lie elsewhere");
    return NULL;
  }
  if (shape_of (h, space, &shape, error) &&
      weir_tensor_bytes (dtype, &shape, &size, error) &&
      weir_budget_take (&h->budget, size, "a dataset", error))
    tensor = weir_tensor_new (dtype, &shape, error);
  if (tensor == NULL)
    return NULL;
  native = h->lib->type_copy (type);
  h->lib->type_set_order (native, H5T_ORDER_LE);
  if (h->lib->dataset_read (dataset, native, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                            weir_tensor_writable (tensor)) < 0) {
    weir_fail (error, WEIR_ERROR_FORMAT, "it cannot be read");
    g_clear_pointer (&tensor, weir_tensor_unref);
  }
  h->lib->type_close (native);
  return tensor;
}

WeirTensor *
weir_hdf5_tensor (WeirHdf5 *h, const char *path, GError **error)
{
  hid_t dataset = -1, type, space;
  WeirTensor *tensor;

  if (weir_hdf5_has (h, path))
    dataset = h->lib->dataset_open (h->file, path, H5P_DEFAULT);
  if (dataset < 0) {
    weir_fail (error, WEIR_ERROR_FORMAT, "there is no dataset '%s'", path);
    return NULL;
  }
  type = h->lib->dataset_type (dataset);
  space = h->lib->dataset_space (dataset);
  tensor = read_dataset (h, dataset, type, space, error);
  h->lib->space_close (space);
  h->lib->type_close (type);
  h->lib->dataset_close (dataset);
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
