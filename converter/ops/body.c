#include "body.h"

#include "ir/edit.h"
#include "ir/evaluate.h"
#include "ir/infer.h"

#include <string.h>

/* A loop in a loop multiplies rounds of inference, and runs. Both are counted for the
 * outermost node of a thread, so that a small file cannot ask for years. */
#define MANY_INFERENCES 1000
#define MAX_RUNS        (1 << 20)

static _Thread_local guint depth, inferences, runs;

gboolean
weir_body_enter (GError **error)
{
  if (depth == 0)
    inferences = runs = 0;
  if (depth >= WEIR_MAX_BODY_DEPTH)
    return weir_fail (error, WEIR_ERROR_LIMIT, "bodies are nested deeper than %d",
                      WEIR_MAX_BODY_DEPTH);
  depth++;
  return TRUE;
}

void
weir_body_leave (void)
{
  depth--;
}

static gboolean
check_map (const GArray *maps, const char *what, guint n_external, guint n_internal,
           GError **error)
{
  for (guint i = 0; i < maps->len; i++) {
    const WeirPortMap *map = &g_array_index (maps, WeirPortMap, i);

    if (map->external < -1 || map->external >= (gint64) n_external ||
        map->internal >= n_internal)
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "%s map %u joins port %" G_GINT64_FORMAT
                        " and number %u in the body, but there are %u and %u",
                        what, i, map->external, map->internal, n_external, n_internal);
  }
  return TRUE;
}

static gboolean
check_back_edges (const WeirBody *body, GError **error)
{
  for (guint i = 0; i < body->back_edges->len; i++) {
    const WeirBackEdge *edge = &g_array_index (body->back_edges, WeirBackEdge, i);

    if (edge->from >= weir_graph_n_results (body->graph) ||
        edge->to >= weir_graph_n_parameters (body->graph))
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "back edge %u from result %u to parameter %u names what does not "
                        "exist",
                        i, edge->from, edge->to);
  }
  if (body->condition >= (gint64) weir_graph_n_results (body->graph))
    return weir_fail (error, WEIR_ERROR_FORMAT, "condition %d is no result of the body",
                      body->condition);
  return TRUE;
}

gboolean
weir_body_check (const WeirBody *body, guint n_inputs, guint n_outputs, GError **error)
{
  guint n = weir_graph_n_parameters (body->graph);
  g_autofree guint *fed = g_new0 (guint, MAX (n, 1));

  if (!check_map (body->inputs, "input", n_inputs, n, error) ||
      !check_map (body->outputs, "output", n_outputs, weir_graph_n_results (body->graph),
                  error) ||
      !check_back_edges (body, error))
    return FALSE;
  for (guint i = 0; i < body->inputs->len; i++)
    fed[g_array_index (body->inputs, WeirPortMap, i).internal]++;
  for (guint i = 0; i < n; i++)
    if (fed[i] != 1)
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "parameter '%s' of the body gets %u values, expected 1",
                        weir_graph_parameter (body->graph, i)->name, fed[i]);
  return TRUE;
}

void
weir_body_set_parameter (const WeirBody *body, guint index, WeirDtype dtype,
                         const WeirShape *shape)
{
  WeirNode *parameter = weir_graph_parameter (body->graph, index);

  if (dtype != WEIR_DTYPE_UNKNOWN)
    weir_node_set_dtype (parameter, "element_type", dtype);
  weir_graph_set_shape (parameter, shape);
}

const WeirValueInfo *
weir_body_result (const WeirBody *body, guint index)
{
  return weir_graph_info (body->graph, weir_graph_result (body->graph, index)->inputs[0]);
}

gboolean
weir_body_infer (const WeirBody *body, const char *which, GError **error)
{
  inferences++;
  if (weir_graph_infer (body->graph, error))
    return TRUE;
  g_prefix_error (error, "%s: ", which);
  return FALSE;
}

gboolean
weir_body_infer_is_costly (void)
{
  return inferences > MANY_INFERENCES;
}

gboolean
weir_body_run (const WeirBody *body, WeirTensor *const *parameters, WeirTensor **results,
               WeirState *state, GError **error)
{
  for (guint i = 0; i < weir_graph_n_results (body->graph); i++)
    results[i] = NULL;
  if (++runs > MAX_RUNS)
    return weir_fail (error, WEIR_ERROR_LIMIT, "more than %d iterations", MAX_RUNS);
  return weir_graph_evaluate (body->graph, parameters, results, state, error);
}

void
weir_body_clear_tensors (WeirTensor **tensors, guint n)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&tensors[i], weir_tensor_unref);
}

WeirShape
weir_body_join (const WeirShape *a, const WeirShape *b)
{
  WeirShape shape = *a;

  if (a->rank != b->rank)
    return WEIR_SHAPE_UNKNOWN;
  for (int i = 0; i < a->rank; i++)
    if (a->dims[i] != b->dims[i])
      shape.dims[i] = WEIR_DIM_UNKNOWN;
  return shape;
}

/* Bytes of one row behind @axis, and how many rows there are before it. */
static gboolean
rows_of (const WeirTensor *tensor, int axis, gsize *outer, gsize *inner, GError **error)
{
  const WeirShape *shape = weir_tensor_shape (tensor);

  *outer = 1;
  *inner = weir_dtype_size (weir_tensor_dtype (tensor));
  if (*inner == 0)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "slices of %s are not supported",
                      weir_dtype_name (weir_tensor_dtype (tensor)));
  for (int i = 0; i < shape->rank; i++) {
    if (i < axis)
      *outer *= (gsize) shape->dims[i];
    else if (i > axis)
      *inner *= (gsize) shape->dims[i];
  }
  return TRUE;
}

WeirTensor *
weir_body_slice (const WeirTensor *tensor, int axis, gint64 first, gint64 count,
                 GError **error)
{
  WeirShape shape = *weir_tensor_shape (tensor);
  gsize outer, inner, size = (gsize) shape.dims[axis];
  WeirTensor *slice;

  if (!rows_of (tensor, axis, &outer, &inner, error))
    return NULL;
  shape.dims[axis] = count;
  slice = weir_tensor_new (weir_tensor_dtype (tensor), &shape, error);
  for (gsize i = 0; slice != NULL && i < outer; i++)
    memcpy ((guint8 *) weir_tensor_writable (slice) + i * (gsize) count * inner,
            (const guint8 *) weir_tensor_data (tensor) +
                (i * size + (gsize) first) * inner,
            (gsize) count * inner);
  return slice;
}

static gboolean
joined_shape (const GPtrArray *parts, int axis, WeirShape *shape, GError **error)
{
  gint64 total = 0;

  *shape = *weir_tensor_shape (parts->pdata[0]);
  for (guint i = 0; i < parts->len; i++) {
    WeirShape part = *weir_tensor_shape (parts->pdata[i]);

    if (part.rank <= axis || !weir_add_i64 (total, part.dims[axis], &total))
      return weir_fail (error, WEIR_ERROR_SHAPE, "axis %d is out of range for rank %d",
                        axis, part.rank);
    part.dims[axis] = shape->dims[axis];
    if (!weir_shape_equal (&part, shape) ||
        weir_tensor_dtype (parts->pdata[i]) != weir_tensor_dtype (parts->pdata[0]))
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "iteration %u gives another shape or type than the first", i);
  }
  shape->dims[axis] = total;
  return TRUE;
}

WeirTensor *
weir_body_join_parts (const GPtrArray *parts, int axis, gboolean backwards,
                      GError **error)
{
  WeirShape shape;
  gsize outer, inner, at = 0, total;
  WeirTensor *joined;

  if (!joined_shape (parts, axis, &shape, error) ||
      !rows_of (parts->pdata[0], axis, &outer, &inner, error))
    return NULL;
  joined = weir_tensor_new (weir_tensor_dtype (parts->pdata[0]), &shape, error);
  total = (gsize) shape.dims[axis] * inner;
  for (guint i = 0; joined != NULL && i < parts->len; i++) {
    const WeirTensor *part = parts->pdata[backwards ? parts->len - 1 - i : i];
    gsize size = (gsize) weir_tensor_shape (part)->dims[axis] * inner;

    for (gsize o = 0; size > 0 && o < outer; o++)
      memcpy ((guint8 *) weir_tensor_writable (joined) + o * total + at,
              (const guint8 *) weir_tensor_data (part) + o * size, size);
    at += size;
  }
  return joined;
}
