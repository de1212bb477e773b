#include "border.h"

#include <string.h>

/* Below so many planes a team costs more than it saves. */
#define PLANES_A_TASK 16

gboolean
weir_value_has_border (const WeirValue *value)
{
  const WeirLayout *l = &value->layout;

  return l->block > 0 && (l->top | l->left | l->bottom | l->right) != 0;
}

typedef struct {
  const WeirValue *value;
  guint8 *data;
  guint planes;
} Job;

static void
clear_plane (const WeirValue *value, guint8 *plane)
{
  const WeirLayout *l = &value->layout;
  gsize element = weir_value_element (value), pixel = l->block * element;
  int zero = weir_value_zero (value);
  gsize row = value->row * element;
  gsize height = (gsize) value->shape.dims[2], width = (gsize) value->shape.dims[3];
  gsize left = l->left * pixel, right = l->right * pixel;

  if (l->top > 0)
    memset (plane - l->top * row - left, zero, l->top * row);
  for (gsize y = 0; y < height; y++) {
    memset (plane + y * row - left, zero, left);
    memset (plane + y * row + width * pixel, zero, right);
  }
  if (l->bottom > 0)
    memset (plane + height * row - left, zero, l->bottom * row);
}

static void
clear_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const WeirValue *value = job->value;
  gsize element = weir_value_element (value);
  guint blocks =
      ((guint) value->shape.dims[1] + value->layout.block - 1) / value->layout.block;
  guint end = MIN ((index + 1) * PLANES_A_TASK, job->planes);

  (void) thread;
  for (guint i = index * PLANES_A_TASK; i < end; i++)
    clear_plane (value,
                 job->data + ((i / blocks) * value->batch + (i % blocks) * value->plane) *
                                 element);
}

void
weir_value_clear_border (const WeirValue *value, void *data, WeirThreads *threads)
{
  guint blocks =
      ((guint) value->shape.dims[1] + value->layout.block - 1) / value->layout.block;
  Job job = { value, data, blocks * (guint) value->shape.dims[0] };

  weir_threads_run (threads, (job.planes + PLANES_A_TASK - 1) / PLANES_A_TASK, clear_task,
                    &job);
}
