#include "harness.h"

#include "cpu/tables.h"
#include "guard.h"
#include "ir/evaluate.h"

#include <math.h>
#include <string.h>

typedef struct {
  WeirPlan plan;
  WeirStep step;
  WeirRun run;
  WeirDemand *inputs, *outputs;
  GArray *guards; /* Guard, one a value */
  WeirThreads *threads;
  guint8 *scratch;
} Rig;

/* A value of the plan for tensor @tensor, or for output @info. */
static guint
add_value (Rig *rig, const WeirValueInfo *info, WeirTensor *constant)
{
  WeirValue value = { .dtype = info->dtype,
                      .shape = info->shape,
                      .storage =
                          constant != NULL ? WEIR_STORAGE_CONSTANT : WEIR_STORAGE_ARENA,
                      .constant = constant };

  g_array_append_val (rig->plan.values, value);
  return rig->plan.values->len - 1;
}

static void
make_group (Rig *rig, const KernelCase *c)
{
  WeirGroup *group = &rig->step.group;
  guint n = c->node->n_inputs;

  group->node = c->node;
  group->inputs = g_new0 (guint, n + 1);
  group->outputs = g_new0 (guint, c->node->n_outputs);
  for (guint i = 0; i < n; i++) {
    gboolean constant = weir_node_is (weir_node_input (c->graph, c->node, i), "Constant");
    WeirValueInfo info = { weir_tensor_dtype (c->inputs[i]),
                           *weir_tensor_shape (c->inputs[i]), NULL };

    group->inputs[i] = add_value (rig, &info, constant ? c->inputs[i] : NULL);
  }
  group->n_inputs = n;
  group->residual = -1;
  if (c->residual != NULL) {
    WeirValueInfo info = { WEIR_DTYPE_F32, *weir_tensor_shape (c->residual), NULL };

    group->inputs[n] = add_value (rig, &info, NULL);
    group->residual = (int) n;
    group->n_inputs = n + 1;
  }
  group->bias = c->bias;
  group->before = c->before;
  group->after = c->after;
  group->n_outputs = c->node->n_outputs;
  for (guint i = 0; i < group->n_outputs; i++)
    group->outputs[i] = add_value (rig, &c->node->outputs[i].info, NULL);
}

/* Strides with the gaps that the case asks for, and memory. */
static void
place (Rig *rig, const KernelCase *c, guint id, const WeirDemand *demand)
{
  WeirValue *value = &g_array_index (rig->plan.values, WeirValue, id);
  Guard *guard = &g_array_index (rig->guards, Guard, id);
  gsize size = weir_dtype_size (value->dtype), elements, border = 0;
  const gint64 *d = value->shape.dims;

  if (value->storage == WEIR_STORAGE_CONSTANT)
    return;
  elements = weir_shape_elements (&value->shape);
  if (value->shape.rank == 4) {
    gsize block = demand->block == WEIR_BLOCK_ANY ? 0 : demand->block;
    gsize step = MAX (block, 1), gap = block > 0 ? c->gap : 0;
    gsize planes = ((gsize) d[1] + step - 1) / step;

    value->layout = (WeirLayout){ (guint) block, demand->top, demand->left,
                                  demand->bottom, demand->right };
    value->row = ((gsize) d[3] + demand->left + demand->right + gap) * step;
    value->plane = ((gsize) d[2] + demand->top + demand->bottom + gap) * value->row;
    value->batch = (planes + gap) * value->plane;
    border = demand->top * value->row + demand->left * step;
    elements = (gsize) d[0] * value->batch;
  }
  guard_init (guard, elements * size, c->at_end);
  value->size = elements * size;
  rig->run.data[id] = guard->data + border * size;
}

/* Calls @visit with the offset of every lane of a value, borders included: @index is the
 * element in the plain tensor, or -1 in the border and -2 beyond the channels. */
typedef void (*Visit) (float *element, gssize index, void *context);

static void
each_lane (const WeirValue *value, float *data, Visit visit, void *context)
{
  const WeirLayout *l = &value->layout;
  gssize block = MAX (l->block, 1), height = value->shape.dims[2];
  gssize width = value->shape.dims[3], channels = value->shape.dims[1];
  gssize padded = (channels + block - 1) / block * block;

  for (gssize n = 0; n < value->shape.dims[0]; n++)
    for (gssize c = 0; c < padded; c++)
      for (gssize y = -(gssize) l->top; y < height + l->bottom; y++)
        for (gssize x = -(gssize) l->left; x < width + l->right; x++) {
          gssize index = ((n * channels + c) * height + y) * width + x;

          if (c >= channels)
            index = -2;
          if (y < 0 || x < 0 || y >= height || x >= width)
            index = -1;
          visit (data + n * (gssize) value->batch + c / block * (gssize) value->plane +
                     y * (gssize) value->row + x * block + c % block,
                 index, context);
        }
}

static void
fill_lane (float *element, gssize index, void *context)
{
  const float *values = context;

  *element = index >= 0 ? values[index] : index == -1 ? 0 : 3.25f;
}

static void
fill (const Rig *rig, guint id, const WeirTensor *tensor)
{
  const WeirValue *value = weir_plan_value (&rig->plan, id);

  if (value->storage == WEIR_STORAGE_CONSTANT)
    return;
  if (value->shape.rank == 4 && value->layout.block > 0)
    each_lane (value, rig->run.data[id], fill_lane, (void *) weir_tensor_data (tensor));
  else
    memcpy (rig->run.data[id], weir_tensor_data (tensor), weir_tensor_size (tensor));
}

static void
read_lane (float *element, gssize index, void *context)
{
  float *values = context;

  if (index >= 0)
    values[index] = *element;
  else if (index == -2)
    g_assert_true (isfinite (*element));
  memset (element, GUARD_FILL, sizeof *element);
}

/* The output as a plain tensor; what lies around it must be untouched. */
static WeirTensor *
read_back (const Rig *rig, guint id)
{
  const WeirValue *value = weir_plan_value (&rig->plan, id);
  const Guard *guard = &g_array_index (rig->guards, Guard, id);
  WeirTensor *tensor = weir_tensor_new (value->dtype, &value->shape, NULL);

  if (value->shape.rank != 4 || value->layout.block == 0) {
    memcpy (weir_tensor_writable (tensor), rig->run.data[id], weir_tensor_size (tensor));
    return tensor;
  }
  each_lane (value, rig->run.data[id], read_lane, weir_tensor_writable (tensor));
  for (gsize i = 0; i < guard->size; i++)
    if (guard->data[i] != GUARD_FILL) {
      g_test_message ("byte %zu of the output's memory was written", i);
      g_test_fail ();
      break;
    }
  return tensor;
}

/* Everything but the scratch memory. */
static gboolean
rig_init (Rig *rig, const WeirKernel *kernel, const KernelCase *c)
{
  WeirGroup *group = &rig->step.group;

  *rig = (Rig){ .guards = g_array_new (FALSE, TRUE, sizeof (Guard)) };
  rig->plan.graph = c->graph;
  rig->plan.values = g_array_new (FALSE, TRUE, sizeof (WeirValue));
  make_group (rig, c);
  rig->step.kernel = kernel;
  rig->step.name = g_strdup (c->node->name);
  rig->run = (WeirRun){ .plan = &rig->plan, .step = &rig->step };
  rig->run.data = g_new0 (void *, rig->plan.values->len);
  rig->run.tensors = g_new0 (WeirTensor *, rig->plan.values->len);
  g_array_set_size (rig->guards, rig->plan.values->len);
  rig->inputs = g_new0 (WeirDemand, group->n_inputs);
  rig->outputs = g_new0 (WeirDemand, group->n_outputs);
  if (!kernel->accepts (&rig->plan, group))
    return FALSE;
  if (kernel->demand != NULL)
    kernel->demand (&rig->plan, group, rig->inputs, rig->outputs);
  for (guint i = 0; i < group->n_inputs; i++)
    place (rig, c, group->inputs[i], &rig->inputs[i]);
  for (guint i = 0; i < group->n_outputs; i++)
    place (rig, c, group->outputs[i], &rig->outputs[i]);
  for (guint i = 0; i < group->n_inputs; i++)
    fill (rig, group->inputs[i], i < c->node->n_inputs ? c->inputs[i] : c->residual);
  return TRUE;
}

static void
rig_prepare (Rig *rig, const KernelCase *c)
{
  const WeirKernel *kernel = rig->step.kernel;
  GError *error = NULL;

  if (kernel->prepare != NULL)
    rig->step.state = kernel->prepare (&rig->plan, &rig->step.group, &error);
  g_assert_no_error (error);
  if (kernel->scratch != NULL)
    rig->plan.scratch_size = (kernel->scratch (rig->step.state) + 63) / 64 * 64;
  rig->scratch = weir_try_alloc (rig->plan.scratch_size * c->threads, NULL);
  rig->threads = weir_threads_new (c->threads, FALSE, &error);
  g_assert_no_error (error);
  rig->run.scratch = rig->scratch;
  rig->run.threads = rig->threads;
}

static void
rig_run (Rig *rig)
{
  GError *error = NULL;

  g_assert_true (rig->step.kernel->run (&rig->run, &error));
  g_assert_no_error (error);
}

static void
rig_clear (Rig *rig)
{
  if (rig->step.kernel->release != NULL && rig->step.state != NULL)
    rig->step.kernel->release (rig->step.state);
  weir_threads_free (rig->threads);
  for (guint i = 0; i < rig->guards->len; i++)
    guard_clear (&g_array_index (rig->guards, Guard, i));
  weir_free (rig->scratch);
  g_array_unref (rig->guards);
  g_array_unref (rig->plan.values);
  g_free (rig->step.group.inputs);
  g_free (rig->step.group.outputs);
  g_free (rig->step.name);
  g_free (rig->run.data);
  g_free (rig->run.tensors);
  g_free (rig->inputs);
  g_free (rig->outputs);
}

WeirTensor *
kernel_run (const WeirKernel *kernel, const KernelCase *c, guint port)
{
  WeirTensor *tensor = NULL;
  Rig rig;

  if (rig_init (&rig, kernel, c)) {
    rig_prepare (&rig, c);
    rig_run (&rig);
    tensor = read_back (&rig, rig.step.group.outputs[port]);
  }
  rig_clear (&rig);
  return tensor;
}

gboolean
kernel_time (const WeirKernel *kernel, const KernelCase *c, double seconds,
             KernelTime *time)
{
  gint64 begin = g_get_monotonic_time ();
  gboolean accepted;
  Rig rig;

  accepted = rig_init (&rig, kernel, c);
  if (accepted) {
    rig_prepare (&rig, c);
    time->cost = kernel->cost (&rig.plan, &rig.step.group);
    time->least = INFINITY;
    do {
      gint64 start = g_get_monotonic_time ();
      guint runs = 0;

      /* The clock counts microseconds. */
      for (; g_get_monotonic_time () - start < 500; runs++)
        rig_run (&rig);
      time->least =
          MIN (time->least, (double) (g_get_monotonic_time () - start) * 1e-6 / runs);
    } while ((double) (g_get_monotonic_time () - begin) * 1e-6 < seconds);
  }
  rig_clear (&rig);
  return accepted;
}

const WeirKernel *
kernel_find (WeirIsa isa, const char *name, const char *op)
{
  const WeirKernelTable *table = weir_kernel_table (isa);
  g_autofree char *start = g_strconcat (name, "-", NULL);

  for (guint i = 0; i < table->n_kernels; i++) {
    const char *full = table->kernels[i]->name;

    if (g_str_has_prefix (full, start) && strchr (full + strlen (start), '-') == NULL &&
        g_strcmp0 (table->kernels[i]->op, op) == 0)
      return table->kernels[i];
  }
  return NULL;
}

static double
sigmoid (double x)
{
  return 1 / (1 + exp (-x));
}

static double
activate (const WeirActivation *act, gsize channel, double x)
{
  double alpha = (double) act->alpha, beta = (double) act->beta;

  if (act->slopes != NULL)
    alpha =
        weir_tensor_get (act->slopes, weir_tensor_count (act->slopes) == 1 ? 0 : channel);
  switch (act->kind) {
  case WEIR_ACT_NONE:
    return x;
  case WEIR_ACT_RELU:
    return fmax (x, 0);
  case WEIR_ACT_LEAKY:
  case WEIR_ACT_PRELU:
    return x < 0 ? alpha * x : x;
  case WEIR_ACT_CLAMP:
    return fmin (fmax (x, alpha), beta);
  case WEIR_ACT_SIGMOID:
    return sigmoid (x);
  case WEIR_ACT_TANH:
    return tanh (x);
  case WEIR_ACT_SWISH:
    return x * sigmoid (alpha * x);
  case WEIR_ACT_HSWISH:
    return x * fmin (fmax (x + 3, 0), 6) / 6;
  case WEIR_ACT_HSIGMOID:
    return fmin (fmax (alpha * x + beta, 0), 1);
  case WEIR_ACT_ELU:
    return x < 0 ? alpha * expm1 (x) : x;
  case WEIR_ACT_GELU:
    return x * 0.5 * erfc (-x * sqrt (0.5));
  case WEIR_ACT_MISH:
    return x * tanh (log1p (exp (x)));
  }
  return x;
}

WeirTensor *
kernel_expect (const KernelCase *c, guint port)
{
  g_autofree WeirTensor **outputs = g_new0 (WeirTensor *, c->node->n_outputs);
  GError *error = NULL;
  const WeirShape *shape;
  WeirTensor *result;
  gsize area;
  float *values;

  weir_node_evaluate (c->node, c->inputs, outputs, NULL, &error);
  g_assert_no_error (error);
  result = weir_tensor_ref (outputs[port]);
  for (guint i = 0; i < c->node->n_outputs; i++)
    weir_tensor_unref (outputs[i]);
  shape = weir_tensor_shape (result);
  if (shape->rank < 2 || weir_tensor_dtype (result) != WEIR_DTYPE_F32)
    return result;
  area = weir_tensor_count (result) / (gsize) (shape->dims[0] * shape->dims[1]);
  values = weir_tensor_writable (result);
  for (gsize i = 0; i < weir_tensor_count (result); i++) {
    gsize channel = i / area % (gsize) shape->dims[1];
    double x = (double) values[i];

    if (c->bias != NULL)
      x += weir_tensor_get (c->bias, channel);
    x = activate (&c->before, channel, x);
    if (c->residual != NULL)
      x += weir_tensor_get (c->residual, i);
    values[i] = (float) activate (&c->after, channel, x);
  }
  return result;
}
