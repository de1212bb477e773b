#include "list.h"

#include "rewrite.h"
#include "unfused.h"

#include <math.h>

/* BatchNormInference: y = (x - mean) / sqrt (variance + epsilon) * gamma + beta, as one
 * Multiply and one Add, which then go into the layer before. */

#define N_PARAMETERS 4

enum { GAMMA, BETA, MEAN, VARIANCE };

/* Input ports of the data and of the parameters: the first version has them elsewhere. */
typedef struct {
  guint data;
  guint parameters[N_PARAMETERS];
} Ports;

static const Ports ports_v1 = { 2, { 0, 1, 3, 4 } };
static const Ports ports_v5 = { 0, { 1, 2, 3, 4 } };

typedef struct {
  WeirTensor *tensors[N_PARAMETERS];
} Parameters;

static void
parameters_clear (Parameters *p)
{
  for (guint i = 0; i < N_PARAMETERS; i++)
    g_clear_pointer (&p->tensors[i], weir_tensor_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parameters, parameters_clear)

static gboolean
parameters_init (const WeirGraph *graph, const WeirNode *node, const Ports *ports,
                 Parameters *p)
{
  for (guint i = 0; i < N_PARAMETERS; i++) {
    p->tensors[i] = weir_pass_constant (graph, node->inputs[ports->parameters[i]]);
    if (p->tensors[i] == NULL || weir_tensor_shape (p->tensors[i])->rank != 1 ||
        weir_tensor_count (p->tensors[i]) != weir_tensor_count (p->tensors[0]))
      return FALSE;
  }
  return weir_tensor_count (p->tensors[0]) > 0;
}

static void
fill (const Parameters *p, double epsilon, WeirTensor *scale, WeirTensor *shift)
{
  WeirDtype dtype = weir_tensor_dtype (scale);

  for (gsize i = 0; i < weir_tensor_count (scale); i++) {
    double factor = weir_tensor_get (p->tensors[GAMMA], i) /
                    sqrt (weir_tensor_get (p->tensors[VARIANCE], i) + epsilon);

    weir_dtype_store (dtype, weir_tensor_writable (scale), i, factor);
    weir_dtype_store (dtype, weir_tensor_writable (shift), i,
                      weir_tensor_get (p->tensors[BETA], i) -
                          weir_tensor_get (p->tensors[MEAN], i) * factor);
  }
}

static gboolean
batchnorm (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const Ports *ports = node->version < 5 ? &ports_v1 : &ports_v5;
  const WeirShape *x = weir_graph_shape (graph, node->inputs[ports->data]);
  WeirDtype dtype = weir_graph_dtype (graph, node->inputs[ports->data]);
  g_auto (Parameters) p = { { NULL } };
  g_autofree char *scale_name = g_strconcat (node->name, "/scale", NULL);
  g_autofree char *shift_name = g_strconcat (node->name, "/shift", NULL);
  g_autofree char *product_name = g_strconcat (node->name, "/scaled", NULL);
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirShape shape = { .rank = x->rank };
  WeirTensor *scale, *shift;
  WeirPort port;

  if (x->rank < 2 || weir_pass_is_unfused (node) || !weir_dtype_is_float (dtype) ||
      !parameters_init (graph, node, ports, &p))
    return TRUE;
  for (int i = 0; i < shape.rank; i++)
    shape.dims[i] = i == 1 ? (gint64) weir_tensor_count (p.tensors[0]) : 1;
  scale = weir_tensor_new (dtype, &shape, &builder.error);
  shift = builder.error == NULL ? weir_tensor_new (dtype, &shape, &builder.error) : NULL;
  if (builder.error == NULL)
    fill (&p, weir_node_float (node, "epsilon"), scale, shift);
  port = weir_build2 (&builder, "Multiply", product_name, node->inputs[ports->data],
                      weir_build_constant (&builder, scale_name, scale));
  port = weir_build2 (&builder, "Add", node->name, port,
                      weir_build_constant (&builder, shift_name, shift));
  return weir_pass_finish (&builder, node, port, changed, error);
}

static const WeirRewrite rows[] = { { "BatchNormInference", batchnorm }, { NULL } };

gboolean
weir_pass_fuse_batchnorm (WeirModel *model, const WeirPassOptions *options,
                          GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
