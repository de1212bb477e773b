#include "cpu/kernel.h"
#include "recode.h"
#include "vec-transpose.h"

#include <string.h>

/* Copies a value from any layout to any other: plain to blocked, back, or the same again
 * into other memory (network outputs, other borders). */

typedef struct {
  const WeirValue *from, *to;
  const guint8 *source;
  guint8 *target;
  guint planes; /* channel blocks of whichever is blocked, or channels */
} Job;

static gboolean
reorder_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  (void) plan;
  (void) group;
  return FALSE;
}

/* VLEN pixels at a time; the last ones of a row are done together with some of those
 * before them. */
static gsize
next_pixels (gsize x, gsize width)
{
  return x + VLEN < width ? MIN (x + VLEN, width - VLEN) : width;
}

static void
block_row_vec (const float *source, gsize plane, guint channels, float *target,
               gsize width)
{
  for (gsize x = 0; x < width; x = next_pixels (x, width)) {
    Vec rows[VLEN];

    UNROLLED (c, VLEN)
      rows[c] = c < channels ? vec_load (source + c * plane + x) : vec_set (0);
    vec_transpose (rows);
    UNROLLED (i, VLEN)
      vec_store (target + (x + i) * VLEN, rows[i]);
  }
}

static void
unblock_row_vec (const float *source, guint channels, float *target, gsize plane,
                 gsize width)
{
  for (gsize x = 0; x < width; x = next_pixels (x, width)) {
    Vec rows[VLEN];

    UNROLLED (i, VLEN)
      rows[i] = vec_load (source + (x + i) * VLEN);
    vec_transpose (rows);
    UNROLLED (c, VLEN)
      if (c < channels)
        vec_store (target + c * plane + x, rows[c]);
  }
}

static void
block_row_f32 (const float *source, gsize plane, guint channels, float *target,
               guint block, gsize width)
{
  if (block == VLEN && width >= VLEN) {
    block_row_vec (source, plane, channels, target, width);
    return;
  }
  for (gsize x = 0; x < width; x++) {
    for (guint c = 0; c < channels; c++)
      target[x * block + c] = source[c * plane + x];
    for (guint c = channels; c < block; c++)
      target[x * block + c] = 0;
  }
}

static void
unblock_row_f32 (const float *source, guint block, guint channels, float *target,
                 gsize plane, gsize width)
{
  if (block == VLEN && width >= VLEN) {
    unblock_row_vec (source, channels, target, plane, width);
    return;
  }
  for (guint c = 0; c < channels; c++)
    for (gsize x = 0; x < width; x++)
      target[c * plane + x] = source[x * block + c];
}

static void
block_row_any (const guint8 *source, gsize plane, guint channels, guint8 *target,
               guint block, gsize width, gsize size)
{
  memset (target, 0, width * block * size);
  for (gsize x = 0; x < width; x++)
    for (guint c = 0; c < channels; c++)
      memcpy (target + (x * block + c) * size, source + (c * plane + x) * size, size);
}

/* Rows of bytes: 16 pixels at a time where there are blocks of 16. */
static void
unblock_row_bytes (const guint8 *source, guint block, guint channels, guint8 *target,
                   gsize plane, gsize width)
{
  gsize x = 0;

#ifdef VEC_TRANSPOSES_BYTES
  for (; block == 16 && x + 16 <= width; x += 16) {
    __m128i rows[16];

    UNROLLED (i, 16)
      rows[i] = _mm_loadu_si128 ((const __m128i *) (source + (x + i) * 16));
    vec_transpose_bytes (rows);
    UNROLLED (c, 16)
      if (c < channels)
        _mm_storeu_si128 ((__m128i *) (target + c * plane + x), rows[c]);
  }
#endif
  for (gsize i = x; i < width; i++)
    for (guint c = 0; c < channels; c++)
      target[c * plane + i] = source[i * block + c];
}

static void
unblock_row_any (const guint8 *source, guint block, guint channels, guint8 *target,
                 gsize plane, gsize width, gsize size)
{
  for (guint c = 0; c < channels; c++)
    for (gsize x = 0; x < width; x++)
      memcpy (target + (c * plane + x) * size, source + (x * block + c) * size, size);
}

/* Whether the rows of a blocked value follow each other without a border. */
static gboolean
is_dense (const WeirValue *value)
{
  return value->layout.block == 0 ||
         value->row == (gsize) value->shape.dims[3] * value->layout.block;
}

/* One channel block of one image. */
static void
convert_block (const Job *job, gsize image, guint index, guint block)
{
  const WeirValue *from = job->from, *to = job->to;
  gsize size = weir_value_element (to);
  gsize height = (gsize) to->shape.dims[2], width = (gsize) to->shape.dims[3];
  guint channels = MIN (block, (guint) to->shape.dims[1] - index * block);
  gsize step_from = from->layout.block > 0 ? 1 : block;
  gsize step_to = to->layout.block > 0 ? 1 : block;
  const guint8 *s =
      job->source + (image * from->batch + index * step_from * from->plane) * size;
  guint8 *t = job->target + (image * to->batch + index * step_to * to->plane) * size;

  if (is_dense (from) && is_dense (to)) {
    width *= height;
    height = 1;
  }
  for (gsize y = 0; y < height; y++, s += from->row * size, t += to->row * size) {
    if (from->layout.block == to->layout.block)
      memcpy (t, s, width * block * size);
    else if (to->layout.block > 0 && size == sizeof (float))
      block_row_f32 ((const float *) s, from->plane, channels, (float *) t, block, width);
    else if (to->layout.block > 0)
      block_row_any (s, from->plane, channels, t, block, width, size);
    else if (size == sizeof (float))
      unblock_row_f32 ((const float *) s, block, channels, (float *) t, to->plane, width);
    else if (size == 1)
      unblock_row_bytes (s, block, channels, t, to->plane, width);
    else
      unblock_row_any (s, block, channels, t, to->plane, width, size);
  }
}

static guint
block_of (const Job *job)
{
  return MAX (job->from->layout.block, job->to->layout.block);
}

static void
convert_task (void *context, guint index, guint thread)
{
  const Job *job = context;

  (void) thread;
  convert_block (job, index / job->planes, index % job->planes, block_of (job));
}

static gboolean
reorder_run (const WeirRun *run, GError **error)
{
  Job job = { .from = weir_group_input (run->plan, &run->step->group, 0),
              .to = weir_group_output (run->plan, &run->step->group, 0),
              .source = weir_run_input (run, 0),
              .target = weir_run_output (run, 0) };
  guint block = block_of (&job);

  (void) error;
  if (job.from->layout.bytes != job.to->layout.bytes) {
    recode_run (run);
    return TRUE;
  }
  if (block == 0) {
    memcpy (job.target, job.source,
            weir_shape_elements (&job.to->shape) * weir_value_element (job.to));
    return TRUE;
  }
  job.planes = ((guint) job.to->shape.dims[1] + block - 1) / block;
  weir_threads_run (run->threads, job.planes * (guint) job.to->shape.dims[0],
                    convert_task, &job);
  return TRUE;
}

WEIR_KERNEL_DEFINE (reorder) = {
  .name = "reorder-" WEIR_ISA_STRING (WEIR_ISA),
  .accepts = reorder_accepts,
  .run = reorder_run,
};
