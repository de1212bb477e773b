#include "table.h"

/* Convolution and pooling: a frame as an image, from which patches are taken by their
 * columns; then one product, or one maximum, for all patches. */

/* Columns that all patches together may have. */
#define MAX_COLUMNS (1 << 24)

/* Sizes of the file that are multiplied; each is at least 1 or the file is wrong. */
typedef struct {
  gint64 x, y, z;
} Size;

static gboolean
is_sane (Size size)
{
  gint64 product;

  return size.x > 0 && size.y > 0 && size.z > 0 &&
         !__builtin_mul_overflow (size.x, size.y, &product) &&
         !__builtin_mul_overflow (product, size.z, &product) && product <= MAX_COLUMNS;
}

static gboolean
fits (Size count, Size window)
{
  gint64 product;

  return is_sane (count) && is_sane (window) &&
         !__builtin_mul_overflow (count.x * count.y * count.z,
                                  window.x * window.y * window.z, &product) &&
         product <= MAX_COLUMNS;
}

/* How often a window fits, moved by a step; 0 where numbers are wrong. */
static gint64
windows (gint64 size, gint64 window, gint64 step)
{
  return window < 1 || step < 1 || window > size ? 0 : (size - window) / step + 1;
}

static Size
size_of (const KdComponent *component, const char *x, const char *y, const char *z)
{
  return (Size){ kd_whole (component, x, 0), kd_whole (component, y, 0),
                 kd_whole (component, z, 0) };
}

/**
 * Grid:
 * @count, @window: windows in each direction, and their size
 * @step: from window to window
 * @stride: columns from one number to the next in each direction
 *
 * How patches lie in a frame.
 */
typedef struct {
  Size count, window, step, stride;
} Grid;

static GArray *
columns_of (const Grid *g)
{
  GArray *columns = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 patches = g->count.x * g->count.y * g->count.z;
  gint64 size = g->window.x * g->window.y * g->window.z;

  for (gint64 p = 0; p < patches; p++)
    for (gint64 i = 0; i < size; i++) {
      Size at = { p / (g->count.y * g->count.z), p / g->count.z % g->count.y,
                  p % g->count.z };
      Size in = { i / (g->window.y * g->window.z), i / g->window.z % g->window.y,
                  i % g->window.z };
      gint64 column = (at.x * g->step.x + in.x) * g->stride.x +
                      (at.y * g->step.y + in.y) * g->stride.y +
                      (at.z * g->step.z + in.z) * g->stride.z;

      g_array_append_val (columns, column);
    }
  return columns;
}

/* As [patches, numbers in one]. */
static WeirPort
patches_of (WeirMake *make, WeirPort x, const Grid *g)
{
  g_autoptr (GArray) columns = NULL;

  if (!fits (g->count, g->window))
    return weir_make_invalid (make, "windows do not fit the frame, or are too many");
  columns = columns_of (g);
  x = kd_columns (make, x, columns, g->count.x * g->count.y * g->count.z);
  return weir_make_reshape (
      make, x, (const gint64[]){ -1, g->window.x * g->window.y * g->window.z }, 2);
}

/* Patches of nnet1 and nnet2: @PatchDim neighbours of each frame that was spliced. */
static Grid
strip_grid (const KdComponent *component, gint64 width)
{
  gint64 stride = kd_whole (component, "PatchStride", 0);
  gint64 patch = kd_whole (component, "PatchDim", 0);
  gint64 step = kd_whole (component, "PatchStep", 0);
  gint64 spliced = stride > 0 ? width / stride : 0;

  return (Grid){ .count = { windows (stride, patch, step), 1, 1 },
                 .window = { spliced, patch, 1 },
                 .step = { 0, 0, 0 },
                 .stride = { stride, 1, 0 } };
}

static GArray *
strip_columns (const KdComponent *component, const Grid *g)
{
  GArray *columns = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 step = kd_whole (component, "PatchStep", 0);

  for (gint64 p = 0; p < g->count.x; p++)
    for (gint64 s = 0; s < g->window.x; s++)
      for (gint64 i = 0; i < g->window.y; i++) {
        gint64 column = s * g->stride.x + p * step + i;

        g_array_append_val (columns, column);
      }
  return columns;
}

/* Filters are rows of a matrix; all of one patch come out together. */
static WeirPort
filter (WeirMake *make, const KdComponent *component, WeirPort patches,
        const char *filters, const char *bias)
{
  WeirNode *node =
      WEIR_MAKE_BEGIN (make, "MatMul", patches, kd_matrix (make, component, filters));
  WeirPort y;

  weir_node_set_bool (node, "transpose_b", TRUE);
  y = weir_make_end (make, node);
  y = weir_make_2 (make, "Add", y, kd_row_vector (make, component, bias));
  return kd_flat (make, y);
}

static const char *
filters_key (const KdComponent *component)
{
  return kd_field (component, "Filters") != NULL ? "Filters" : "FilterParams";
}

static const char *
bias_key (const KdComponent *component)
{
  return kd_field (component, "Filters") != NULL ? "Bias" : "BiasParams";
}

static const char *
refuse_1d (const KdComponent *component)
{
  return kd_flag (component, "AppendedConv") ? "an appended convolution" : NULL;
}

static WeirPort
convolution_1d (WeirMake *make, const KdComponent *component, WeirPort x)
{
  Grid g = strip_grid (component, weir_make_shape (make, x)->dims[1]);
  g_autoptr (GArray) columns = NULL;

  if (!fits (g.count, g.window))
    return weir_make_invalid (make, "patches do not fit the frame, or are too many");
  columns = strip_columns (component, &g);
  return filter (make, component, kd_columns (make, x, columns, g.count.x),
                 filters_key (component), bias_key (component));
}

static gint64
times_filters (const KdComponent *component, gint64 patches)
{
  const KdField *bias = kd_field (component, bias_key (component));
  gint64 size;

  if (bias == NULL || bias->tensor == NULL ||
      __builtin_mul_overflow (patches, (gint64) weir_tensor_count (bias->tensor), &size))
    return 0;
  return kd_size_for (size);
}

static gint64
convolution_1d_size (const KdComponent *component, gint64 input)
{
  (void) input;
  return times_filters (component, windows (kd_whole (component, "PatchStride", 0),
                                            kd_whole (component, "PatchDim", 0),
                                            kd_whole (component, "PatchStep", 0)));
}

/* nnet3: three dimensions, of which the filters move along the first two; the first
 * varies slowest, the last fastest unless <InputVectorization> is 0. */
static Grid
image_grid (const KdComponent *component)
{
  Size in = size_of (component, "InputXDim", "InputYDim", "InputZDim");
  Size filter_ = { kd_whole (component, "FiltXDim", 0),
                   kd_whole (component, "FiltYDim", 0), in.z };
  Size step = { kd_whole (component, "FiltXStep", 0),
                kd_whole (component, "FiltYStep", 0), 1 };
  gboolean yzx = kd_whole (component, "InputVectorization", 0) == 0;

  if (!is_sane (in))
    return (Grid){ .count = { 0, 0, 0 } };
  return (Grid){ .count = { windows (in.x, filter_.x, step.x),
                            windows (in.y, filter_.y, step.y), 1 },
                 .window = filter_,
                 .step = step,
                 .stride = { in.y * in.z, yzx ? 1 : in.z, yzx ? in.y : 1 } };
}

/* nnet1: maps of two dimensions; all maps of a place lie together, but for filters with
 * <ConnectFmap> 0 the maps of a row. */
static Grid
map_grid (const KdComponent *component, gint64 width, Size window, Size step,
          gboolean connected)
{
  Size in = { kd_whole (component, "FmapXLen", 0), kd_whole (component, "FmapYLen", 0),
              1 };

  if (!is_sane (in) || width % (in.x * in.y) != 0)
    return (Grid){ .count = { 0, 0, 0 } };
  in.z = width / (in.x * in.y);
  return (Grid){ .count = { windows (in.x, window.x, step.x),
                            windows (in.y, window.y, step.y), 1 },
                 .window = { window.x, window.y, in.z },
                 .step = { step.x, step.y, 1 },
                 .stride = { in.y * in.z, connected ? in.z : 1, connected ? 1 : in.y } };
}

static Grid
filter_grid (const KdComponent *component, gint64 width)
{
  return map_grid (component, width, size_of (component, "FiltXLen", "FiltYLen", ""),
                   size_of (component, "FiltXStep", "FiltYStep", ""),
                   kd_whole (component, "ConnectFmap", 0) == 1);
}

static WeirPort
convolution_2d (WeirMake *make, const KdComponent *component, WeirPort x)
{
  Grid g = filter_grid (component, weir_make_shape (make, x)->dims[1]);

  return filter (make, component, patches_of (make, x, &g), "Filters", "Bias");
}

static gint64
convolution_2d_size (const KdComponent *component, gint64 input)
{
  Grid g = filter_grid (component, MAX (input, 0));

  return input < 0 ? -1 : times_filters (component, g.count.x * g.count.y);
}

static WeirPort
convolution (WeirMake *make, const KdComponent *component, WeirPort x)
{
  Grid g = image_grid (component);

  return filter (make, component, patches_of (make, x, &g), "FilterParams", "BiasParams");
}

static gint64
convolution_size (const KdComponent *component, gint64 input)
{
  Grid g = image_grid (component);

  (void) input;
  return is_sane ((Size){ MAX (g.count.x, 1), MAX (g.count.y, 1), 1 })
             ? times_filters (component, g.count.x * g.count.y)
             : 0;
}

/* Pools of nnet1 and nnet2 lie @PoolStride columns apart; those of nnet3 in three
 * dimensions. */
static Grid
pool_grid (const KdComponent *component, gint64 width)
{
  gint64 stride = kd_whole (component, "PoolStride", 0);
  gint64 pool = kd_whole (component, "PoolSize", 0);
  gint64 step = kd_whole (component, "PoolStep", pool);
  Size in = size_of (component, "InputXDim", "InputYDim", "InputZDim");
  Size window = size_of (component, "PoolXSize", "PoolYSize", "PoolZSize");
  Size steps = size_of (component, "PoolXStep", "PoolYStep", "PoolZStep");

  if (kd_field (component, "FmapXLen") != NULL) {
    Grid g = map_grid (component, width, size_of (component, "PoolXLen", "PoolYLen", ""),
                       size_of (component, "PoolXStep", "PoolYStep", ""), TRUE);

    g.count.z = g.window.z;
    g.window.z = 1;
    return g;
  }
  if (kd_field (component, "PoolStride") != NULL)
    return (Grid){ .count = { stride > 0 ? windows (width / stride, pool, step) : 0,
                              stride, 1 },
                   .window = { pool, 1, 1 },
                   .step = { step, 1, 1 },
                   .stride = { stride, 1, 0 } };
  if (!is_sane (in))
    return (Grid){ .count = { 0, 0, 0 } };
  return (Grid){ .count = { windows (in.x, window.x, steps.x),
                            windows (in.y, window.y, steps.y),
                            windows (in.z, window.z, steps.z) },
                 .window = window,
                 .step = steps,
                 .stride = { in.y * in.z, in.z, 1 } };
}

static WeirPort
pool (WeirMake *make, const KdComponent *component, WeirPort x, const char *op)
{
  Grid g = pool_grid (component, weir_make_shape (make, x)->dims[1]);

  x = patches_of (make, x, &g);
  x = weir_make_reduce (make, op, x, WEIR_MAKE_INTS (make, 1), FALSE);
  return weir_make_unsqueeze (make, x, 0);
}

static WeirPort
max_pooling (WeirMake *make, const KdComponent *component, WeirPort x)
{
  return pool (make, component, x, "ReduceMax");
}

static WeirPort
average_pooling (WeirMake *make, const KdComponent *component, WeirPort x)
{
  return pool (make, component, x, "ReduceMean");
}

static gint64
pooling_size (const KdComponent *component, gint64 input)
{
  Grid g;

  if (input < 0)
    return -1;
  g = pool_grid (component, input);
  return is_sane (g.count) ? g.count.x * g.count.y * g.count.z : 0;
}

const KdRow kd_rows_patches[] = {
  { "Convolutional", convolution_1d, convolution_1d_size, .refuse = refuse_1d },
  { "Convolutional1d", convolution_1d, convolution_1d_size, .refuse = refuse_1d },
  { "Convolution", convolution, convolution_size },
  { "Convolutional2D", convolution_2d, convolution_2d_size },
  { "Maxpooling", max_pooling, pooling_size },
  { "MaxPooling", max_pooling, pooling_size },
  { "AveragePooling", average_pooling, pooling_size },
  { "MaxPooling2D", max_pooling, pooling_size },
  { "AveragePooling2D", average_pooling, pooling_size },
  { NULL },
};
