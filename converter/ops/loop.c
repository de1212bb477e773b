#include "body.h"

#include <string.h>

/* Loop and TensorIterator: a sub-graph that runs again and again. Inputs pass whole or in
 * slices, back edges carry results to the next iteration, outputs are the last result or
 * all of them joined. */

#define UNKNOWN_COUNT ((gint64) -1)

static gboolean
is_loop (const WeirNode *node)
{
  return weir_node_is (node, "Loop");
}

/* The slices of one dimension: from @first on, @step apart (negative: backwards). */
typedef struct {
  gint64 first, step, part, count;
} Slices;

/* A negative start or end counts from behind the last element: 0 and -1 mean everything.
 */
static gboolean
slices_init (Slices *slices, const WeirPortMap *map, gint64 size, GError **error)
{
  gint64 start = map->start < 0 ? map->start + size + 1 : map->start;
  gint64 end = map->end < 0 ? map->end + size + 1 : map->end;
  gint64 low = MIN (start, end), high = MAX (start, end);

  *slices = (Slices){ .step = map->stride, .part = map->part_size };
  if (map->stride == 0 || map->stride == G_MININT64 || map->part_size < 1 || low < 0 ||
      high > size || (map->stride > 0) != (start <= end))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "slices of %" G_GINT64_FORMAT " from %" G_GINT64_FORMAT
                      " to %" G_GINT64_FORMAT " by %" G_GINT64_FORMAT
                      " do not fit into a dimension of %" G_GINT64_FORMAT,
                      map->part_size, map->start, map->end, map->stride, size);
  slices->first = map->stride > 0 ? start : start - map->part_size;
  if (high - low >= map->part_size)
    slices->count = (high - low - map->part_size) / ABS (map->stride) + 1;
  return TRUE;
}

/* How many iterations the slices of the inputs allow; they must agree. */
static gboolean
count_slices (const WeirBody *body, const WeirShape *const *shapes, gint64 *count,
              GError **error)
{
  *count = UNKNOWN_COUNT;
  for (guint i = 0; i < body->inputs->len; i++) {
    const WeirPortMap *map = &g_array_index (body->inputs, WeirPortMap, i);
    const WeirShape *shape = map->external >= 0 ? shapes[map->external] : NULL;
    Slices slices;

    if (shape == NULL || map->axis < 0 || shape->rank < 0)
      continue;
    if (map->axis >= shape->rank)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input map %u: axis %" G_GINT64_FORMAT
                        " is out of range for rank %d",
                        i, map->axis, shape->rank);
    if (shape->dims[map->axis] < 0)
      continue;
    if (!slices_init (&slices, map, shape->dims[map->axis], error))
      return FALSE;
    if (*count >= 0 && *count != slices.count)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input map %u has %" G_GINT64_FORMAT
                        " slices, another has %" G_GINT64_FORMAT,
                        i, slices.count, *count);
    *count = slices.count;
  }
  return TRUE;
}

/* Without sliced inputs the ends of a joined output tell. */
static gint64
count_joined (const WeirBody *body)
{
  for (guint i = 0; i < body->outputs->len; i++) {
    const WeirPortMap *map = &g_array_index (body->outputs, WeirPortMap, i);

    if (map->axis >= 0 && map->start >= 0 && map->end >= 0 && map->part_size > 0)
      return ABS (map->end - map->start) / map->part_size;
  }
  return UNKNOWN_COUNT;
}

static gboolean
has_slices (const WeirBody *body)
{
  for (guint i = 0; i < body->inputs->len; i++) {
    const WeirPortMap *map = &g_array_index (body->inputs, WeirPortMap, i);

    if (map->external >= 0 && map->axis >= 0)
      return TRUE;
  }
  return FALSE;
}

/* What a value that may not be known says: -1 for unknown, else the number. */
static gint64
value_of (const WeirTensor *value)
{
  return value != NULL && weir_tensor_count (value) == 1 ? weir_tensor_get_int (value, 0)
                                                         : UNKNOWN_COUNT;
}

/* Iterations of a Loop, as far as trip count and conditions are constant. */
static gint64
count_loop (const WeirBody *body, const WeirTensor *trips, const WeirTensor *condition)
{
  gint64 limit = value_of (trips), begin = value_of (condition);
  gint64 go_on = body->condition < 0
                     ? 1
                     : value_of (weir_body_result (body, (guint) body->condition)->value);

  if (begin == 0 || limit == 0)
    return 0;
  if (begin < 0 || go_on < 0 || limit < 0)
    return begin > 0 && go_on == 0 ? 1 : UNKNOWN_COUNT;
  return go_on == 0 ? 1 : limit;
}

static const WeirPortMap *
map_of_parameter (const WeirBody *body, guint parameter)
{
  for (guint i = 0; i < body->inputs->len; i++) {
    const WeirPortMap *map = &g_array_index (body->inputs, WeirPortMap, i);

    if (map->internal == parameter)
      return map;
  }
  return NULL;
}

/* The input that stands for result @result before the first iteration; -1 if none. */
static gint64
initial_input (const WeirBody *body, guint result)
{
  for (guint i = 0; i < body->back_edges->len; i++) {
    const WeirBackEdge *edge = &g_array_index (body->back_edges, WeirBackEdge, i);

    if (edge->from == result)
      return map_of_parameter (body, edge->to)->external;
  }
  return -1;
}

static void
feed (const WeirBody *body, const WeirInfer *infer)
{
  for (guint i = 0; i < body->inputs->len; i++) {
    const WeirPortMap *map = &g_array_index (body->inputs, WeirPortMap, i);
    const WeirValueInfo *input;
    WeirShape shape;

    if (map->external < 0)
      continue;
    input = &infer->inputs[map->external];
    shape = input->shape;
    if (map->axis >= 0 && shape.rank > map->axis)
      shape.dims[map->axis] = map->part_size;
    weir_body_set_parameter (body, map->internal, input->dtype, &shape);
  }
}

/* Whether every back edge's result fits its parameter; widens those parameters that it
 * does not fit. A later round widens more, so that this ends. */
static gboolean
widen (const WeirBody *body, guint round, gboolean *changed, GError **error)
{
  *changed = FALSE;
  for (guint i = 0; i < body->back_edges->len; i++) {
    const WeirBackEdge *edge = &g_array_index (body->back_edges, WeirBackEdge, i);
    const WeirNode *parameter = weir_graph_parameter (body->graph, edge->to);
    const WeirValueInfo *to = &parameter->outputs[0].info;
    const WeirValueInfo *from = weir_body_result (body, edge->from);
    WeirShape joined = weir_body_join (&to->shape, &from->shape);

    if (to->dtype != from->dtype && to->dtype != WEIR_DTYPE_UNKNOWN &&
        from->dtype != WEIR_DTYPE_UNKNOWN)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "parameter '%s' is %s, the back edge brings %s", parameter->name,
                        weir_dtype_name (to->dtype), weir_dtype_name (from->dtype));
    if (weir_shape_equal (&joined, &to->shape))
      continue;
    if (round > 1)
      joined = WEIR_SHAPE_UNKNOWN;
    weir_body_set_parameter (body, edge->to, from->dtype, &joined);
    *changed = TRUE;
  }
  return TRUE;
}

static void
forget_merged (const WeirBody *body)
{
  for (guint i = 0; i < body->back_edges->len; i++)
    weir_body_set_parameter (body, g_array_index (body->back_edges, WeirBackEdge, i).to,
                             WEIR_DTYPE_UNKNOWN, &WEIR_SHAPE_UNKNOWN);
}

/* Infers the body until the shapes that go round stay the same. */
static gboolean
infer_body (const WeirBody *body, const WeirInfer *infer, GError **error)
{
  feed (body, infer);
  if (weir_body_infer_is_costly ())
    forget_merged (body);
  for (guint round = 0;; round++) {
    gboolean changed;

    if (!weir_body_infer (body, "body", error) || !widen (body, round, &changed, error))
      return FALSE;
    if (!changed)
      return TRUE;
    if (round >= 3 || weir_body_infer_is_costly ())
      forget_merged (body);
  }
}

static gboolean
set_outputs (WeirInfer *infer, const WeirBody *body, gint64 count, GError **error)
{
  g_autofree gboolean *taken = g_new0 (gboolean, MAX (infer->n_outputs, 1));

  for (guint i = 0; i < body->outputs->len; i++) {
    const WeirPortMap *map = &g_array_index (body->outputs, WeirPortMap, i);
    const WeirValueInfo *result = weir_body_result (body, map->internal);
    WeirShape shape = result->shape;
    gint64 from = initial_input (body, map->internal), *dim;

    if (map->external < 0)
      continue;
    if (map->axis < 0 && count < 1 && from >= 0)
      shape = count == 0 ? infer->inputs[from].shape
                         : weir_body_join (&shape, &infer->inputs[from].shape);
    if (map->axis >= 0 && shape.rank >= 0) {
      if (map->axis >= shape.rank)
        return weir_fail (error, WEIR_ERROR_SHAPE,
                          "output map %u: axis %" G_GINT64_FORMAT
                          " is out of range for rank %d",
                          i, map->axis, shape.rank);
      dim = &shape.dims[map->axis];
      if (count < 0 || *dim < 0 || !weir_mul_i64 (*dim, count, dim))
        *dim = WEIR_DIM_UNKNOWN;
    }
    taken[map->external] = TRUE;
    weir_infer_set (infer, (guint) map->external, result->dtype, &shape);
  }
  for (guint i = 0; i < infer->n_outputs; i++)
    if (!taken[i])
      return weir_fail (error, WEIR_ERROR_FORMAT, "no result is mapped to output %u", i);
  return TRUE;
}

static gboolean
loop_infer (WeirInfer *infer, GError **error)
{
  const WeirNode *node = infer->node;
  g_autofree const WeirShape **shapes = g_new0 (const WeirShape *, infer->n_inputs);
  const WeirBody *body = node->bodies;
  gint64 slices, count;
  gboolean good;

  if (node->n_bodies != 1)
    return weir_fail (error, WEIR_ERROR_FORMAT, "expected 1 body, found %u",
                      node->n_bodies);
  for (guint i = 0; i < infer->n_inputs; i++)
    shapes[i] = &infer->inputs[i].shape;
  if (!weir_body_check (body, infer->n_inputs, infer->n_outputs, error) ||
      !count_slices (body, shapes, &slices, error) || !weir_body_enter (error))
    return FALSE;
  good = infer_body (body, infer, error);
  weir_body_leave ();
  if (!good)
    return FALSE;
  count = has_slices (body) ? slices : count_joined (body);
  if (is_loop (node)) {
    count = count_loop (body, infer->inputs[0].value, infer->inputs[1].value);
    if (has_slices (body))
      count = slices < 0 ? UNKNOWN_COUNT : MIN (count, slices);
  }
  return set_outputs (infer, body, count, error);
}

/* One run of the node: what the body gets and has given. */
typedef struct {
  WeirEval *eval;
  const WeirBody *body;
  guint n_parameters, n_results;
  WeirTensor **parameters;
  WeirTensor **results; /* of the last iteration; NULL before the first */
  GPtrArray **parts;    /* results to be joined, one list an output map */
  gsize part_bytes;
} Run;

static void
run_init (Run *run, WeirEval *eval)
{
  const WeirBody *body = eval->node->bodies;

  *run = (Run){ .eval = eval,
                .body = body,
                .n_parameters = weir_graph_n_parameters (body->graph),
                .n_results = weir_graph_n_results (body->graph) };
  run->parameters = g_new0 (WeirTensor *, MAX (run->n_parameters, 1));
  run->results = g_new0 (WeirTensor *, MAX (run->n_results, 1));
  run->parts = g_new0 (GPtrArray *, MAX (body->outputs->len, 1));
  for (guint i = 0; i < body->outputs->len; i++)
    run->parts[i] = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_tensor_unref);
}

static void
run_clear (Run *run)
{
  weir_body_clear_tensors (run->parameters, run->n_parameters);
  weir_body_clear_tensors (run->results, run->n_results);
  for (guint i = 0; i < run->body->outputs->len; i++)
    g_ptr_array_unref (run->parts[i]);
  g_free (run->parameters);
  g_free (run->results);
  g_free (run->parts);
}

/* The number of the iteration, typed and shaped as the body's parameter wants it. */
static WeirTensor *
counter (const WeirNode *parameter, gint64 iteration, GError **error)
{
  const WeirValueInfo *info = &parameter->outputs[0].info;
  gboolean listed = info->shape.rank == 1 && info->shape.dims[0] == 1;
  WeirTensor *tensor =
      weir_tensor_new (info->dtype != WEIR_DTYPE_UNKNOWN ? info->dtype : WEIR_DTYPE_I64,
                       listed ? &WEIR_SHAPE (1) : &WEIR_SHAPE_SCALAR, error);

  if (tensor != NULL)
    weir_dtype_store (weir_tensor_dtype (tensor), weir_tensor_writable (tensor), 0,
                      (double) iteration);
  return tensor;
}

static WeirTensor *
slice_input (const Run *run, const WeirPortMap *map, gint64 iteration, GError **error)
{
  WeirTensor *input = run->eval->inputs[map->external];
  Slices slices;

  if (!slices_init (&slices, map, weir_tensor_shape (input)->dims[map->axis], error))
    return NULL;
  return weir_body_slice (input, (int) map->axis, slices.first + iteration * slices.step,
                          slices.part, error);
}

static gboolean
set_parameters (Run *run, gint64 iteration, GError **error)
{
  const WeirBody *body = run->body;

  for (guint i = 0; i < body->inputs->len; i++) {
    const WeirPortMap *map = &g_array_index (body->inputs, WeirPortMap, i);
    WeirTensor **parameter = &run->parameters[map->internal];

    g_clear_pointer (parameter, weir_tensor_unref);
    if (map->external < 0)
      *parameter =
          counter (weir_graph_parameter (body->graph, map->internal), iteration, error);
    else if (map->axis >= 0)
      *parameter = slice_input (run, map, iteration, error);
    else
      *parameter = weir_tensor_ref (run->eval->inputs[map->external]);
    if (*parameter == NULL)
      return FALSE;
  }
  for (guint i = 0; iteration > 0 && i < body->back_edges->len; i++) {
    const WeirBackEdge *edge = &g_array_index (body->back_edges, WeirBackEdge, i);

    weir_tensor_unref (run->parameters[edge->to]);
    run->parameters[edge->to] = weir_tensor_ref (run->results[edge->from]);
  }
  return TRUE;
}

/* Keeps the results that will be joined; all together they are no more than a tensor. */
static gboolean
keep_parts (Run *run, GError **error)
{
  for (guint i = 0; i < run->body->outputs->len; i++) {
    const WeirPortMap *map = &g_array_index (run->body->outputs, WeirPortMap, i);
    WeirTensor *result = run->results[map->internal];

    if (map->external < 0 || map->axis < 0)
      continue;
    if (!weir_add_size (run->part_bytes, weir_tensor_size (result), &run->part_bytes) ||
        run->part_bytes > WEIR_MAX_TENSOR_BYTES)
      return weir_fail (error, WEIR_ERROR_LIMIT,
                        "the joined outputs are larger than %zu bytes",
                        WEIR_MAX_TENSOR_BYTES);
    g_ptr_array_add (run->parts[i], weir_tensor_ref (result));
  }
  return TRUE;
}

static gboolean
iterate (Run *run, gint64 iteration, GError **error)
{
  g_autofree WeirTensor **results = g_new0 (WeirTensor *, MAX (run->n_results, 1));

  if (!set_parameters (run, iteration, error) ||
      !weir_body_run (run->body, run->parameters, results, run->eval->state, error)) {
    g_prefix_error (error, "iteration %" G_GINT64_FORMAT ": ", iteration);
    return FALSE;
  }
  weir_body_clear_tensors (run->results, run->n_results);
  memcpy (run->results, results, run->n_results * sizeof *results);
  return keep_parts (run, error);
}

static gboolean
read_scalar (const WeirTensor *tensor, const char *what, gint64 *value, GError **error)
{
  if (weir_tensor_count (tensor) != 1)
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected one element as %s, found %zu",
                      what, weir_tensor_count (tensor));
  *value = weir_tensor_get_int (tensor, 0);
  return TRUE;
}

/* How often at most; negative for no bound. */
static gboolean
iteration_limit (const Run *run, gint64 *limit, GError **error)
{
  const WeirEval *eval = run->eval;
  g_autofree const WeirShape **shapes = g_new0 (const WeirShape *, eval->n_inputs);
  gint64 slices, go_on = 0;

  for (guint i = 0; i < eval->n_inputs; i++)
    shapes[i] = weir_tensor_shape (eval->inputs[i]);
  if (!count_slices (run->body, shapes, &slices, error))
    return FALSE;
  if (is_loop (eval->node)) {
    if (!read_scalar (eval->inputs[0], "the trip count", limit, error) ||
        !read_scalar (eval->inputs[1], "the condition", &go_on, error))
      return FALSE;
    if (go_on == 0)
      *limit = 0;
    else if (slices >= 0)
      *limit = *limit < 0 ? slices : MIN (*limit, slices);
    if (*limit < 0 && run->body->condition < 0)
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "neither a trip count nor a condition ends the loop");
    return TRUE;
  }
  *limit = has_slices (run->body) ? slices : count_joined (run->body);
  if (*limit < 0)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "no sliced input and no output with ends tells how often to run");
  return TRUE;
}

static gboolean
run_all (Run *run, GError **error)
{
  gint64 limit = 0, go_on = 1;

  if (!iteration_limit (run, &limit, error))
    return FALSE;
  for (gint64 i = 0; go_on != 0 && (limit < 0 || i < limit); i++) {
    if (!iterate (run, i, error))
      return FALSE;
    if (run->body->condition >= 0 && is_loop (run->eval->node) &&
        !read_scalar (run->results[run->body->condition], "the condition", &go_on, error))
      return FALSE;
  }
  return TRUE;
}

/* An output that no iteration has given: the initial value, or no slices at all. */
static WeirTensor *
empty_output (const Run *run, const WeirPortMap *map, GError **error)
{
  const WeirValueInfo *info = &run->eval->node->outputs[map->external].info;
  gint64 from = initial_input (run->body, map->internal);
  WeirShape shape = info->shape;

  if (map->axis < 0 && from >= 0)
    return weir_tensor_ref (run->eval->inputs[from]);
  if (map->axis < 0 || map->axis >= shape.rank) {
    weir_fail (error, WEIR_ERROR_SHAPE,
               "output %" G_GINT64_FORMAT " has no value after no iteration",
               map->external);
    return NULL;
  }
  for (int i = 0; i < shape.rank; i++)
    shape.dims[i] = MAX (shape.dims[i], 0);
  shape.dims[map->axis] = 0;
  return weir_tensor_new (info->dtype, &shape, error);
}

static gboolean
give_outputs (Run *run, GError **error)
{
  for (guint i = 0; i < run->body->outputs->len; i++) {
    const WeirPortMap *map = &g_array_index (run->body->outputs, WeirPortMap, i);
    WeirTensor **output;

    if (map->external < 0)
      continue;
    output = &run->eval->outputs[map->external];
    g_clear_pointer (output, weir_tensor_unref);
    if (run->results[map->internal] == NULL)
      *output = empty_output (run, map, error);
    else if (map->axis < 0)
      *output = weir_tensor_ref (run->results[map->internal]);
    else
      *output =
          weir_body_join_parts (run->parts[i], (int) map->axis, map->stride < 0, error);
    if (*output == NULL)
      return FALSE;
  }
  for (guint i = 0; i < run->eval->n_outputs; i++)
    if (run->eval->outputs[i] == NULL)
      return weir_fail (error, WEIR_ERROR_FORMAT, "no result is mapped to output %u", i);
  return TRUE;
}

static gboolean
loop_evaluate (WeirEval *eval, GError **error)
{
  Run run;
  gboolean good;

  if (!weir_body_check (eval->node->bodies, eval->n_inputs, eval->n_outputs, error) ||
      !weir_body_enter (error))
    return FALSE;
  run_init (&run, eval);
  good = run_all (&run, error) && give_outputs (&run, error);
  run_clear (&run);
  weir_body_leave ();
  return good;
}

WEIR_OP_DEFINE (loop) = {
  .name = "Loop",
  .versions = { 5 },
  .min_inputs = 2,
  .max_inputs = WEIR_ANY_NUMBER,
  .outputs = WEIR_ANY_NUMBER,
  .flags = WEIR_OP_BODY,
  .summary = "A sub-graph that runs up to a count, and as long as a condition holds",
  .infer = loop_infer,
  .evaluate = loop_evaluate,
};

WEIR_OP_DEFINE (tensor_iterator) = {
  .name = "TensorIterator",
  .versions = { 1 },
  .min_inputs = 1,
  .max_inputs = WEIR_ANY_NUMBER,
  .outputs = WEIR_ANY_NUMBER,
  .flags = WEIR_OP_BODY,
  .summary = "A sub-graph that runs once for each slice of its inputs",
  .infer = loop_infer,
  .evaluate = loop_evaluate,
};
