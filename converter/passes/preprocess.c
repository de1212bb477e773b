#include "list.h"

#include "base/problem.h"
#include "ir/build.h"
#include "layout-text.h"
#include "names.h"

#include <string.h>

/* What shall be done with the frames goes into the network: at each input, in this order,
 * the reversal of the channels, then mean values are subtracted, then scale values
 * divide. Mean and scale are given in the order of the network's own channels. Later
 * passes fold all of it into the first layer. */

#define RGB_CHANNELS 3

/* One input, after a Transpose to the network's layout if there is one. */
typedef struct {
  WeirNode *parameter;
  WeirPort port;
  gboolean by_layout;
  int channel_axis; /* -1: not found */
} Input;

/* Without a layout the channels are where three are, in the places that pictures have. */
static int
guess_axis (const WeirShape *shape)
{
  static const int first[] = { [3] = 0, [4] = 1, [5] = 1 };
  int axis = -1;

  if (shape->rank < 3 || shape->rank > 5)
    return -1;
  for (int i = 0; i < shape->rank; i++)
    if (shape->dims[i] == RGB_CHANNELS) {
      if (axis >= 0)
        return -1;
      axis = i;
    }
  return axis == first[shape->rank] || axis == shape->rank - 1 ? axis : -1;
}

static gboolean
input_init (const WeirGraph *graph, WeirNode *parameter, Input *input, GError **error)
{
  const WeirNode *reader;
  const WeirOutput *output;
  WeirPassLayout layout;

  *input = (Input){ .parameter = parameter, .port = WEIR_PORT (parameter, 0) };
  reader = weir_graph_n_uses (graph, input->port) == 1
               ? weir_graph_node (
                     graph, g_array_index (parameter->outputs[0].uses, WeirUse, 0).node)
               : NULL;
  if (weir_node_is (reader, "Transpose") && reader->outputs[0].layout != NULL)
    input->port = WEIR_PORT (reader, 0);
  output = weir_graph_output (graph, input->port);
  input->by_layout = output->layout != NULL;
  if (!input->by_layout) {
    input->channel_axis = guess_axis (&output->info.shape);
    return TRUE;
  }
  if (!weir_pass_layout_parse (output->layout, output->info.shape.rank, &layout, error))
    return FALSE;
  input->channel_axis = weir_pass_layout_axis (&layout, 'C');
  return TRUE;
}

/* Readers of the input read @port instead. */
static void
put_in (WeirGraph *graph, Input *input, WeirPort port, WeirNodeId first)
{
  weir_edit_redirect (graph, input->port, port, first);
  input->port = port;
}

static gboolean
reverse (WeirGraph *graph, Input *input, GError **error)
{
  static const gint64 order[] = { 2, 1, 0 };
  g_autofree char *name = g_strconcat (input->parameter->name, "/reverse", NULL);
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort indices = weir_build_i64 (&builder, name, order, G_N_ELEMENTS (order));
  WeirPort axis = weir_build_i64_scalar (&builder, name, input->channel_axis);
  WeirPort port =
      weir_build (&builder, "Gather", name, WEIR_INPUTS (input->port, indices, axis));

  if (!weir_build_finish (&builder, error))
    return FALSE;
  put_in (graph, input, port, port.node);
  return TRUE;
}

static gboolean
is_reversible (const WeirGraph *graph, const Input *input)
{
  const WeirShape *shape = weir_graph_shape (graph, input->port);

  if (input->channel_axis < 0 || input->channel_axis >= shape->rank)
    return FALSE;
  return shape->dims[input->channel_axis] == RGB_CHANNELS ||
         (input->by_layout && shape->dims[input->channel_axis] < 0);
}

static gboolean
reverse_all (WeirGraph *graph, Input *inputs, guint n, GError **error)
{
  guint reversed = 0;

  for (guint i = 0; i < n; i++) {
    if (!is_reversible (graph, &inputs[i]))
      continue;
    if (!reverse (graph, &inputs[i], error))
      return FALSE;
    reversed++;
  }
  if (reversed > 0 && reversed < n)
    g_message (
        "--reverse_input_channels: %u of %u inputs have three channels that can be "
        "told; say by --layout where the others are",
        reversed, n);
  if (reversed > 0)
    return TRUE;
  return weir_problem_fail (
      error, WEIR_PROBLEM_REVERSE,
      "--reverse_input_channels: expected an input with three channels, "
      "found none; say by --layout where the channels are");
}

/* The shape of @n values along the channels of @input. */
static gboolean
channel_shape (const WeirGraph *graph, const Input *input, const char *what, gsize n,
               WeirShape *shape, GError **error)
{
  const WeirShape *data = weir_graph_shape (graph, input->port);
  gint64 dim;

  *shape = WEIR_SHAPE_SCALAR;
  if (n == 1)
    return TRUE;
  if (input->channel_axis < 0 || (!input->by_layout && n != RGB_CHANNELS)) {
    g_autofree char *text = weir_shape_to_string (data);
    return weir_problem_fail (error, WEIR_PROBLEM_CHANNELS_AXIS,
                              "%s: %" G_GSIZE_FORMAT
                              " values for input '%s' of shape %s: say by "
                              "--layout which dimension the channels are",
                              what, n, input->parameter->name, text);
  }
  dim = data->dims[input->channel_axis];
  if (dim >= 0 && dim != (gint64) n)
    return weir_problem_fail (
        error, WEIR_PROBLEM_CHANNELS_COUNT,
        "%s: expected %" G_GINT64_FORMAT
        " values, one for each channel of input '%s', found %" G_GSIZE_FORMAT,
        what, dim, input->parameter->name, n);
  shape->rank = data->rank;
  for (int i = 0; i < shape->rank; i++)
    shape->dims[i] = i == input->channel_axis ? (gint64) n : 1;
  return TRUE;
}

/* One of --mean_values and --scale_values. */
typedef struct {
  const char *option, *op, *suffix;
} Step;

static const Step mean_step = { "--mean_values", "Subtract", "mean" };
static const Step scale_step = { "--scale_values", "Divide", "scale" };

static gboolean
put_step (WeirGraph *graph, Input *input, const Step *step, const double *values, gsize n,
          GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s/%s", input->parameter->name, step->suffix);
  WeirDtype dtype = weir_graph_dtype (graph, input->port);
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *tensor;
  WeirShape shape;
  WeirPort port;

  if (!weir_dtype_is_float (dtype))
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "%s: expected an input of a float type, '%s' is %s", step->option,
                      input->parameter->name, weir_dtype_name (dtype));
  if (!channel_shape (graph, input, step->option, n, &shape, error))
    return FALSE;
  tensor = weir_tensor_new (dtype, &shape, error);
  if (tensor == NULL)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    weir_dtype_store (dtype, weir_tensor_writable (tensor), i, values[i]);
  port = weir_build_constant (&builder, name, tensor);
  port = weir_build2 (&builder, step->op, name, input->port, port);
  if (!weir_build_finish (&builder, error))
    return FALSE;
  put_in (graph, input, port, port.node);
  return TRUE;
}

static Input *
find_input (const WeirGraph *graph, const char *name, Input *inputs, guint n)
{
  const WeirNode *parameter = weir_pass_find_parameter (graph, name);

  for (guint i = 0; i < n; i++)
    if (inputs[i].parameter == parameter)
      return &inputs[i];
  return NULL;
}

static gboolean
check_zero (const Step *step, const WeirChannelSpec *spec, GError **error)
{
  for (gsize i = 0; i < spec->n; i++)
    if (step == &scale_step && spec->values[i] == 0)
      return weir_problem_fail (error, WEIR_PROBLEM_SCALE_ZERO,
                                "%s: expected values other than 0", step->option);
  return spec->n > 0 || weir_fail (error, WEIR_ERROR_ARGUMENT,
                                   "%s: expected values, found none", step->option);
}

static gboolean
put_specs (WeirGraph *graph, Input *inputs, guint n, const Step *step,
           const GPtrArray *specs, GError **error)
{
  for (guint i = 0; specs != NULL && i < specs->len; i++) {
    const WeirChannelSpec *spec = specs->pdata[i];
    g_autofree char *names = weir_pass_list_parameters (graph);
    Input *input;

    if (!check_zero (step, spec, error))
      return FALSE;
    if (spec->name == NULL && specs->len != n)
      return weir_problem_fail (
          error, WEIR_PROBLEM_CHANNELS_COUNT,
          "%s: expected values for each of the %u inputs %s, or names before "
          "the values, found %u",
          step->option, n, names, specs->len);
    input = spec->name == NULL ? &inputs[i] : find_input (graph, spec->name, inputs, n);
    if (input == NULL)
      return weir_problem_fail (error, WEIR_PROBLEM_INPUT_NAME,
                                "%s: expected one of the inputs %s, found '%s'",
                                step->option, names, spec->name);
    if (!put_step (graph, input, step, spec->values, spec->n, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
put_scale_all (WeirGraph *graph, Input *inputs, guint n, double scale, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (!put_step (graph, &inputs[i], &scale_step, &scale, 1, error))
      return FALSE;
  return TRUE;
}

gboolean
weir_pass_preprocess (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  WeirGraph *graph = weir_model_graph (model);
  guint n = weir_graph_n_parameters (graph);
  g_autofree Input *inputs = g_new0 (Input, n + 1);

  for (guint i = 0; i < n; i++)
    if (!input_init (graph, weir_graph_parameter (graph, i), &inputs[i], error))
      return FALSE;
  return (!options->reverse_input_channels || reverse_all (graph, inputs, n, error)) &&
         put_specs (graph, inputs, n, &mean_step, options->mean, error) &&
         put_specs (graph, inputs, n, &scale_step, options->scale, error) &&
         (options->scale_all == 0 ||
          put_scale_all (graph, inputs, n, options->scale_all, error));
}
