#include "check.h"
#include "npy.h"
#include "random-input.h"
#include "session.h"

#include <string.h>

/* Runs two models on the same inputs: as they are, for their outputs, and then with every
 * value handed out that both have. */

typedef struct {
  const CheckOptions *options;
  CheckResult *result;
  Session session; /* the first model, as it is */
  guint *places;   /* of each input of the first among those of the second */
  WeirShape *shapes;
} Check;

static GArray *
new_differences (void)
{
  return g_array_new (FALSE, TRUE, sizeof (CheckDifference));
}

/* The shape of input @index of the second model, from that of the first. */
static gboolean
fit_input (const WeirGraph *graph, guint index, const WeirPortInfo *info,
           WeirShape *shape, GError **error)
{
  const WeirShape *declared = &weir_graph_parameter (graph, index)->outputs[0].info.shape;
  g_autofree char *found = weir_shape_to_string (declared);
  g_autofree char *expected = weir_shape_to_string (&info->shape);

  return check_fit_shape (&info->shape, declared, shape) ||
         weir_fail (error, WEIR_ERROR_SHAPE,
                    "input '%s' has shape %s; input '%s' of the other model has %s",
                    info->name, expected, weir_graph_parameter_name (graph, index),
                    found);
}

static gboolean
match_inputs (Check *c, GError **error)
{
  const WeirGraph *a = weir_model_graph (c->result->model);
  const WeirGraph *b = weir_model_graph (c->result->against);
  guint n = weir_graph_n_parameters (a);

  if (weir_graph_n_parameters (b) != n)
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "%s has %u inputs, %s has %u",
                      c->options->model, n, c->options->against,
                      weir_graph_n_parameters (b));
  c->places = check_match_inputs (a, b);
  c->shapes = g_new0 (WeirShape, n + 1);
  for (guint i = 0; i < n; i++) {
    WeirPortInfo info;

    weir_network_input (c->session.network, i, &info);
    if (!fit_input (b, c->places[i], &info, &c->shapes[c->places[i]], error))
      return FALSE;
  }
  return TRUE;
}

static WeirModel *
load_against (const CheckOptions *o, GError **error)
{
  g_autoptr (WeirConvertOptions) options = weir_convert_options_new ();

  if (o->against_convert_options != NULL &&
      !weir_convert_options_parse_line (options, o->against_convert_options, error))
    return NULL;
  return weir_convert_file (o->against, options, NULL, NULL, error);
}

static gboolean
fill_inputs (Check *c, guint sample, GRand *rand, GError **error)
{
  Session *s = &c->session;

  if (sample > 0) {
    weir_tensor_unref (s->inputs[0]);
    s->inputs[0] = npy_read (c->options->data[sample], error);
    if (s->inputs[0] == NULL)
      return FALSE;
  }
  for (guint i = 0; i < s->n_inputs; i++) {
    WeirPortInfo info;

    weir_network_input (s->network, i, &info);
    if (s->inputs[i] == NULL)
      s->inputs[i] = random_input (&info, rand, error);
    if (s->inputs[i] == NULL)
      return FALSE;
    if (!weir_shape_equal (weir_tensor_shape (s->inputs[i]), &info.shape))
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input '%s': expected one sample of the network's shape",
                        info.name);
  }
  return TRUE;
}

/* The tensor that the network wants: networks of two frameworks may differ in type and in
 * where channels stand. */
static gboolean
set_input (WeirRequest *request, guint index, WeirTensor *tensor, GError **error)
{
  g_autoptr (WeirTensor) ordered = NULL;
  g_autoptr (WeirTensor) typed = NULL;
  WeirPortInfo info;

  weir_network_input (weir_request_network (request), index, &info);
  ordered = check_reorder (tensor, &info.shape, error);
  typed = ordered != NULL ? weir_tensor_convert (ordered, info.dtype, error) : NULL;
  return typed != NULL && weir_request_set_input (request, index, typed, error);
}

/* (transfer full) (nullable): one run of @model. */
static WeirRequest *
run_model (Check *c, WeirModel *model, gboolean second, GError **error)
{
  const CheckOptions *o = c->options;
  g_autofree WeirShape *shapes = g_new0 (WeirShape, c->session.n_inputs + 1);
  WeirNetworkOptions options = { .device = second ? o->against_device : o->device,
                                 .threads = o->threads,
                                 .shapes = shapes,
                                 .n_shapes = c->session.n_inputs };
  g_autoptr (WeirNetwork) network = NULL;
  g_autoptr (WeirRequest) request = NULL;

  for (guint i = 0; i < c->session.n_inputs; i++) {
    WeirPortInfo info;

    weir_network_input (c->session.network, i, &info);
    shapes[i] = second ? c->shapes[i] : info.shape;
  }
  network = weir_network_new (model, &options, error);
  request = network != NULL ? weir_request_new (network, error) : NULL;
  for (guint i = 0; request != NULL && i < c->session.n_inputs; i++)
    if (!set_input (request, second ? c->places[i] : i, c->session.inputs[i], error))
      return NULL;
  if (request == NULL || !weir_request_run (request, error))
    return NULL;
  return g_steal_pointer (&request);
}

static void
keep_worst (GArray *list, guint index, CheckDifference found)
{
  CheckDifference *worst;

  if (list->len <= index)
    g_array_set_size (list, index + 1);
  worst = &g_array_index (list, CheckDifference, index);
  if (!worst->comparable || found.relative > worst->relative)
    *worst = found;
}

/* Which output of @b is output @index of @a: by name, else the next one that is not
 * @taken and of the same shape, else the one at the same place. */
static guint
find_output (WeirRequest *a, guint index, WeirRequest *b, const gboolean *taken)
{
  const WeirNetwork *network = weir_request_network (b);
  guint n = weir_network_n_outputs (network);
  WeirPortInfo wanted, info;

  weir_network_output (weir_request_network (a), index, &wanted);
  for (guint i = 0; i < n; i++) {
    weir_network_output (network, i, &info);
    if (check_same_name (info.name, wanted.name))
      return i;
  }
  for (guint i = 0; i < n; i++)
    if (!taken[i] && weir_shape_equal (weir_tensor_shape (weir_request_output (a, index)),
                                       weir_tensor_shape (weir_request_output (b, i))))
      return i;
  return index;
}

static gboolean
compare_outputs (Check *c, WeirRequest *a, WeirRequest *b, GError **error)
{
  const WeirNetwork *x = weir_request_network (a), *y = weir_request_network (b);
  guint n = weir_network_n_outputs (x);
  g_autofree gboolean *taken = g_new0 (gboolean, n + 1);

  if (weir_network_n_outputs (y) != n)
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "%s has %u outputs, %s has %u",
                      c->options->model, n, c->options->against,
                      weir_network_n_outputs (y));
  for (guint i = 0; i < n; i++) {
    guint place = find_output (a, i, b, taken);
    WeirPortInfo info;

    taken[place] = TRUE;
    weir_network_output (x, i, &info);
    if (c->result->output_names->len <= i)
      g_ptr_array_add (c->result->output_names, g_strdup (info.name));
    keep_worst (
        c->result->outputs, i,
        check_compare (weir_request_output (a, i), weir_request_output (b, place)));
  }
  return TRUE;
}

static gboolean
run_outputs (Check *c, GError **error)
{
  g_autoptr (WeirRequest) a = run_model (c, c->result->model, FALSE, error);
  g_autoptr (WeirRequest) b =
      a != NULL ? run_model (c, c->result->against, TRUE, error) : NULL;

  return b != NULL && compare_outputs (c, a, b, error);
}

static WeirModel *
expose (Check *c, gboolean second, GError **error)
{
  const GArray *pairs = c->result->pairs;
  g_autofree WeirPort *ports = g_new0 (WeirPort, pairs->len + 1);

  for (guint i = 0; i < pairs->len; i++) {
    const CheckPair *pair = &g_array_index (pairs, CheckPair, i);
    ports[i] = second ? pair->b : pair->a;
  }
  return weir_model_expose (second ? c->result->against : c->result->model, ports,
                            pairs->len, error);
}

static gboolean
run_layers (Check *c, GError **error)
{
  g_autoptr (WeirModel) first = expose (c, FALSE, error);
  g_autoptr (WeirModel) second = first != NULL ? expose (c, TRUE, error) : NULL;
  g_autoptr (WeirRequest) a = second != NULL ? run_model (c, first, FALSE, error) : NULL;
  g_autoptr (WeirRequest) b = a != NULL ? run_model (c, second, TRUE, error) : NULL;
  guint skip_a = weir_graph_n_results (weir_model_graph (c->result->model));
  guint skip_b = weir_graph_n_results (weir_model_graph (c->result->against));

  for (guint i = 0; b != NULL && i < c->result->pairs->len; i++)
    keep_worst (c->result->layers, i,
                check_compare (weir_request_output (a, skip_a + i),
                               weir_request_output (b, skip_b + i)));
  return b != NULL;
}

static gboolean
run_samples (Check *c, GError **error)
{
  CheckResult *r = c->result;
  g_autoptr (GRand) rand = g_rand_new_with_seed (c->options->seed);
  guint samples =
      c->options->data != NULL ? MAX (1, g_strv_length (c->options->data)) : 1;

  r->pairs = check_align (weir_model_graph (r->model), weir_model_graph (r->against),
                          &r->alone_a, &r->alone_b);
  for (guint i = 0; i < samples; i++)
    if (!fill_inputs (c, i, rand, error) || !run_outputs (c, error) ||
        !run_layers (c, error))
      return FALSE;
  return TRUE;
}

static gboolean
open_and_run (Check *c, GError **error)
{
  const CheckOptions *o = c->options;
  char *first[] = { o->data != NULL ? o->data[0] : NULL, NULL };
  SessionOptions options = { .model = o->model,
                             .convert_options = o->convert_options,
                             .input = first[0] != NULL ? first : o->input,
                             .shape = o->shape,
                             .network = { .device = o->device, .threads = o->threads } };

  if (!session_open (&c->session, &options, error))
    return FALSE;
  if (c->options->data != NULL && c->session.n_inputs != 1)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "--data: expected a model of one input, %s has %u", o->model,
                      c->session.n_inputs);
  c->result->model = weir_model_ref (c->session.model);
  c->result->against = load_against (o, error);
  return c->result->against != NULL && match_inputs (c, error) && run_samples (c, error);
}

gboolean
check_run (CheckResult *result, const CheckOptions *options, GError **error)
{
  Check c = { .options = options, .result = result };
  gboolean good;

  *result = (CheckResult){ .layers = new_differences (),
                           .outputs = new_differences (),
                           .output_names = g_ptr_array_new_with_free_func (g_free) };
  good = open_and_run (&c, error);
  session_close (&c.session);
  g_free (c.places);
  g_free (c.shapes);
  return good;
}

void
check_result_clear (CheckResult *result)
{
  weir_model_unref (result->model);
  weir_model_unref (result->against);
  g_clear_pointer (&result->pairs, g_array_unref);
  g_clear_pointer (&result->layers, g_array_unref);
  g_clear_pointer (&result->outputs, g_array_unref);
  g_clear_pointer (&result->output_names, g_ptr_array_unref);
}
