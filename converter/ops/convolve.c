#include "convolve.h"

#include "accumulate.h"

#include <string.h>

/* Input channels that are added at a time. */
#define BLOCK 4

/* One run: what slides over what, the row innermost. */
typedef struct {
  const WeirConvolve *c;
  WeirWindow window;
  gint64 coarse[WEIR_MAX_SPATIAL], fine[WEIR_MAX_SPATIAL];
  gsize in_size, out_size, taps;
  double *sums;
} Run;

/* Dimensions move to the end, so that rows are long. */
static void
move_back (gint64 *sizes, int n, gint64 filler)
{
  for (int i = WEIR_MAX_SPATIAL - 1; i >= 0; i--)
    sizes[i] = i >= WEIR_MAX_SPATIAL - n ? sizes[i - (WEIR_MAX_SPATIAL - n)] : filler;
}

static gsize
product (const gint64 *sizes)
{
  return (gsize) (sizes[0] * sizes[1] * sizes[2]);
}

/* Where every output has but one input, the whole picture is one row. */
static void
join_rows (Run *run)
{
  const WeirWindow *v = &run->window;

  for (int i = 0; i < WEIR_MAX_SPATIAL; i++)
    if (v->kernel[i] != 1 || v->stride[i] != 1 || v->pad_begin[i] != 0 ||
        run->coarse[i] != run->fine[i])
      return;
  run->coarse[2] = run->fine[2] = (gint64) product (run->coarse);
  run->coarse[0] = run->coarse[1] = run->fine[0] = run->fine[1] = 1;
}

static void
run_init (Run *run, const WeirConvolve *c, const WeirShape *x, const WeirShape *y)
{
  int n = c->window.n;

  run->c = c;
  run->window = c->window;
  for (int i = 0; i < n; i++) {
    run->fine[i] = c->scatter ? y->dims[i + 2] : x->dims[i + 2];
    run->coarse[i] = c->scatter ? x->dims[i + 2] : y->dims[i + 2];
  }
  move_back (run->fine, n, 1);
  move_back (run->coarse, n, 1);
  move_back (run->window.kernel, n, 1);
  move_back (run->window.stride, n, 1);
  move_back (run->window.dilation, n, 1);
  move_back (run->window.pad_begin, n, 0);
  run->taps = product (run->window.kernel);
  run->in_size = product (c->scatter ? run->coarse : run->fine);
  run->out_size = product (c->scatter ? run->fine : run->coarse);
  join_rows (run);
}

/* One row of one tap for @n channels: @weights and @x of the first, at @out and @in. */
static void
add_row (const Run *run, const double *weights, gsize n, const float *x, gsize out,
         gsize in, gsize length)
{
  gsize stride = (gsize) run->window.stride[2];
  gsize out_step = run->c->scatter ? stride : 1, in_step = run->c->scatter ? 1 : stride;

  if (n == BLOCK && out_step == 1) {
    weir_add_scaled4 (run->sums + out, weights, x + in, in_step, run->in_size, length);
    return;
  }
  for (gsize i = 0; i < n; i++, x += run->in_size)
    weir_add_scaled (run->sums + out, out_step, weights[i], x + in, in_step, length);
}

/* Every row in which tap (@a, @b, @c) meets both pictures. */
static void
add_tap (const Run *run, const gint64 *tap, const double *weights, gsize n,
         const float *x)
{
  gint64 first[WEIR_MAX_SPATIAL], last[WEIR_MAX_SPATIAL], fine[WEIR_MAX_SPATIAL];

  for (int i = 0; i < WEIR_MAX_SPATIAL; i++)
    fine[i] = weir_window_range (&run->window, i, tap[i], run->coarse[i], run->fine[i],
                                 &first[i], &last[i]);
  if (last[2] <= first[2])
    return;
  for (gint64 z = first[0]; z < last[0]; z++)
    for (gint64 y = first[1]; y < last[1]; y++) {
      gint64 fz = fine[0] + (z - first[0]) * run->window.stride[0];
      gint64 fy = fine[1] + (y - first[1]) * run->window.stride[1];
      gsize at_coarse = (gsize) ((z * run->coarse[1] + y) * run->coarse[2] + first[2]);
      gsize at_fine = (gsize) ((fz * run->fine[1] + fy) * run->fine[2] + fine[2]);

      add_row (run, weights, n, x, run->c->scatter ? at_fine : at_coarse,
               run->c->scatter ? at_coarse : at_fine, (gsize) (last[2] - first[2]));
    }
}

/* The sums of one output channel over all input channels @x of its group. */
static void
add_channels (const Run *run, const float *x, const float *w)
{
  const gint64 *kernel = run->window.kernel;
  gint64 inputs = run->c->inputs;

  memset (run->sums, 0, run->out_size * sizeof *run->sums);
  for (gint64 i = 0; i < inputs; i += BLOCK) {
    gsize n = (gsize) MIN (BLOCK, inputs - i);

    for (gsize k = 0; k < run->taps; k++) {
      gint64 rest = (gint64) k / kernel[2];
      gint64 tap[] = { rest / kernel[1], rest % kernel[1], (gint64) k % kernel[2] };
      double weights[BLOCK];

      for (gsize j = 0; j < n; j++)
        weights[j] = w[((gsize) i + j) * run->c->w_input + k];
      add_tap (run, tap, weights, n, x + (gsize) i * run->in_size);
    }
  }
}

static void
store (const Run *run, WeirTensor *y, gsize at)
{
  WeirDtype dtype = weir_tensor_dtype (y);

  for (gsize i = 0; i < run->out_size; i++)
    weir_dtype_store (dtype, weir_tensor_writable (y), at + i, run->sums[i]);
}

static void
run_all (const Run *run, const float *x, const float *w, WeirTensor *y)
{
  const WeirConvolve *c = run->c;
  gsize outputs = (gsize) (c->groups * c->outputs);
  gsize planes = outputs * (gsize) weir_tensor_shape (y)->dims[0];

  for (gsize plane = 0; plane < planes; plane++) {
    gsize n = plane / outputs, group = plane % outputs / (gsize) c->outputs;
    gsize output = plane % (gsize) c->outputs;
    gsize channel = (n * (gsize) c->groups + group) * (gsize) c->inputs;

    add_channels (run, x + channel * run->in_size,
                  w + group * c->w_group + output * c->w_output);
    store (run, y, plane * run->out_size);
  }
}

gboolean
weir_convolve (const WeirConvolve *c, WeirTensor *x, WeirTensor *w, WeirTensor *y,
               GError **error)
{
  g_autoptr (WeirTensor) fx = weir_tensor_convert (x, WEIR_DTYPE_F32, error);
  g_autoptr (WeirTensor) fw =
      fx != NULL ? weir_tensor_convert (w, WEIR_DTYPE_F32, error) : NULL;
  Run run = { 0 };

  if (fw == NULL)
    return FALSE;
  if (weir_tensor_count (y) == 0)
    return TRUE;
  run_init (&run, c, weir_tensor_shape (x), weir_tensor_shape (y));
  run.sums = weir_try_alloc (run.out_size * sizeof *run.sums, error);
  if (run.sums == NULL)
    return FALSE;
  run_all (&run, weir_tensor_data (fx), weir_tensor_data (fw), y);
  weir_free (run.sums);
  return TRUE;
}
