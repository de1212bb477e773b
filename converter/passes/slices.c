#include "slices.h"

/* The lists of begins, ends and steps, which have a number for each of @n axes. */
static gboolean
read_lists (const WeirGraph *graph, const WeirNode *node,
            gint64 (*lists)[2 * WEIR_MAX_RANK], gsize *n, int rank)
{
  gsize count;

  for (guint i = 0; i < 3; i++) {
    if (i + 1 >= node->n_inputs) {
      for (gsize k = 0; k < *n; k++)
        lists[i][k] = 1;
      continue;
    }
    if (!weir_pass_ints (graph, node, i + 1, lists[i], &count) || (i > 0 && count != *n))
      return FALSE;
    *n = count;
  }
  return rank >= 0 && *n <= (gsize) rank;
}

static gboolean
is_marked (const WeirNode *node, const char *mask, gsize i)
{
  return weir_node_is (node, "StridedSlice") && weir_node_int_at (node, mask, i, 0) != 0;
}

static gboolean
keeps_dimensions (const WeirNode *node)
{
  static const char *const masks[] = { "new_axis_mask", "shrink_axis_mask",
                                       "ellipsis_mask" };

  for (guint k = 0; weir_node_is (node, "StridedSlice") && k < G_N_ELEMENTS (masks); k++)
    for (gsize i = 0; i < WEIR_MAX_RANK; i++)
      if (is_marked (node, masks[k], i))
        return FALSE;
  return weir_node_is (node, "Slice") || weir_node_is (node, "StridedSlice");
}

/* An open side reaches to the end that it faces. */
static void
set_axis (WeirPassSlice *slice, const WeirNode *node, gsize i, gint64 axis,
          gint64 (*lists)[2 * WEIR_MAX_RANK])
{
  gint64 step = lists[2][i];
  gboolean open_begin = is_marked (node, "begin_mask", i);
  gboolean open_end = is_marked (node, "end_mask", i);

  slice->begin[axis] = !open_begin ? lists[0][i] : step > 0 ? 0 : G_MAXINT64;
  slice->end[axis] = !open_end ? lists[1][i] : step > 0 ? G_MAXINT64 : G_MININT64;
  slice->step[axis] = step;
  slice->whole[axis] = open_begin && open_end && step == 1;
}

gboolean
weir_pass_slice_of (const WeirGraph *graph, const WeirNode *node, WeirPassSlice *slice)
{
  gint64 lists[3][2 * WEIR_MAX_RANK], axes[2 * WEIR_MAX_RANK];
  int rank;
  gsize n = 0, n_axes;

  if (node == NULL || !keeps_dimensions (node))
    return FALSE;
  rank = weir_graph_shape (graph, node->inputs[0])->rank;
  if (!read_lists (graph, node, lists, &n, rank))
    return FALSE;
  n_axes = n;
  for (gsize i = 0; i < n; i++)
    axes[i] = (gint64) i;
  if (node->n_inputs > 4 &&
      (!weir_pass_axes (graph, node, 4, rank, axes, &n_axes) || n_axes != n))
    return FALSE;
  *slice = (WeirPassSlice){ .rank = rank };
  for (int i = 0; i < rank; i++) {
    slice->step[i] = 1;
    slice->whole[i] = TRUE;
  }
  for (gsize i = 0; i < n; i++)
    set_axis (slice, node, i, axes[i], lists);
  return TRUE;
}

WeirPort
weir_pass_slice_build (WeirBuilder *builder, const char *name, WeirPort x,
                       const WeirPassSlice *slice)
{
  g_autofree char *begin_name = g_strconcat (name, "/begin", NULL);
  g_autofree char *end_name = g_strconcat (name, "/end", NULL);
  g_autofree char *step_name = g_strconcat (name, "/step", NULL);
  g_autofree char *axes_name = g_strconcat (name, "/axes", NULL);
  gint64 begin[WEIR_MAX_RANK], end[WEIR_MAX_RANK], step[WEIR_MAX_RANK],
      axes[WEIR_MAX_RANK];
  gsize n = 0;

  for (int i = 0; i < slice->rank; i++) {
    if (slice->whole[i])
      continue;
    begin[n] = slice->begin[i];
    end[n] = slice->end[i];
    step[n] = slice->step[i];
    axes[n++] = i;
  }
  return weir_build (builder, "Slice", name,
                     WEIR_INPUTS (x, weir_build_i64 (builder, begin_name, begin, n),
                                  weir_build_i64 (builder, end_name, end, n),
                                  weir_build_i64 (builder, step_name, step, n),
                                  weir_build_i64 (builder, axes_name, axes, n)));
}
