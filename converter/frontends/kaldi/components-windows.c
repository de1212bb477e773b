#include "table.h"

/* Components that look at several frames (offsets.c): their input is those frames, the
 * oldest first. */

/* Sizes that a component may name. */
#define MAX_SIZE (1 << 20)

static gint64
frame_count (const KdComponent *component)
{
  g_autoptr (GArray) offsets = kd_offsets (component);

  return offsets != NULL ? offsets->len : 1;
}

/* The last numbers of a frame may be the same for all frames: they come once. */
static gint64
splice_size (const KdComponent *component, gint64 input)
{
  gint64 count = frame_count (component);

  if (input < 0)
    return -1;
  return kd_size_for (input -
                      CLAMP (kd_whole (component, "ConstComponentDim", 0), 0, MAX_SIZE) *
                          (count - 1));
}

static WeirPort
splice (WeirMake *make, const KdComponent *component, WeirPort x)
{
  gint64 same = kd_whole (component, "ConstComponentDim", 0);
  gint64 width = weir_make_shape (make, x)->dims[1];
  gint64 count = frame_count (component), size = width / count;
  g_autoptr (GArray) columns = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (same == 0)
    return x;
  if (same < 0 || same >= size || width > MAX_SIZE * 16)
    return weir_make_invalid (
        make, "%" G_GINT64_FORMAT " constant numbers of %" G_GINT64_FORMAT, same, size);
  for (gint64 i = 0; i < width; i++)
    if (i % size < size - same || i / size == count - 1)
      g_array_append_val (columns, i);
  return kd_columns (make, x, columns, 1);
}

static WeirPort
splice_max (WeirMake *make, const KdComponent *component, WeirPort x)
{
  gint64 width = weir_make_shape (make, x)->dims[1];
  gint64 count = frame_count (component);

  x = weir_make_reshape (make, x, (const gint64[]){ 1, count, width / count }, 3);
  return weir_make_reduce (make, "ReduceMax", x, WEIR_MAKE_INTS (make, 1), FALSE);
}

static gint64
splice_max_size (const KdComponent *component, gint64 input)
{
  return input < 0 ? -1 : input / frame_count (component);
}

/* Attention over few frames (nnet3/nnet-attention-component.h). Each head has a key, a
 * value and a query; the query's last numbers are added to the products, one a frame. */

typedef struct {
  gint64 heads, key, value, context, left, size;
  gboolean with_context;
} Attention;

static Attention
attention_of (const KdComponent *component)
{
  Attention a = { .heads = kd_whole (component, "NumHeads", 1),
                  .key = kd_whole (component, "KeyDim", 0),
                  .value = kd_whole (component, "ValueDim", 0),
                  .left = kd_whole (component, "NumLeftInputs", 0),
                  .context = frame_count (component),
                  .with_context = kd_flag (component, "OutputContext") };

  if (a.heads < 1 || a.key < 1 || a.value < 1 || a.heads > MAX_SIZE / 64 ||
      a.key > MAX_SIZE || a.value > MAX_SIZE || a.left < 0 || a.left >= a.context)
    return (Attention){ .heads = 0 };
  a.size = a.key + a.value + a.key + a.context;
  return a;
}

/* Numbers of all heads in frames @first to @end: [heads, frames, count]. */
static WeirPort
of_heads (WeirMake *make, WeirPort x, const Attention *a, gint64 frame, gint64 frames,
          gint64 at, gint64 count)
{
  x = weir_make_reshape (make, x, (const gint64[]){ a->context, a->heads, a->size }, 3);
  if (frames != a->context)
    x = weir_make_slice (make, x, WEIR_MAKE_INTS (make, frame),
                         WEIR_MAKE_INTS (make, frame + frames), 0);
  x = weir_make_slice (make, x, WEIR_MAKE_INTS (make, at),
                       WEIR_MAKE_INTS (make, at + count), 2);
  return weir_make_transpose (make, x, (const gint64[]){ 1, 0, 2 }, 3);
}

static WeirPort
attention (WeirMake *make, const KdComponent *component, WeirPort x)
{
  Attention a = attention_of (component);
  gint64 width = weir_make_shape (make, x)->dims[1];
  WeirPort keys, values, query, bias, weights;
  WeirNode *node;

  if (weir_build_failed (make->b))
    return WEIR_PORT_NONE;
  if (a.heads == 0 || width != a.heads * a.size * a.context)
    return weir_make_invalid (
        make, "its sizes do not fit %" G_GINT64_FORMAT " frames of %" G_GINT64_FORMAT,
        frame_count (component), width / frame_count (component));
  keys = of_heads (make, x, &a, 0, a.context, 0, a.key);
  values = of_heads (make, x, &a, 0, a.context, a.key, a.value);
  query = of_heads (make, x, &a, a.left, 1, a.key + a.value, a.key);
  bias = of_heads (make, x, &a, a.left, 1, 2 * a.key + a.value, a.context);
  node = WEIR_MAKE_BEGIN (make, "MatMul", query, keys);
  weir_node_set_bool (node, "transpose_b", TRUE);
  weights = weir_make_end (make, node);
  weights = weir_make_2 (
      make, "Multiply", weights,
      weir_make_scalar (make, weights, kd_number (component, "KeyScale", 1)));
  node = WEIR_MAKE_BEGIN (make, "Softmax", weir_make_2 (make, "Add", weights, bias));
  weir_node_set_int (node, "axis", 2);
  weights = weir_make_end (make, node);
  x = weir_make_2 (make, "MatMul", weights, values);
  if (a.with_context)
    x = weir_make_concat (make, (const WeirPort[]){ x, weights }, 2, 2);
  return kd_flat (make, x);
}

static gint64
attention_size (const KdComponent *component, gint64 input)
{
  Attention a = attention_of (component);

  (void) input;
  return a.heads * (a.value + (a.with_context ? a.context : 0));
}

/* Statistics over a window (nnet3/nnet-general-component.h): first how many frames, their
 * sum and, if it is asked for, the sum of their squares. */

static WeirPort
extract (WeirMake *make, const KdComponent *component, WeirPort x)
{
  WeirShape shape = WEIR_SHAPE (1, 1);
  WeirPort parts[3];
  WeirTensor *one;

  one = weir_tensor_new (WEIR_DTYPE_F32, &shape, &make->b->error);
  if (one == NULL)
    return WEIR_PORT_NONE;
  *(float *) weir_tensor_writable (one) = 1;
  parts[0] = weir_make_constant (make, one);
  parts[1] = x;
  if (!kd_flag (component, "IncludeVarinance"))
    return weir_make_concat (make, parts, 2, 1);
  parts[2] = weir_make_2 (make, "Multiply", x, x);
  return weir_make_concat (make, parts, 3, 1);
}

static const char *
refuse_extract (const KdComponent *component)
{
  return kd_whole (component, "OutputPeriod", 1) != kd_whole (component, "InputPeriod", 1)
             ? "statistics of more than one frame at a time"
             : NULL;
}

static gint64
extract_size (const KdComponent *component, gint64 input)
{
  if (input < 0)
    return -1;
  return 1 + (kd_flag (component, "IncludeVarinance") ? 2 : 1) * input;
}

/* The logarithm of the count, as often as is asked for, means, and deviations. */
static WeirPort
statistics (WeirMake *make, const KdComponent *component, WeirPort sums, gint64 size)
{
  gint64 logs = kd_whole (component, "NumLogCountFeatures", 0);
  gboolean deviations = kd_flag (component, "OutputStddevs");
  WeirPort count = kd_range (make, sums, 0, 1), parts[3], mean;
  WeirNode *tile;
  guint n = 0;

  mean = weir_make_2 (make, "Divide", kd_range (make, sums, 1, size - 1), count);
  if (logs > 0) {
    tile = WEIR_MAKE_BEGIN (make, "Tile", weir_make_1 (make, "Log", count),
                            WEIR_MAKE_INTS (make, 1, logs));
    parts[n++] = weir_make_end (make, tile);
  }
  if (!deviations) {
    parts[n++] = mean;
  } else {
    gint64 half = (size - 1) / 2;
    WeirPort first = kd_range (make, mean, 0, half), y;

    y = weir_make_2 (make, "Subtract", kd_range (make, mean, half, half),
                     weir_make_2 (make, "Multiply", first, first));
    y = weir_make_2 (
        make, "Maximum", y,
        weir_make_scalar (make, y, kd_number (component, "VarianceFloor", 1e-10)));
    parts[n++] = first;
    parts[n++] = weir_make_1 (make, "Sqrt", y);
  }
  return n == 1 ? parts[0] : weir_make_concat (make, parts, n, 1);
}

static WeirPort
pooling (WeirMake *make, const KdComponent *component, WeirPort x)
{
  gint64 count = frame_count (component);
  gint64 size = weir_make_shape (make, x)->dims[1] / count;
  gint64 logs = kd_whole (component, "NumLogCountFeatures", 0);

  if (weir_build_failed (make->b))
    return WEIR_PORT_NONE;
  if (size < 2 || logs < 0 || logs > MAX_SIZE ||
      (kd_flag (component, "OutputStddevs") && size % 2 == 0))
    return weir_make_invalid (make, "statistics of %" G_GINT64_FORMAT " numbers", size);
  x = weir_make_reshape (make, x, (const gint64[]){ 1, count, size }, 3);
  x = weir_make_reduce (make, "ReduceSum", x, WEIR_MAKE_INTS (make, 1), FALSE);
  return statistics (make, component, x, size);
}

static gint64
pooling_size (const KdComponent *component, gint64 input)
{
  if (input < 0)
    return -1;
  return input / frame_count (component) - 1 +
         CLAMP (kd_whole (component, "NumLogCountFeatures", 0), 0, MAX_SIZE);
}

/* Convolution over frames and heights (nnet3/nnet-convolutional-component.h): numbers of
 * a frame are its heights, and at each of them the filters. Heights outside are zero. */

typedef struct {
  gint64 in, out, height_in, height_out, step;
  const GArray *pairs;
} Convolution;

static gboolean
convolution_of (const KdComponent *component, Convolution *c)
{
  const KdField *pairs = kd_field (component, "Offsets");

  *c = (Convolution){ .in = kd_whole (component, "NumFiltersIn", 0),
                      .out = kd_whole (component, "NumFiltersOut", 0),
                      .height_in = kd_whole (component, "HeightIn", 0),
                      .height_out = kd_whole (component, "HeightOut", 0),
                      .step = kd_whole (component, "HeightSubsampleOut", 1),
                      .pairs = pairs != NULL ? pairs->ints : NULL };
  return c->pairs != NULL && c->in > 0 && c->out > 0 && c->height_in > 0 &&
         c->height_out > 0 && c->step > 0 && c->in < MAX_SIZE && c->out < MAX_SIZE &&
         c->height_in < MAX_SIZE && c->height_out < MAX_SIZE && c->step < MAX_SIZE &&
         c->height_out * (gint64) (c->pairs->len / 2) < MAX_SIZE * 4 / c->in;
}

static gint64
frame_index (const GArray *offsets, gint64 frame)
{
  for (guint i = 0; i < offsets->len; i++)
    if (g_array_index (offsets, gint64, i) == frame)
      return i;
  return 0;
}

static GArray *
convolution_columns (const KdComponent *component, const Convolution *c)
{
  GArray *columns = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) offsets = kd_offsets (component);
  gint64 frame = c->height_in * c->in;

  for (gint64 h = 0; h < c->height_out; h++)
    for (guint i = 0; i + 1 < c->pairs->len; i += 2) {
      gint64 at = frame_index (offsets, g_array_index (c->pairs, gint64, i));
      gint64 height = h * c->step + CLAMP (g_array_index (c->pairs, gint64, i + 1),
                                           -MAX_SIZE, MAX_SIZE);

      for (gint64 f = 0; f < c->in; f++) {
        gint64 column =
            height < 0 || height >= c->height_in ? -1 : at * frame + height * c->in + f;

        g_array_append_val (columns, column);
      }
    }
  return columns;
}

static WeirPort
convolution (WeirMake *make, const KdComponent *component, WeirPort x)
{
  g_autoptr (GArray) columns = NULL;
  Convolution c;
  WeirNode *node;

  if (!convolution_of (component, &c))
    return weir_make_invalid (make, "its model is not complete, or too large");
  columns = convolution_columns (component, &c);
  node = WEIR_MAKE_BEGIN (make, "MatMul", kd_columns (make, x, columns, c.height_out),
                          kd_matrix (make, component, "LinearParams"));
  weir_node_set_bool (node, "transpose_b", TRUE);
  x = weir_make_2 (make, "Add", weir_make_end (make, node),
                   kd_row_vector (make, component, "BiasParams"));
  return kd_flat (make, x);
}

static gint64
convolution_size (const KdComponent *component, gint64 input)
{
  Convolution c;

  (void) input;
  return convolution_of (component, &c) ? c.height_out * c.out : 0;
}

const KdRow kd_rows_windows[] = {
  { "Splice", splice, splice_size },
  { "SpliceMax", splice_max, splice_max_size },
  { "RestrictedAttention", attention, attention_size },
  { "StatisticsExtraction", extract, extract_size, .refuse = refuse_extract },
  { "StatisticsPooling", pooling, pooling_size },
  { "TimeHeightConvolution", convolution, convolution_size },
  { NULL },
};
