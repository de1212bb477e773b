#include "list.h"

#include "constant-math.h"
#include "rewrite.h"

/* A Reshape to groups of channels, MVN of each, and a Reshape back: GroupNormalization,
 * which then takes scales and shifts of the channels behind it. Scales and shifts of
 * whole groups may stand before the second Reshape. */

#define CHANNELS 1
/* What the file does not hold is written for each channel: not for any number of them. */
#define MAX_CHANNELS 65536

/**
 * Core:
 * @scale, @shift: (nullable): constants between the Reshapes
 */
typedef struct {
  WeirPort x;
  gint64 groups, channels;
  double eps;
  WeirTensor *scale, *shift;
} Core;

static void
core_clear (Core *core)
{
  g_clear_pointer (&core->scale, weir_tensor_unref);
  g_clear_pointer (&core->shift, weir_tensor_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Core, core_clear)

/* @op of a value and a constant, which goes to @constant, for the caller alone; the value
 * takes the place of @port. */
static gboolean
take_constant (const WeirGraph *graph, const char *op, WeirPort *port,
               WeirTensor **constant)
{
  const WeirNode *node = weir_match (graph, *port, op);

  if (node == NULL || weir_graph_n_uses (graph, *port) != 1 ||
      !weir_node_string_is (node, "auto_broadcast", "numpy"))
    return FALSE;
  for (guint i = 0; i < 2; i++) {
    *constant = weir_pass_constant (graph, node->inputs[i]);
    if (*constant != NULL) {
      *port = node->inputs[1 - i];
      return TRUE;
    }
  }
  return FALSE;
}

/* Whether @mvn normalises each [batch, group] by its variance. */
static gboolean
is_of_groups (const WeirGraph *graph, const WeirNode *mvn)
{
  int rank = mvn->outputs[0].info.shape.rank;
  gint64 axes[2 * WEIR_MAX_RANK];
  guint mask = 0;
  gsize n;

  if (rank < 3 || mvn->version < 6 || !weir_node_bool (mvn, "normalize_variance") ||
      !weir_node_string_is (mvn, "eps_mode", "inside_sqrt") ||
      !weir_pass_axes (graph, mvn, 1, rank, axes, &n))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    mask |= 1u << axes[i];
  return mask == (1u << rank) - 4;
}

/* Whether two shapes of equal volume are the same, one unknown dimension or not. */
static gboolean
is_same (const WeirShape *a, const WeirShape *b)
{
  guint unknown = 0;

  if (a->rank != b->rank)
    return FALSE;
  for (int i = 0; i < a->rank; i++) {
    unknown += a->dims[i] < 0;
    if (a->dims[i] != b->dims[i] || a->dims[i] == 0)
      return FALSE;
  }
  return unknown <= 1;
}

/* Whether a Reshape of @x to @apart leaves the batch, whose size may be unknown. */
static gboolean
keeps_batch (const WeirGraph *graph, const WeirNode *reshape)
{
  const WeirShape *x = weir_graph_shape (graph, reshape->inputs[0]);
  gint64 target[2 * WEIR_MAX_RANK];
  gsize n;

  if (x->dims[0] >= 0)
    return reshape->outputs[0].info.shape.dims[0] == x->dims[0];
  return weir_node_bool (reshape, "special_zero") &&
         weir_pass_ints (graph, reshape, 1, target, &n) && n > 0 && target[0] == 0;
}

static gboolean
leads_back (const WeirGraph *graph, const WeirNode *reshape, WeirPort x)
{
  const WeirNode *shape_of = weir_match_input (graph, reshape, 1, "ShapeOf");

  return is_same (&reshape->outputs[0].info.shape, weir_graph_shape (graph, x)) ||
         (shape_of != NULL && weir_port_equal (shape_of->inputs[0], x));
}

static gboolean
core_init (const WeirGraph *graph, const WeirNode *back, Core *core)
{
  WeirPort port = back->inputs[0];
  const WeirNode *mvn, *apart;
  const WeirShape *x;

  take_constant (graph, "Add", &port, &core->shift);
  take_constant (graph, "Multiply", &port, &core->scale);
  mvn = weir_match (graph, port, "MVN");
  if (mvn == NULL || weir_graph_n_uses (graph, port) != 1 || !is_of_groups (graph, mvn))
    return FALSE;
  apart = weir_match_input (graph, mvn, 0, "Reshape");
  if (apart == NULL || weir_graph_n_uses (graph, mvn->inputs[0]) != 1)
    return FALSE;
  core->x = apart->inputs[0];
  core->eps = weir_node_float (mvn, "eps");
  core->groups = apart->outputs[0].info.shape.dims[CHANNELS];
  x = weir_graph_shape (graph, core->x);
  if (x->rank < 3 || !weir_dtype_is_float (weir_graph_dtype (graph, core->x)))
    return FALSE;
  core->channels = x->dims[CHANNELS];
  return core->groups > 0 && core->channels > 0 && core->channels <= MAX_CHANNELS &&
         core->channels % core->groups == 0 && keeps_batch (graph, apart) &&
         leads_back (graph, back, core->x) &&
         (core->scale == NULL ||
          weir_pass_along (core->scale, apart->outputs[0].info.shape.rank, CHANNELS)) &&
         (core->shift == NULL ||
          weir_pass_along (core->shift, apart->outputs[0].info.shape.rank, CHANNELS));
}

/* A list with an element for each of @channels: those of @values, each as often as it has
 * to be, or @otherwise. */
static WeirTensor *
spread (WeirDtype dtype, gint64 channels, const WeirTensor *values, double otherwise)
{
  WeirTensor *list = weir_tensor_new (dtype, &WEIR_SHAPE (channels), NULL);
  gsize each = values != NULL ? (gsize) channels / weir_tensor_count (values) : 1;

  for (gsize i = 0; list != NULL && i < (gsize) channels; i++)
    weir_dtype_store (dtype, weir_tensor_writable (list), i,
                      values != NULL ? weir_tensor_get (values, i / each) : otherwise);
  return list;
}

static WeirPort
build (WeirBuilder *builder, const char *name, WeirPort x, WeirTensor *scale,
       WeirTensor *shift, gint64 groups, double eps)
{
  g_autofree char *scale_name = g_strconcat (name, "/scale", NULL);
  g_autofree char *shift_name = g_strconcat (name, "/shift", NULL);
  WeirPort factors = weir_build_constant (builder, scale_name, scale);
  WeirPort summands = weir_build_constant (builder, shift_name, shift);
  WeirNode *node = weir_build_begin (builder, "GroupNormalization", name,
                                     WEIR_INPUTS (x, factors, summands));

  weir_node_set_int (node, "num_groups", groups);
  weir_node_set_float (node, "epsilon", eps);
  return weir_build_end (builder, node);
}

static gboolean
reshape (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  g_auto (Core) core = { 0 };
  g_autoptr (WeirTensor) scale = NULL, shift = NULL;
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirDtype dtype = node->outputs[0].info.dtype;

  if (!core_init (graph, node, &core))
    return TRUE;
  scale = spread (dtype, core.channels, core.scale, 1);
  shift = spread (dtype, core.channels, core.shift, 0);
  if (scale == NULL || shift == NULL)
    return TRUE;
  return weir_pass_finish (&builder, node,
                           build (&builder, node->name, core.x, g_steal_pointer (&scale),
                                  g_steal_pointer (&shift), core.groups, core.eps),
                           changed, error);
}

/* The lists of a GroupNormalization with @constant behind it, a factor or a summand. */
static gboolean
join_lists (const WeirGraph *graph, const WeirNode *group, const WeirTensor *constant,
            gboolean factor, WeirTensor **scale, WeirTensor **shift)
{
  g_autoptr (WeirTensor) a = weir_pass_constant (graph, group->inputs[1]);
  g_autoptr (WeirTensor) b = weir_pass_constant (graph, group->inputs[2]);
  g_autoptr (WeirTensor) list = NULL;

  if (a == NULL || b == NULL)
    return FALSE;
  list = spread (weir_tensor_dtype (a), weir_tensor_shape (a)->dims[0], constant, 0);
  if (list == NULL)
    return FALSE;
  *scale = factor ? weir_pass_join (a, list, weir_pass_product) : weir_tensor_ref (a);
  *shift = weir_pass_join (b, list, factor ? weir_pass_product : weir_pass_sum);
  return *scale != NULL && *shift != NULL && weir_pass_is_finite (*scale) &&
         weir_pass_is_finite (*shift);
}

static gboolean
binary (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  g_autoptr (WeirTensor) constant = NULL, scale = NULL, shift = NULL;
  gboolean factor = weir_node_is (node, "Multiply");
  WeirBuilder builder = WEIR_BUILDER (graph);
  const WeirNode *group = NULL;
  const WeirShape *shape;

  for (guint i = 0; constant == NULL && i < 2; i++) {
    group = weir_match_input (graph, node, i, "GroupNormalization");
    if (group == NULL || weir_graph_n_uses (graph, node->inputs[i]) != 1)
      continue;
    constant = weir_pass_constant (graph, node->inputs[1 - i]);
  }
  if (constant == NULL || !weir_node_string_is (node, "auto_broadcast", "numpy"))
    return TRUE;
  shape = &group->outputs[0].info.shape;
  if (!weir_pass_along (constant, shape->rank, CHANNELS) ||
      !weir_pass_broadcasts_into (weir_tensor_shape (constant), shape) ||
      !join_lists (graph, group, constant, factor, &scale, &shift))
    return TRUE;
  return weir_pass_finish (&builder, node,
                           build (&builder, node->name, group->inputs[0],
                                  g_steal_pointer (&scale), g_steal_pointer (&shift),
                                  weir_node_int (group, "num_groups"),
                                  weir_node_float (group, "epsilon")),
                           changed, error);
}

static const WeirRewrite rows[] = {
  { "Reshape", reshape },
  { "Multiply", binary },
  { "Add", binary },
  { NULL },
};

gboolean
weir_pass_fuse_group_norm (WeirModel *model, const WeirPassOptions *options,
                           GError **error)
{
  return options->ir_version == 10 ||
         weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
