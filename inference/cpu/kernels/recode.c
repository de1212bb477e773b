#include "recode.h"

#include "runtime/rounding.h"
#include "vec-levels.h"
#include "vec-transpose.h"

typedef struct {
  const WeirValue *from, *to;
  const guint8 *source; /* of bytes or floats, as the values say */
  guint8 *target;
  guint block, planes; /* the larger block, and how many of them */
} Job;

/* Elements of a plain value at a time. */
#define CHUNK 8192

static float
read_element (const WeirValue *value, const guint8 *data, gsize i)
{
  if (value->layout.bytes)
    return (float) (data[i] - value->levels.zero) * value->levels.step;
  return ((const float *) data)[i];
}

static void
write_element (const WeirValue *value, guint8 *data, gsize i, float x)
{
  if (value->layout.bytes)
    data[i] = weir_levels_byte (&value->levels, x);
  else
    ((float *) data)[i] = x;
}

/* Neighbours to neighbours. */
static void
copy_run (const Job *job, gsize s, gsize t, gsize n)
{
  gsize i = 0;

  if (job->from->layout.bytes)
    for (; i + VLEN <= n; i += VLEN)
      vec_store ((float *) job->target + t + i,
                 vec_decode (&job->from->levels,
                             vec_from_int (vec_load_bytes (job->source + s + i))));
  for (; i < n; i++)
    write_element (job->to, job->target, t + i,
                   read_element (job->from, job->source, s + i));
}

/* One row of @channels channels, of which at least one side is blocked. */
static void
copy_row (const Job *job, gsize s, gsize t, guint channels, gsize width)
{
  gsize s_lane = job->from->layout.block > 0 ? 1 : job->from->plane;
  gsize t_lane = job->to->layout.block > 0 ? 1 : job->to->plane;
  gsize s_step = MAX (job->from->layout.block, 1),
        t_step = MAX (job->to->layout.block, 1);

  for (guint c = 0; c < channels; c++)
    for (gsize x = 0; x < width; x++)
      write_element (job->to, job->target, t + c * t_lane + x * t_step,
                     read_element (job->from, job->source, s + c * s_lane + x * s_step));
  for (guint c = channels; job->to->layout.block > 0 && c < job->block; c++)
    for (gsize x = 0; x < width; x++)
      write_element (job->to, job->target, t + c + x * t_step, 0);
}

/* From blocked bytes to plain floats, VLEN pixels at a time; returns how many were done.
 */
static gsize
unblock (const Job *job, gsize s, gsize t, guint channels, gsize width)
{
  gsize x = 0;

  if (!job->from->layout.bytes || job->from->layout.block != VLEN)
    return 0;
  for (; x + VLEN <= width; x += VLEN) {
    Vec rows[VLEN];

    UNROLLED (i, VLEN)
      rows[i] =
          vec_decode (&job->from->levels,
                      vec_from_int (vec_load_bytes (job->source + s + (x + i) * VLEN)));
    vec_transpose (rows);
    UNROLLED (c, VLEN)
      if (c < channels)
        vec_store ((float *) job->target + t + c * job->to->plane + x, rows[c]);
  }
  return x;
}

static void
block_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const WeirValue *from = job->from, *to = job->to;
  gsize image = index / job->planes, block = index % job->planes;
  gsize height = (gsize) to->shape.dims[2], width = (gsize) to->shape.dims[3];
  guint channels =
      MIN (job->block, (guint) (to->shape.dims[1]) - (guint) block * job->block);
  gsize s = image * from->batch +
            block * (from->layout.block > 0 ? 1 : job->block) * from->plane;
  gsize t =
      image * to->batch + block * (to->layout.block > 0 ? 1 : job->block) * to->plane;

  (void) thread;
  for (gsize y = 0; y < height; y++, s += from->row, t += to->row) {
    if (from->layout.block == to->layout.block) {
      copy_run (job, s, t, width * job->block);
    } else {
      gsize done = to->layout.block == 0 ? unblock (job, s, t, channels, width) : 0;

      copy_row (job, s + done * MAX (from->layout.block, 1),
                t + done * MAX (to->layout.block, 1), channels, width - done);
    }
  }
}

static void
chunk_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  gsize start = (gsize) index * CHUNK;
  gsize all = weir_shape_elements (&job->to->shape);

  (void) thread;
  copy_run (job, start, start, MIN (CHUNK, all - start));
}

void
recode_run (const WeirRun *run)
{
  Job job = { .from = weir_group_input (run->plan, &run->step->group, 0),
              .to = weir_group_output (run->plan, &run->step->group, 0),
              .source = weir_run_input (run, 0),
              .target = weir_run_output (run, 0) };

  job.block = MAX (job.from->layout.block, job.to->layout.block);
  if (job.block == 0) {
    gsize all = weir_shape_elements (&job.to->shape);

    weir_threads_run (run->threads, (guint) ((all + CHUNK - 1) / CHUNK), chunk_task,
                      &job);
    return;
  }
  job.planes = ((guint) job.to->shape.dims[1] + job.block - 1) / job.block;
  weir_threads_run (run->threads, job.planes * (guint) job.to->shape.dims[0], block_task,
                    &job);
}
