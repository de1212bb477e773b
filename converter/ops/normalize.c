#include "axes.h"
#include "broadcast.h"

#include <math.h>

/* Normalizations by sums along axes: MVN, NormalizeL2, GRN, GroupNormalization. */

static gboolean
float_infer (WeirInfer *infer, GError **error)
{
  WeirDtype dtype = infer->inputs[0].dtype;

  if (dtype != WEIR_DTYPE_UNKNOWN && !weir_dtype_is_float (dtype))
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected floating point, found %s",
                      weir_dtype_name (dtype));
  return weir_infer_same (infer, error);
}

/* Data seen as @shape, in groups of elements that share the sums of @kept, the same shape
 * with 1 where elements are summed. */
typedef struct {
  const WeirTensor *x;
  WeirShape shape, kept;
  gsize groups, size; /* how many groups, elements of each */
  double *center;     /* one a group; zeros until it is computed */
  double *factor;
} Groups;

static gboolean
groups_init (Groups *g, const WeirTensor *x, const WeirShape *shape, guint set,
             GError **error)
{
  *g = (Groups){ .x = x, .shape = *shape, .kept = weir_axes_kept (shape, set) };
  g->groups = weir_shape_elements (&g->kept);
  g->size = g->groups > 0 ? weir_tensor_count (x) / g->groups : 0;
  g->center = weir_try_alloc (g->groups * sizeof *g->center, error);
  if (g->center == NULL)
    return FALSE;
  g->factor = weir_try_alloc (g->groups * sizeof *g->factor, error);
  if (g->factor == NULL)
    weir_free (g->center);
  return g->factor != NULL;
}

static void
groups_clear (Groups *g)
{
  weir_free (g->center);
  weir_free (g->factor);
}

static void
find_centers (Groups *g)
{
  const WeirShape *kept = &g->kept;
  WeirWalk walk;

  for (weir_walk_init (&walk, &g->shape, &kept, 1); walk.more; weir_walk_next (&walk))
    for (gsize i = 0; i < walk.row; i++)
      g->center[walk.offset[0] + i * walk.step[0]] += weir_tensor_get (g->x, walk.at + i);
  for (gsize i = 0; i < g->groups; i++)
    g->center[i] /= (double) g->size;
}

/* Sums of the squared distances from the centers, into the factors. */
static void
find_squares (Groups *g)
{
  const WeirShape *kept = &g->kept;
  WeirWalk walk;

  for (weir_walk_init (&walk, &g->shape, &kept, 1); walk.more; weir_walk_next (&walk))
    for (gsize i = 0; i < walk.row; i++) {
      gsize group = walk.offset[0] + i * walk.step[0];
      double distance = weir_tensor_get (g->x, walk.at + i) - g->center[group];

      g->factor[group] += distance * distance;
    }
}

static void
apply (const Groups *g, WeirTensor *y)
{
  const WeirShape *kept = &g->kept;
  WeirDtype dtype = weir_tensor_dtype (y);
  WeirWalk walk;

  for (weir_walk_init (&walk, &g->shape, &kept, 1); walk.more; weir_walk_next (&walk))
    for (gsize i = 0; i < walk.row; i++) {
      gsize group = walk.offset[0] + i * walk.step[0];
      double distance = weir_tensor_get (g->x, walk.at + i) - g->center[group];

      weir_dtype_store (dtype, weir_tensor_writable (y), walk.at + i,
                        distance * g->factor[group]);
    }
}

static const WeirAttrRow mvn_attrs[] = {
  { "eps", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
  { "across_channels", WEIR_ATTR_BOOL, NULL, NULL, 0, 5 },
  { "normalize_variance", WEIR_ATTR_BOOL, NULL, NULL, 0, 0 },
  { "reduction_axes", WEIR_ATTR_INTS, "", NULL, 0, 5 },
  { "eps_mode", WEIR_ATTR_STRING, NULL, "inside_sqrt|outside_sqrt", 6, 0 },
  { NULL }
};

/* The older version knows its axes by attributes: all but the images, or also not the
 * channels. */
static gboolean
mvn_attr_axes (const WeirNode *node, int rank, guint *set, GError **error)
{
  gsize n;
  const gint64 *axes = weir_node_ints (node, "reduction_axes", &n);

  if (n > 0)
    return weir_axes_parse (axes, n, rank, set, error);
  *set = 0;
  for (int i = weir_node_bool (node, "across_channels") ? 1 : 2; i < rank; i++)
    *set |= 1u << i;
  return TRUE;
}

static gboolean
mvn_infer (WeirInfer *infer, GError **error)
{
  guint inputs = infer->node->version < 6 ? 1 : 2, set;
  int rank = infer->inputs[0].shape.rank;
  gboolean known;

  if (infer->n_inputs != inputs)
    return weir_fail (error, WEIR_ERROR_FORMAT, "expected %u inputs, found %u", inputs,
                      infer->n_inputs);
  if (inputs == 1 && rank >= 0 && !mvn_attr_axes (infer->node, rank, &set, error))
    return FALSE;
  if (inputs == 2 && !weir_axes_infer (infer, 1, rank, &set, &known, error))
    return FALSE;
  return float_infer (infer, error);
}

static void
mvn_factors (const WeirNode *node, Groups *g)
{
  double eps = weir_node_float (node, "eps");
  gboolean inside =
      node->version < 6 || weir_node_string_is (node, "eps_mode", "inside_sqrt");

  if (weir_node_bool (node, "normalize_variance"))
    find_squares (g);
  for (gsize i = 0; i < g->groups; i++) {
    double variance = g->factor[i] / (double) g->size;

    if (!weir_node_bool (node, "normalize_variance"))
      g->factor[i] = 1;
    else
      g->factor[i] = 1 / (inside ? sqrt (variance + eps) : sqrt (variance) + eps);
  }
}

static gboolean
mvn_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  const WeirShape *shape = weir_tensor_shape (x);
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  Groups g;
  guint set;

  if (y == NULL ||
      (eval->n_inputs > 1
           ? !weir_axes_evaluate (eval->inputs[1], shape->rank, &set, error)
           : !mvn_attr_axes (eval->node, shape->rank, &set, error)) ||
      !groups_init (&g, x, shape, set, error))
    return FALSE;
  find_centers (&g);
  mvn_factors (eval->node, &g);
  apply (&g, y);
  groups_clear (&g);
  return TRUE;
}

WEIR_OP_DEFINE (mvn) = {
  .name = "MVN",
  .versions = { 2, 6 },
  .preferred = 6,
  .min_inputs = 1,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = mvn_attrs,
  .summary = "Mean 0, and variance 1, along axes",
  .infer = mvn_infer,
  .evaluate = mvn_evaluate,
};

static const WeirAttrRow l2_attrs[] = { { "eps", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
                                        { "eps_mode", WEIR_ATTR_STRING, NULL, "add|max",
                                          0, 0 },
                                        { NULL } };

static gboolean
l2_infer (WeirInfer *infer, GError **error)
{
  gboolean known;
  guint set;

  return weir_axes_infer (infer, 1, infer->inputs[0].shape.rank, &set, &known, error) &&
         float_infer (infer, error);
}

static gboolean
l2_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  const WeirShape *shape = weir_tensor_shape (x);
  gboolean add = weir_node_string_is (eval->node, "eps_mode", "add");
  double eps = weir_node_float (eval->node, "eps");
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  Groups g;
  guint set;

  if (y == NULL || !weir_axes_evaluate (eval->inputs[1], shape->rank, &set, error) ||
      !groups_init (&g, x, shape, set, error))
    return FALSE;
  find_squares (&g);
  for (gsize i = 0; i < g.groups; i++)
    g.factor[i] = 1 / sqrt (add ? g.factor[i] + eps : MAX (g.factor[i], eps));
  apply (&g, y);
  groups_clear (&g);
  return TRUE;
}

WEIR_OP_DEFINE (normalize_l2) = {
  .name = "NormalizeL2",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = l2_attrs,
  .summary = "Division by the Euclidean norm along axes",
  .infer = l2_infer,
  .evaluate = l2_evaluate,
};

static const WeirAttrRow grn_attrs[] = { { "bias", WEIR_ATTR_FLOAT, NULL, NULL, 0, 0 },
                                         { NULL } };

static gboolean
grn_infer (WeirInfer *infer, GError **error)
{
  int rank = infer->inputs[0].shape.rank;

  if (rank == 0 || rank == 1)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected an input of rank 2 or more, found rank %d", rank);
  return float_infer (infer, error);
}

static gboolean
grn_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  double bias = weir_node_float (eval->node, "bias");
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  Groups g;

  if (y == NULL || !groups_init (&g, x, weir_tensor_shape (x), 1u << 1, error))
    return FALSE;
  find_squares (&g);
  for (gsize i = 0; i < g.groups; i++)
    g.factor[i] = 1 / sqrt (g.factor[i] + bias);
  apply (&g, y);
  groups_clear (&g);
  return TRUE;
}

WEIR_OP_DEFINE (grn) = {
  .name = "GRN",
  .versions = { 1 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .attrs = grn_attrs,
  .summary = "Division by the norm over the channels",
  .infer = grn_infer,
  .evaluate = grn_evaluate,
};

static const WeirAttrRow group_attrs[] = {
  { "num_groups", WEIR_ATTR_INT, NULL, "1..", 0, 0 },
  { "epsilon", WEIR_ATTR_FLOAT, NULL, "0..", 0, 0 },
  { NULL }
};

static gboolean
group_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  gint64 groups = weir_node_int (infer->node, "num_groups");
  WeirShape channels = weir_shape_unknown (1);

  if (!grn_infer (infer, error))
    return FALSE;
  if (x->rank > 0)
    channels.dims[0] = x->dims[1];
  if (!weir_shape_merge (&channels, &infer->inputs[1].shape) ||
      !weir_shape_merge (&channels, &infer->inputs[2].shape))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "scale and bias must have one element a channel");
  if (channels.dims[0] >= 0 && channels.dims[0] % groups != 0)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "%" G_GINT64_FORMAT
                      " channels cannot be divided into %" G_GINT64_FORMAT " groups",
                      channels.dims[0], groups);
  return TRUE;
}

/* y holds what is normalized; each channel has its own scale and bias. */
static void
scale_channels (WeirTensor *y, const WeirTensor *scale, const WeirTensor *bias)
{
  const gint64 *dims = weir_tensor_shape (y)->dims;
  WeirDtype dtype = weir_tensor_dtype (y);
  gsize lines = (gsize) dims[0] * (gsize) dims[1];

  for (gsize i = 0; i < weir_tensor_count (y); i++) {
    gsize channel = i / (weir_tensor_count (y) / lines) % (gsize) dims[1];

    weir_dtype_store (dtype, weir_tensor_writable (y), i,
                      weir_tensor_get (y, i) * weir_tensor_get (scale, channel) +
                          weir_tensor_get (bias, channel));
  }
}

static gboolean
group_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  gint64 count = (gint64) weir_tensor_count (x), all;
  double eps = weir_node_float (eval->node, "epsilon");
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  Groups g;

  if (y == NULL)
    return FALSE;
  if (count == 0)
    return TRUE;
  all = weir_tensor_shape (x)->dims[0] * weir_node_int (eval->node, "num_groups");
  if (!groups_init (&g, x, &WEIR_SHAPE (all, count / all), 1u << 1, error))
    return FALSE;
  find_centers (&g);
  find_squares (&g);
  for (gsize i = 0; i < g.groups; i++)
    g.factor[i] = 1 / sqrt (g.factor[i] / (double) g.size + eps);
  apply (&g, y);
  groups_clear (&g);
  scale_channels (y, eval->inputs[1], eval->inputs[2]);
  return TRUE;
}

WEIR_OP_DEFINE (group_normalization) = {
  .name = "GroupNormalization",
  .versions = { 12 },
  .min_inputs = 3,
  .max_inputs = 3,
  .outputs = 1,
  .attrs = group_attrs,
  .summary = "Mean 0 and variance 1 in groups of channels, then scale and bias",
  .infer = group_infer,
  .evaluate = group_evaluate,
};
