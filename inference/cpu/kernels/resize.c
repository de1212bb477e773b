#include "base/error.h"
#include "cost.h"
#include "cpu/kernel.h"
#include "vec-bytes.h"

/* Interpolate of blocked values along height and width: nearest and linear. */

typedef struct {
  gboolean linear;
  guint32 *first[2], *second[2]; /* rows, columns */
  float *toward[2];
} Resize;

typedef enum { HALF_PIXEL, PYTORCH, ASYMMETRIC, TF_HALF, ALIGN, N_MODES } Transform;

static const char *const transforms[] = { "half_pixel", "pytorch_half_pixel",
                                          "asymmetric", "tf_half_pixel_for_nn",
                                          "align_corners" };
static const char *const roundings[] = { "round_prefer_floor", "round_prefer_ceil",
                                         "floor", "ceil", "simple" };

static int
find_word (const WeirNode *node, const char *attr, const char *const *words, guint n)
{
  for (guint i = 0; i < n; i++)
    if (weir_node_string_is (node, attr, words[i]))
      return (int) i;
  return -1;
}

static gboolean
no_pads (const WeirNode *node)
{
  gsize n;
  const gint64 *begin = weir_node_ints (node, "pads_begin", &n);

  for (gsize i = 0; i < n; i++)
    if (begin[i] != 0)
      return FALSE;
  begin = weir_node_ints (node, "pads_end", &n);
  for (gsize i = 0; i < n; i++)
    if (begin[i] != 0)
      return FALSE;
  return TRUE;
}

/* Sizes that were computed from scales: only where both say the same. */
static gboolean
scales_agree (const WeirPlan *plan, const WeirGroup *group)
{
  const WeirShape *x = &weir_group_input (plan, group, 0)->shape;
  const WeirShape *y = &weir_group_output (plan, group, 0)->shape;
  const WeirTensor *scales, *axes;

  if (weir_node_string_is (group->node, "shape_calculation_mode", "sizes"))
    return TRUE;
  if (group->node->version >= 11 || group->n_inputs < 3)
    return FALSE;
  scales = weir_group_input (plan, group, 2)->constant;
  axes = group->n_inputs > 3 ? weir_group_input (plan, group, 3)->constant : NULL;
  if (scales == NULL || (group->n_inputs > 3 && axes == NULL) ||
      (axes != NULL && weir_tensor_count (axes) != weir_tensor_count (scales)))
    return FALSE;
  for (gsize i = 0; i < weir_tensor_count (scales); i++) {
    gint64 axis = axes != NULL ? weir_tensor_get_int (axes, i) : (gint64) i;
    double size;

    axis = axis < 0 ? axis + 4 : axis;
    if (axis < 0 || axis > 3)
      return FALSE;
    size = weir_tensor_get (scales, i) * (double) x->dims[axis];
    if (fabs (size - (double) y->dims[axis]) > 1e-4)
      return FALSE;
  }
  return TRUE;
}

static gboolean
resize_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  const WeirValue *x = group->n_inputs > 0 ? weir_group_input (plan, group, 0) : NULL;
  const WeirValue *y = weir_group_output (plan, group, 0);
  gboolean linear;

  if (!weir_node_is (group->node, "Interpolate") || group->node->version < 4 ||
      group->bias != NULL || group->residual >= 0 || group->after.kind != WEIR_ACT_NONE ||
      x->dtype != WEIR_DTYPE_F32 || x->shape.rank != 4 || y->shape.rank != 4 ||
      !weir_shape_is_static (&x->shape) || !weir_shape_is_static (&y->shape) ||
      x->shape.dims[0] != y->shape.dims[0] || x->shape.dims[1] != y->shape.dims[1])
    return FALSE;
  linear = weir_node_string_is (group->node, "mode", "linear_onnx") ||
           (weir_node_string_is (group->node, "mode", "linear") &&
            !weir_node_bool (group->node, "antialias") &&
            x->shape.dims[2] <= y->shape.dims[2] && x->shape.dims[3] <= y->shape.dims[3]);
  return (linear || weir_node_string_is (group->node, "mode", "nearest")) &&
         find_word (group->node, "coordinate_transformation_mode", transforms, N_MODES) >=
             0 &&
         scales_agree (plan, group) && no_pads (group->node) &&
         find_word (group->node, "nearest_mode", roundings, G_N_ELEMENTS (roundings)) >=
             0;
}

static void
resize_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
               WeirDemand *outputs)
{
  gboolean bytes = weir_node_string_is (group->node, "mode", "nearest") &&
                   weir_group_input (plan, group, 0)->levels.step > 0 &&
                   weir_group_output (plan, group, 0)->levels.step > 0;

  inputs[0] = outputs[0] = (WeirDemand){ .block = VLEN, .bytes = bytes };
}

static double
resize_cost (const WeirPlan *plan, const WeirGroup *group)
{
  gsize n = weir_shape_elements (&weir_group_output (plan, group, 0)->shape);

  return COST_CALL + (double) n * 12 / COST_BYTES;
}

/* Where output position @i lies in the input (OpenVINO's specification of Interpolate-4).
 */
static float
source_of (int transform, gsize i, gsize in, gsize out)
{
  float scale = (float) out / (float) in, at = (float) i;

  switch (transform) {
  case ASYMMETRIC:
    return at / scale;
  case ALIGN:
    return out == 1 ? 0 : at * (float) (in - 1) / (float) (out - 1);
  case TF_HALF:
    return (at + 0.5f) / scale;
  case PYTORCH:
    return out > 1 ? (at + 0.5f) / scale - 0.5f : 0;
  default:
    return (at + 0.5f) / scale - 0.5f;
  }
}

static float
round_as (int rounding, float at, gboolean shrinks)
{
  switch (rounding) {
  case 0:
    return at == floorf (at) + 0.5f ? floorf (at) : roundf (at);
  case 1:
    return floorf (at + 0.5f);
  case 2:
    return floorf (at);
  case 3:
    return ceilf (at);
  default:
    return shrinks ? ceilf (at) : truncf (at);
  }
}

static gboolean
make_axis (Resize *r, const WeirNode *node, guint k, gsize in, gsize out, GError **error)
{
  int transform = find_word (node, "coordinate_transformation_mode", transforms, N_MODES);
  int rounding = find_word (node, "nearest_mode", roundings, G_N_ELEMENTS (roundings));

  r->first[k] = weir_try_alloc (out * 3 * sizeof (guint32), error);
  if (r->first[k] == NULL)
    return FALSE;
  r->second[k] = r->first[k] + out;
  r->toward[k] = (float *) (r->second[k] + out);
  for (gsize i = 0; i < out; i++) {
    float at = source_of (transform, i, in, out);

    if (!r->linear)
      at = round_as (rounding, at, out < in);
    at = CLAMP (at, 0, (float) (in - 1));
    r->first[k][i] = (guint32) at;
    r->second[k][i] = MIN ((guint32) at + 1, (guint32) in - 1);
    r->toward[k][i] = at - (float) r->first[k][i];
  }
  return TRUE;
}

static void
resize_release (void *data)
{
  Resize *r = data;

  weir_free (r->first[0]);
  weir_free (r->first[1]);
  g_free (r);
}

static void *
resize_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  const WeirShape *x = &weir_group_input (plan, group, 0)->shape;
  const WeirShape *y = &weir_group_output (plan, group, 0)->shape;
  Resize *r = g_new0 (Resize, 1);

  r->linear = !weir_node_string_is (group->node, "mode", "nearest");
  for (guint k = 0; k < 2; k++)
    if (!make_axis (r, group->node, k, (gsize) x->dims[k + 2], (gsize) y->dims[k + 2],
                    error)) {
      resize_release (r);
      return NULL;
    }
  return r;
}

typedef struct {
  const Resize *r;
  const WeirValue *x, *y;
  const void *source;
  void *target;
  guint blocks;
} Job;

static void
nearest_bytes (const Job *job, const guint8 *plane, gsize y, guint8 *out)
{
  const guint8 *row = plane + job->r->first[0][y] * job->x->row;

  for (gsize x = 0; x < (gsize) job->y->shape.dims[3]; x++)
    *(VecBytesLoose *) (out + x * VLEN) = vec_bytes (row + job->r->first[1][x] * VLEN);
}

static void
nearest_row (const Job *job, const float *plane, gsize y, float *out)
{
  const float *row = plane + job->r->first[0][y] * job->x->row;

  for (gsize x = 0; x < (gsize) job->y->shape.dims[3]; x++)
    vec_store (out + x * VLEN, vec_load (row + job->r->first[1][x] * VLEN));
}

static void
linear_row (const Job *job, const float *plane, gsize y, float *out)
{
  const Resize *r = job->r;
  const float *above = plane + r->first[0][y] * job->x->row;
  const float *below = plane + r->second[0][y] * job->x->row;
  const Vec down = vec_set (r->toward[0][y]);

  for (gsize x = 0; x < (gsize) job->y->shape.dims[3]; x++) {
    gsize left = r->first[1][x] * VLEN, right = r->second[1][x] * VLEN;
    const Vec across = vec_set (r->toward[1][x]);
    Vec a = vec_load (above + left), b = vec_load (below + left);
    Vec top = vec_fma (vec_load (above + right) - a, across, a);
    Vec bottom = vec_fma (vec_load (below + right) - b, across, b);

    vec_store (out + x * VLEN, vec_fma (bottom - top, down, top));
  }
}

static void
resize_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  gsize height = (gsize) job->y->shape.dims[2], plane = index / height,
        y = index % height;
  gsize image = plane / job->blocks, block = plane % job->blocks;
  gsize in = image * job->x->batch + block * job->x->plane;
  gsize out = image * job->y->batch + block * job->y->plane + y * job->y->row;

  (void) thread;
  if (job->y->layout.bytes)
    nearest_bytes (job, (const guint8 *) job->source + in, y,
                   (guint8 *) job->target + out);
  else if (job->r->linear)
    linear_row (job, (const float *) job->source + in, y, (float *) job->target + out);
  else
    nearest_row (job, (const float *) job->source + in, y, (float *) job->target + out);
}

static gboolean
resize_run (const WeirRun *run, GError **error)
{
  const WeirGroup *group = &run->step->group;
  Job job = { .r = run->step->state,
              .x = weir_group_input (run->plan, group, 0),
              .y = weir_group_output (run->plan, group, 0),
              .source = weir_run_input (run, 0),
              .target = weir_run_output (run, 0) };

  (void) error;
  job.blocks = ((guint) job.y->shape.dims[1] + VLEN - 1) / VLEN;
  weir_threads_run (run->threads,
                    job.blocks * (guint) (job.y->shape.dims[0] * job.y->shape.dims[2]),
                    resize_task, &job);
  return TRUE;
}

WEIR_KERNEL_DEFINE (resize) = {
  .name = "resize-" WEIR_ISA_STRING (WEIR_ISA),
  .op = "Interpolate",
  .accepts = resize_accepts,
  .demand = resize_demand,
  .cost = resize_cost,
  .prepare = resize_prepare,
  .release = resize_release,
  .run = resize_run,
};
