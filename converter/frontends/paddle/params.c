#include "base/checked.h"
#include "paddle.h"

#include <string.h>

/* Parameters (paddle/fluid/framework/lod_tensor.cc, SerializeToStream): version, levels
 * of sequences, version, a TensorDesc, elements. A combined file holds them in the order
 * of their names; else each is a file of its own. */

#define LOD_TENSOR 7

/* No network nests its sequences deeper. */
#define MAX_LEVELS 16

static const struct {
  int type;
  WeirDtype dtype;
} dtypes[] = {
  { 0, WEIR_DTYPE_BOOL }, { 1, WEIR_DTYPE_I16 },   { 2, WEIR_DTYPE_I32 },
  { 3, WEIR_DTYPE_I64 },  { 4, WEIR_DTYPE_F16 },   { 5, WEIR_DTYPE_F32 },
  { 6, WEIR_DTYPE_F64 },  { 19, WEIR_DTYPE_U64 },  { 20, WEIR_DTYPE_U8 },
  { 21, WEIR_DTYPE_I8 },  { 22, WEIR_DTYPE_BF16 },
};

WeirDtype
pd_dtype (gint64 type)
{
  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (dtypes[i].type == type)
      return dtypes[i].dtype;
  return WEIR_DTYPE_UNKNOWN;
}

gboolean
pd_is_param (const Paddle__VarDesc *var)
{
  return var->name != NULL && var->persistable && var->type != NULL &&
         var->type->type == LOD_TENSOR;
}

typedef struct {
  WeirSource *source;
  WeirBytes bytes;
} Reader;

static gboolean
fail_short (const Reader *r, GError **error)
{
  return weir_fail (error, WEIR_ERROR_FORMAT,
                    "byte %zu: expected more of a parameter, found the end",
                    r->bytes.pos);
}

static gboolean
skip_levels (Reader *r, GError **error)
{
  guint64 levels, size;

  if (!weir_bytes_u64 (&r->bytes, &levels))
    return fail_short (r, error);
  if (levels > MAX_LEVELS)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "byte %zu: expected at most %d levels of sequences, found "
                      "%" G_GUINT64_FORMAT,
                      r->bytes.pos, MAX_LEVELS, levels);
  for (guint64 i = 0; i < levels; i++)
    if (!weir_bytes_u64 (&r->bytes, &size) || size > weir_bytes_left (&r->bytes) ||
        !weir_bytes_skip (&r->bytes, (gsize) size))
      return fail_short (r, error);
  return TRUE;
}

static gboolean
expect_version (Reader *r, GError **error)
{
  guint32 version;

  if (!weir_bytes_u32 (&r->bytes, &version))
    return fail_short (r, error);
  return version == 0 || weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                                    "byte %zu: expected version 0 of a tensor, found %u",
                                    r->bytes.pos, version);
}

static gboolean
read_desc (Reader *r, WeirDtype *dtype, WeirShape *shape, GError **error)
{
  g_autoptr (WeirWire) wire = NULL;
  const Paddle__TensorDesc *desc;
  WeirBytes part;
  gint32 size;

  if (!weir_bytes_i32 (&r->bytes, &size) || size < 0 ||
      !weir_bytes_take (&r->bytes, (gsize) size, &part))
    return fail_short (r, error);
  wire = weir_wire_read (part, &paddle__tensor_desc__descriptor, NULL, error);
  if (wire == NULL)
    return FALSE;
  desc = weir_wire_message (wire);
  *dtype = pd_dtype (desc->data_type);
  if (*dtype == WEIR_DTYPE_UNKNOWN)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "byte %zu: elements of type %d",
                      r->bytes.pos, desc->data_type);
  return weir_shape_init (shape, desc->dims, desc->n_dims, error) &&
         (weir_shape_is_static (shape) ||
          weir_fail (error, WEIR_ERROR_FORMAT, "byte %zu: a dimension is not known",
                     r->bytes.pos));
}

static WeirTensor *
read_tensor (Reader *r, GError **error)
{
  WeirDtype dtype;
  WeirShape shape;
  WeirBytes data;
  gsize size;

  if (!expect_version (r, error) || !skip_levels (r, error) ||
      !expect_version (r, error) || !read_desc (r, &dtype, &shape, error) ||
      !weir_tensor_bytes (dtype, &shape, &size, error))
    return NULL;
  if (!weir_bytes_take (&r->bytes, size, &data)) {
    fail_short (r, error);
    return NULL;
  }
  return weir_tensor_new_from_bytes (dtype, &shape, weir_source_gbytes (r->source),
                                     r->bytes.pos - size, size, error);
}

static gboolean
add_param (PdImport *import, Reader *r, const char *name, GError **error)
{
  WeirTensor *tensor = read_tensor (r, error);

  if (tensor == NULL) {
    g_prefix_error (error, "parameter '%s': ", name);
    return FALSE;
  }
  g_hash_table_insert (import->params, g_strdup (name), tensor);
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* (transfer full): the names of all parameters, in the order of a combined file. */
static GPtrArray *
names_of (const PdImport *import)
{
  GPtrArray *names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name, var;

  g_hash_table_iter_init (&iter, import->vars);
  while (g_hash_table_iter_next (&iter, &name, &var))
    if (pd_is_param (var))
      g_ptr_array_add (names, name);
  g_ptr_array_sort (names, compare_names);
  return names;
}

static gboolean
read_combined (PdImport *import, const GPtrArray *names, GError **error)
{
  WeirSource *source = import->input->topology;
  Reader r = { .source = source, .bytes = weir_source_bytes (source) };

  for (guint i = 0; i < names->len; i++)
    if (!add_param (import, &r, names->pdata[i], error))
      return FALSE;
  return weir_bytes_left (&r.bytes) == 0 ||
         weir_fail (error, WEIR_ERROR_FORMAT,
                    "byte %zu: expected the end behind %u parameters, found %zu bytes",
                    r.bytes.pos, names->len, weir_bytes_left (&r.bytes));
}

static gboolean
read_single (PdImport *import, const char *name, GError **error)
{
  g_autoptr (WeirSource) source = weir_folder_file (import->input->folder, name, error);
  Reader r = { .source = source };

  if (source == NULL)
    return FALSE;
  r.bytes = weir_source_bytes (source);
  return add_param (import, &r, name, error);
}

gboolean
pd_params_read (PdImport *import, GError **error)
{
  g_autoptr (GPtrArray) names = names_of (import);

  if (names->len == 0)
    return TRUE;
  if (import->input->topology != NULL) {
    if (read_combined (import, names, error))
      return TRUE;
    g_prefix_error (error, "%s: ", weir_source_name (import->input->topology));
    return FALSE;
  }
  if (import->input->folder == NULL ||
      !weir_folder_has (import->input->folder, names->pdata[0]))
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "the parameters are missing: expected NAME.pdiparams beside "
                      "NAME.pdmodel, or a file for each, beginning with '%s'",
                      (const char *) names->pdata[0]);
  for (guint i = 0; i < names->len; i++)
    if (!read_single (import, names->pdata[i], error))
      return FALSE;
  return TRUE;
}
