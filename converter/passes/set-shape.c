#include "list.h"

#include "base/problem.h"
#include "ir/build.h"
#include "ir/infer.h"
#include "names.h"

/* Shapes, element types and the batch of inputs, as the user asked for them. */

/* The input that @spec means by name or, without names, by its place; %NULL where it
 * means no Parameter: cutting makes one. */
static WeirNode *
parameter_of (const WeirGraph *graph, const WeirInputSpec *spec, guint index)
{
  if (spec->name != NULL)
    return spec->port > 0 ? NULL : weir_pass_find_parameter (graph, spec->name);
  return index < weir_graph_n_parameters (graph) ? weir_graph_parameter (graph, index)
                                                 : NULL;
}

/* Readers of @parameter go on reading the type that they know. */
static gboolean
set_dtype (WeirGraph *graph, WeirNode *parameter, WeirDtype dtype, GError **error)
{
  g_autofree char *name = g_strconcat (parameter->name, "/type", NULL);
  WeirDtype old = weir_node_dtype (parameter, "element_type");
  WeirPort port = WEIR_PORT (parameter, 0), converted;
  WeirBuilder builder = WEIR_BUILDER (graph);

  if (dtype == WEIR_DTYPE_UNKNOWN || dtype == old)
    return TRUE;
  weir_node_set_dtype (parameter, "element_type", dtype);
  if (!weir_node_infer (graph, parameter, error))
    return FALSE;
  converted = weir_build_convert (&builder, name, port, old);
  if (!weir_build_finish (&builder, error))
    return FALSE;
  weir_edit_redirect (graph, port, converted, converted.node);
  return TRUE;
}

static gboolean
apply (WeirGraph *graph, WeirNode *parameter, const WeirInputSpec *spec, GError **error)
{
  WeirShape shape;

  if (spec->shape != NULL) {
    if (!weir_shape_parse (spec->shape, &shape, error)) {
      g_prefix_error (error, "input '%s': ", parameter->name);
      return FALSE;
    }
    weir_node_set_string (parameter, "shape", spec->shape);
  }
  return set_dtype (graph, parameter, spec->dtype, error);
}

/* Without those that the model's file does not have. */
static guint
count_own (const WeirGraph *graph)
{
  guint count = 0;

  for (guint i = 0; i < weir_graph_n_parameters (graph); i++)
    count += weir_node_rt_info (weir_graph_parameter (graph, i), WEIR_NOTE_ADDED) == NULL;
  return count;
}

static void
forget_added (WeirGraph *graph)
{
  for (guint i = 0; i < weir_graph_n_parameters (graph); i++)
    weir_edit_set_rt_info (weir_graph_parameter (graph, i), WEIR_NOTE_ADDED, NULL);
}

static gboolean
apply_inputs (WeirGraph *graph, const GPtrArray *specs, GError **error)
{
  guint unnamed = 0, parameters = count_own (graph);

  for (guint i = 0; specs != NULL && i < specs->len; i++) {
    const WeirInputSpec *spec = specs->pdata[i];
    WeirNode *parameter = parameter_of (graph, spec, i);

    unnamed += spec->name == NULL;
    if (parameter != NULL && spec->value == NULL &&
        !apply (graph, parameter, spec, error))
      return FALSE;
  }
  if (unnamed > 0 && unnamed != parameters) {
    g_autofree char *names = weir_pass_list_parameters (graph);
    return weir_problem_fail (
        error, WEIR_PROBLEM_SHAPE_COUNT,
        "expected a shape for each of %u inputs (%s), found %u; name them "
        "by --input",
        parameters, names, unnamed);
  }
  return TRUE;
}

/* Which dimension is the batch: N of the layout that was given, else the first. */
static int
batch_axis (const WeirGraph *graph, const WeirNode *parameter,
            const WeirPassOptions *options, guint index, gboolean *by_layout)
{
  *by_layout = FALSE;
  for (guint i = 0; options->layouts != NULL && i < options->layouts->len; i++) {
    const WeirLayoutSpec *spec = options->layouts->pdata[i];
    const char *layout = spec->source != NULL ? spec->source : spec->target;
    int axis = 0;

    if (layout == NULL ||
        (spec->name != NULL ? weir_pass_find_parameter (graph, spec->name) != parameter
                            : i != index))
      continue;
    *by_layout = TRUE;
    for (const char *c = layout; *c != '\0'; c++) {
      if (g_ascii_tolower (*c) == 'n')
        return axis;
      axis += g_ascii_isalpha (*c) || *c == '?';
    }
    return -1;
  }
  return 0;
}

/* A batch that is fixed to more than one is part of the network, unless a layout says
 * that this dimension is the batch. */
static gboolean
set_batch (const WeirGraph *graph, WeirNode *parameter, guint index,
           const WeirPassOptions *options, GError **error)
{
  WeirShape shape = parameter->outputs[0].info.shape;
  gboolean by_layout;
  int axis = batch_axis (graph, parameter, options, index, &by_layout);

  if (shape.rank <= 0 || axis < 0 || axis >= shape.rank)
    return TRUE;
  if (!by_layout && shape.dims[axis] > 1)
    return weir_problem_fail (
        error, WEIR_PROBLEM_BATCH,
        "--batch: the first dimension of input '%s' is %" G_GINT64_FORMAT
        ", expected 1 or an unknown one; say by --layout which is the batch",
        parameter->name, shape.dims[axis]);
  shape.dims[axis] = options->batch;
  weir_graph_set_shape (parameter, &shape);
  return TRUE;
}

gboolean
weir_pass_set_shape (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  WeirGraph *graph = weir_model_graph (model);

  gboolean applied;

  applied = apply_inputs (graph, options->inputs, error);
  forget_added (graph);
  if (!applied)
    return FALSE;
  if (options->inputs == NULL && options->batch <= 0)
    return TRUE;
  for (guint i = 0; options->batch > 0 && i < weir_graph_n_parameters (graph); i++)
    if (!weir_node_infer (graph, weir_graph_parameter (graph, i), error) ||
        !set_batch (graph, weir_graph_parameter (graph, i), i, options, error))
      return FALSE;
  return weir_graph_infer (graph, error);
}
