#include "shape.h"

#include "base/checked.h"
#include "base/error.h"

#include <errno.h>
#include <string.h>

gboolean
weir_shape_init (WeirShape *shape, const gint64 *dims, gsize rank, GError **error)
{
  if (rank > WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_LIMIT,
                      "rank %" G_GSIZE_FORMAT " is beyond the largest of %d", rank,
                      WEIR_MAX_RANK);
  *shape = (WeirShape){ .rank = (int) rank };
  for (gsize i = 0; i < rank; i++) {
    if (dims[i] < WEIR_DIM_UNKNOWN)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "dimension %" G_GSIZE_FORMAT " is %" G_GINT64_FORMAT
                        ", expected at least 0, or -1 for unknown",
                        i, dims[i]);
    shape->dims[i] = dims[i];
  }
  return TRUE;
}

WeirShape
weir_shape_unknown (int rank)
{
  WeirShape shape = { .rank = rank };

  for (int i = 0; i < rank; i++)
    shape.dims[i] = WEIR_DIM_UNKNOWN;
  return shape;
}

gboolean
weir_shape_is_static (const WeirShape *shape)
{
  if (shape->rank < 0)
    return FALSE;
  for (int i = 0; i < shape->rank; i++)
    if (shape->dims[i] < 0)
      return FALSE;
  return TRUE;
}

gboolean
weir_shape_equal (const WeirShape *a, const WeirShape *b)
{
  if (a->rank != b->rank)
    return FALSE;
  for (int i = 0; i < a->rank; i++)
    if (a->dims[i] != b->dims[i])
      return FALSE;
  return TRUE;
}

gboolean
weir_shape_count (const WeirShape *shape, gsize *count, GError **error)
{
  gboolean empty = FALSE;

  *count = 1;
  if (!weir_shape_is_static (shape)) {
    g_autofree char *text = weir_shape_to_string (shape);
    return weir_fail (error, WEIR_ERROR_SHAPE, "shape %s is not known", text);
  }
  for (int i = 0; i < shape->rank; i++) {
    if (!weir_mul_size (*count, (gsize) MAX (shape->dims[i], 1), count) ||
        *count > WEIR_MAX_TENSOR_BYTES) {
      g_autofree char *text = weir_shape_to_string (shape);
      return weir_fail (error, WEIR_ERROR_LIMIT, "shape %s has too many elements", text);
    }
    empty |= shape->dims[i] == 0;
  }
  if (empty)
    *count = 0;
  return TRUE;
}

gsize
weir_shape_elements (const WeirShape *shape)
{
  gsize count = 1;

  for (int i = 0; i < shape->rank; i++)
    count *= (gsize) MAX (shape->dims[i], 0);
  return count;
}

void
weir_shape_strides (const WeirShape *shape, gsize strides[WEIR_MAX_RANK])
{
  gsize stride = 1;

  for (int i = shape->rank - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= (gsize) MAX (shape->dims[i], 0);
  }
}

gboolean
weir_shape_axis (gint64 axis, int rank, int *result, GError **error)
{
  if (axis < -rank || axis >= rank)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "axis %" G_GINT64_FORMAT " is out of range for rank %d", axis,
                      rank);
  *result = (int) (axis < 0 ? axis + rank : axis);
  return TRUE;
}

gboolean
weir_shape_merge (WeirShape *shape, const WeirShape *other)
{
  if (other->rank < 0)
    return TRUE;
  if (shape->rank < 0) {
    *shape = *other;
    return TRUE;
  }
  if (shape->rank != other->rank)
    return FALSE;
  for (int i = 0; i < shape->rank; i++) {
    if (shape->dims[i] < 0)
      shape->dims[i] = other->dims[i];
    else if (other->dims[i] >= 0 && other->dims[i] != shape->dims[i])
      return FALSE;
  }
  return TRUE;
}

static gboolean
broadcast_dim (gint64 a, gint64 b, gint64 *result)
{
  if (a == b || b == 1)
    *result = a;
  else if (a == 1)
    *result = b;
  else if (a < 0 || b < 0)
    *result = MAX (a, b);
  else
    return FALSE;
  return TRUE;
}

gboolean
weir_shape_broadcast (const WeirShape *a, const WeirShape *b, WeirShape *result,
                      GError **error)
{
  WeirShape out = { .rank = MAX (a->rank, b->rank) };

  if (a->rank < 0 || b->rank < 0) {
    *result = WEIR_SHAPE_UNKNOWN;
    return TRUE;
  }
  for (int i = 0; i < out.rank; i++) {
    int ia = i - (out.rank - a->rank), ib = i - (out.rank - b->rank);

    if (!broadcast_dim (ia < 0 ? 1 : a->dims[ia], ib < 0 ? 1 : b->dims[ib],
                        &out.dims[i])) {
      g_autofree char *ta = weir_shape_to_string (a);
      g_autofree char *tb = weir_shape_to_string (b);
      return weir_fail (error, WEIR_ERROR_SHAPE, "shapes %s and %s do not broadcast", ta,
                        tb);
    }
  }
  *result = out;
  return TRUE;
}

gboolean
weir_shape_append (WeirShape *shape, gint64 dim, GError **error)
{
  if (shape->rank >= WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_LIMIT, "rank is beyond the largest of %d",
                      WEIR_MAX_RANK);
  shape->dims[shape->rank++] = dim;
  return TRUE;
}

char *
weir_shape_to_string (const WeirShape *shape)
{
  GString *text = g_string_new ("[");

  if (shape->rank < 0)
    g_string_append (text, "...");
  for (int i = 0; i < shape->rank; i++) {
    if (i > 0)
      g_string_append_c (text, ',');
    if (shape->dims[i] < 0)
      g_string_append_c (text, '?');
    else
      g_string_append_printf (text, "%" G_GINT64_FORMAT, shape->dims[i]);
  }
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

static gboolean
parse_dim (const char *text, gint64 *dim)
{
  char *end;

  if (strcmp (text, "?") == 0 || strstr (text, "..") != NULL) {
    *dim = WEIR_DIM_UNKNOWN;
    return TRUE;
  }
  errno = 0;
  *dim = g_ascii_strtoll (text, &end, 10);
  return errno == 0 && end != text && *end == '\0' && *dim >= WEIR_DIM_UNKNOWN;
}

gboolean
weir_shape_parse (const char *text, WeirShape *shape, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", WEIR_MAX_RANK + 1);

  *shape = WEIR_SHAPE_SCALAR;
  if (strcmp (text, "...") == 0) {
    *shape = WEIR_SHAPE_UNKNOWN;
    return TRUE;
  }
  if (*text == '\0')
    return TRUE;
  for (guint i = 0; parts[i] != NULL; i++) {
    gint64 dim;

    if (!parse_dim (g_strstrip (parts[i]), &dim))
      return weir_fail (error, WEIR_ERROR_FORMAT, "'%.80s' is not a shape", text);
    if (!weir_shape_append (shape, dim, error))
      return FALSE;
  }
  return TRUE;
}
