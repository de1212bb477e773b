#include "table.h"

#include "frontends/rows.h"

#include <string.h>

static const void *const families[] = {
  kd_rows_affine, kd_rows_groups,    kd_rows_patches,
  kd_rows_plain,  kd_rows_recurrent, kd_rows_windows,
};

static WeirRows rows = WEIR_ROWS (families, KdRow);

/* nnet1 calls "Sigmoid" what the others call "SigmoidComponent". */
const KdRow *
kd_row_find (const KdComponent *component)
{
  gsize length = strlen (component->type);
  g_autofree char *type = g_str_has_suffix (component->type, "Component")
                              ? g_strndup (component->type, length - strlen ("Component"))
                              : g_strdup (component->type);

  return component->is_skipped ? NULL : weir_rows_find (&rows, type);
}

static gboolean
has_switch (const KdTerm *term)
{
  gboolean found = term->kind == KD_SWITCH;

  for (guint i = 0; !found && term->parts != NULL && i < term->parts->len; i++)
    found = has_switch (term->parts->pdata[i]);
  return found;
}

const char *
kd_refusal (const KdNode *node)
{
  const KdRow *row;

  if (node->input != NULL && has_switch (node->input))
    return "descriptor: Switch";
  if (node->component == NULL)
    return NULL;
  row = kd_row_find (node->component);
  if (row == NULL)
    return "an unknown component";
  return row->refuse != NULL ? row->refuse (node->component) : NULL;
}

const char *const *
kd_op_names (guint *count)
{
  return weir_rows_names (&rows, count);
}

WeirTensor *
kd_get_tensor (WeirMake *make, const KdComponent *component, const char *key)
{
  const KdField *field = kd_field (component, key);

  if (field != NULL && field->tensor != NULL)
    return field->tensor;
  weir_make_invalid (make, "<%s> is missing", key);
  return NULL;
}

WeirPort
kd_matrix (WeirMake *make, const KdComponent *component, const char *key)
{
  WeirTensor *tensor = kd_get_tensor (make, component, key);

  /* In text, a matrix of one row looks like a vector. */
  if (tensor != NULL && weir_tensor_shape (tensor)->rank == 1)
    return kd_row_vector (make, component, key);
  return tensor != NULL ? weir_make_constant (make, weir_tensor_ref (tensor))
                        : WEIR_PORT_NONE;
}

WeirPort
kd_row_vector (WeirMake *make, const KdComponent *component, const char *key)
{
  WeirTensor *tensor = kd_get_tensor (make, component, key);
  WeirShape shape;

  if (tensor == NULL)
    return WEIR_PORT_NONE;
  shape = WEIR_SHAPE (1, (gint64) weir_tensor_count (tensor));
  return weir_make_constant (make, weir_tensor_reshape (tensor, &shape, &make->b->error));
}

gint64
kd_whole (const KdComponent *component, const char *key, gint64 fallback)
{
  const KdField *field = kd_field (component, key);

  return field != NULL ? field->whole : fallback;
}

double
kd_number (const KdComponent *component, const char *key, double fallback)
{
  const KdField *field = kd_field (component, key);

  return field != NULL ? field->number : fallback;
}

gboolean
kd_flag (const KdComponent *component, const char *key)
{
  const KdField *field = kd_field (component, key);

  return field != NULL && field->flag;
}

gint64
kd_size_for (gint64 size)
{
  return MAX (size, 0);
}

WeirPort
kd_range (WeirMake *make, WeirPort x, gint64 first, gint64 size)
{
  return weir_make_slice (make, x, WEIR_MAKE_INTS (make, first),
                          WEIR_MAKE_INTS (make, first + size), 1);
}
