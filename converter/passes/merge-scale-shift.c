#include "list.h"

#include "constant-math.h"
#include "ir/edit.h"
#include "rewrite.h"
#include "unfused.h"

/* Brings Multiply and Add with constants into one form: subtracting becomes adding,
 * dividing and changing the sign multiplying; a chain of them becomes one Multiply, then
 * one Add. Only floats: integers wrap and cut off. */

static gboolean
is_mergeable (const WeirNode *node)
{
  return weir_dtype_is_float (node->outputs[0].info.dtype) &&
         !weir_pass_is_unfused (node) &&
         !weir_node_string_is (node, "auto_broadcast", "pdpd");
}

/* A constant, or the weights behind a Convert: how those were quantised is to be seen. */
static gboolean
is_constant (const WeirGraph *graph, WeirPort port)
{
  const WeirNode *node = weir_graph_node (graph, port.node);

  return weir_node_is (node, "Constant") ||
         (weir_node_is (node, "Convert") &&
          weir_match_input (graph, node, 0, "Constant") != NULL);
}

static gboolean
invert (WeirGraph *graph, WeirNode *node, const char *op, double (*function) (double),
        gboolean *changed, GError **error)
{
  g_autoptr (WeirTensor) constant = weir_pass_constant (graph, node->inputs[1]);
  g_autoptr (WeirTensor) inverse = NULL;
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort port;

  if (constant == NULL || !is_mergeable (node) || is_constant (graph, node->inputs[0]))
    return TRUE;
  inverse = weir_pass_map (constant, function);
  if (inverse == NULL || !weir_pass_is_finite (inverse))
    return TRUE;
  port = weir_build_constant (&builder, weir_node_input (graph, node, 1)->name,
                              g_steal_pointer (&inverse));
  port = weir_build2 (&builder, op, node->name, node->inputs[0], port);
  return weir_pass_finish (&builder, node, port, changed, error);
}

static gboolean
subtract (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  return invert (graph, node, "Add", weir_pass_negative, changed, error);
}

static gboolean
divide (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  return invert (graph, node, "Multiply", weir_pass_inverse, changed, error);
}

/* A node of @op with a constant; the constant has to fit into the other operand. */
typedef struct {
  WeirPort data;
  WeirTensor *constant;
} Step;

static gboolean
step_init (const WeirGraph *graph, const WeirNode *node, const char *op, Step *step)
{
  *step = (Step){ 0 };
  if (!weir_node_is (node, op) || !is_mergeable (node))
    return FALSE;
  for (guint i = 0; i < 2 && step->constant == NULL; i++) {
    step->constant = weir_pass_constant (graph, node->inputs[i]);
    step->data = node->inputs[1 - i];
  }
  return step->constant != NULL && !is_constant (graph, step->data);
}

static void
step_clear (Step *step)
{
  g_clear_pointer (&step->constant, weir_tensor_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Step, step_clear)

static gboolean
is_product (const WeirGraph *graph, const WeirNode *node)
{
  g_auto (Step) step = { 0 };

  return node != NULL && step_init (graph, node, "Multiply", &step);
}

/* A sign is a factor where there is another that it joins. */
static gboolean
negative (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  g_autofree char *name = g_strconcat (node->name, "/sign", NULL);
  const WeirNode *reader = weir_match_only_use (graph, WEIR_PORT (node, 0));
  const WeirNode *maker = weir_node_input (graph, node, 0);
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort x = node->inputs[0];

  if (!weir_dtype_is_float (node->outputs[0].info.dtype) || weir_pass_is_unfused (node) ||
      is_constant (graph, x) ||
      !(is_product (graph, reader) ||
        (weir_graph_n_uses (graph, x) == 1 && is_product (graph, maker))))
    return TRUE;
  x = weir_build2 (&builder, "Multiply", node->name, x,
                   weir_build_scalar (&builder, name, x, -1));
  return weir_pass_finish (&builder, node, x, changed, error);
}

static WeirNode *
only_reader (const WeirGraph *graph, const Step *step)
{
  return weir_graph_n_uses (graph, step->data) == 1
             ? weir_graph_node (graph, step->data.node)
             : NULL;
}

/* (x * a) * b = x * (a * b), and the same of sums. */
static gboolean
merge (WeirGraph *graph, WeirNode *node, double (*function) (double, double),
       gboolean *changed, GError **error)
{
  g_auto (Step) outer = { 0 }, inner = { 0 };
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *joined;
  WeirPort port;

  if (!step_init (graph, node, node->op->name, &outer) ||
      only_reader (graph, &outer) == NULL ||
      !step_init (graph, only_reader (graph, &outer), node->op->name, &inner))
    return TRUE;
  joined = weir_pass_join (inner.constant, outer.constant, function);
  if (joined == NULL || !weir_pass_is_finite (joined)) {
    weir_tensor_unref (joined);
    return TRUE;
  }
  g_autofree char *name = g_strconcat (node->name, "/constant", NULL);
  port = weir_build_constant (&builder, name, joined);
  port = weir_build2 (&builder, node->op->name, node->name, inner.data, port);
  return weir_pass_finish (&builder, node, port, changed, error);
}

/* (x + a) * b = x * b + a * b */
static gboolean
swap (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  g_auto (Step) outer = { 0 }, inner = { 0 };
  g_autofree char *name = g_strconcat (node->name, "/scale", NULL);
  g_autofree char *shift_name = g_strconcat (node->name, "/shift", NULL);
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *shift;
  WeirPort port, scale;

  if (!step_init (graph, node, "Multiply", &outer) ||
      only_reader (graph, &outer) == NULL ||
      !step_init (graph, only_reader (graph, &outer), "Add", &inner))
    return TRUE;
  shift = weir_pass_join (inner.constant, outer.constant, weir_pass_product);
  if (shift == NULL || !weir_pass_is_finite (shift)) {
    weir_tensor_unref (shift);
    return TRUE;
  }
  scale = node->inputs[weir_port_equal (node->inputs[0], outer.data) ? 1 : 0];
  port = weir_build2 (&builder, "Multiply", name, inner.data, scale);
  port = weir_build2 (&builder, "Add", node->name, port,
                      weir_build_constant (&builder, shift_name, shift));
  return weir_pass_finish (&builder, node, port, changed, error);
}

static gboolean
add (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  return merge (graph, node, weir_pass_sum, changed, error);
}

static gboolean
multiply (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  WeirNodeId id = node->id;

  return merge (graph, node, weir_pass_product, changed, error) &&
         (weir_graph_node (graph, id) == NULL || swap (graph, node, changed, error));
}

static const WeirRewrite rows[] = {
  { "Subtract", subtract }, { "Divide", divide }, { "Negative", negative },
  { "Multiply", multiply }, { "Add", add },       { NULL },
};

gboolean
weir_pass_merge_scale_shift (WeirModel *model, const WeirPassOptions *options,
                             GError **error)
{
  return options->disable_fusing ||
         weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
