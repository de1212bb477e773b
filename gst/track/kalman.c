#include "kalman.h"

/* Noise in parts of the box's size, as in the papers on SORT and its followers: a box is
 * found within a twentieth of its size, and its speed changes little from frame to frame.
 */
#define VALUE_NOISE (1.0 / 20)
#define SPEED_NOISE (1.0 / 160)
/* A new box has a speed that nobody knows. */
#define FIRST_VALUE 2
#define FIRST_SPEED 10

enum { CENTRE_X, CENTRE_Y, WIDTH, HEIGHT, N_AXES };

void
gst_weir_axis_init (GstWeirAxis *axis, double value, double value_std, double speed_std)
{
  *axis = (GstWeirAxis){ .value = value,
                         .p_value = value_std * value_std,
                         .p_speed = speed_std * speed_std };
}

void
gst_weir_axis_predict (GstWeirAxis *axis, double frames, double value_std,
                       double speed_std)
{
  axis->value += frames * axis->speed;
  axis->p_value += frames * (2 * axis->p_both + frames * axis->p_speed) +
                   frames * value_std * value_std;
  axis->p_both += frames * axis->p_speed;
  axis->p_speed += frames * speed_std * speed_std;
}

void
gst_weir_axis_correct (GstWeirAxis *axis, double measured, double std)
{
  double spread = axis->p_value + std * std;
  double value_gain, speed_gain, off = measured - axis->value;

  if (spread <= 0)
    return;
  value_gain = axis->p_value / spread;
  speed_gain = axis->p_both / spread;
  axis->value += value_gain * off;
  axis->speed += speed_gain * off;
  axis->p_speed -= speed_gain * axis->p_both;
  axis->p_both *= 1 - value_gain;
  axis->p_value *= 1 - value_gain;
}

/* What noise is measured by: a box may be flat, but not of no size. */
static double
size_of (const GstWeirMotion *motion, guint axis)
{
  guint by = axis == CENTRE_X || axis == WIDTH ? WIDTH : HEIGHT;

  return MAX (motion->axes[by].value, 1);
}

static void
measure (const GstWeirBox *box, double values[N_AXES])
{
  values[CENTRE_X] = box->x + box->width / 2;
  values[CENTRE_Y] = box->y + box->height / 2;
  values[WIDTH] = box->width;
  values[HEIGHT] = box->height;
}

void
gst_weir_motion_init (GstWeirMotion *motion, const GstWeirBox *box)
{
  double values[N_AXES];

  measure (box, values);
  motion->axes[WIDTH].value = box->width;
  motion->axes[HEIGHT].value = box->height;
  for (guint i = 0; i < N_AXES; i++) {
    double size = size_of (motion, i);

    gst_weir_axis_init (&motion->axes[i], values[i], FIRST_VALUE * VALUE_NOISE * size,
                        FIRST_SPEED * SPEED_NOISE * size);
  }
}

/* Each step looks at the sizes that were there before it. */
static void
measure_sizes (const GstWeirMotion *motion, double sizes[N_AXES])
{
  for (guint i = 0; i < N_AXES; i++)
    sizes[i] = size_of (motion, i);
}

void
gst_weir_motion_predict (GstWeirMotion *motion, double frames)
{
  double sizes[N_AXES];

  measure_sizes (motion, sizes);
  for (guint i = 0; i < N_AXES; i++)
    gst_weir_axis_predict (&motion->axes[i], frames, VALUE_NOISE * sizes[i],
                           SPEED_NOISE * sizes[i]);
}

void
gst_weir_motion_correct (GstWeirMotion *motion, const GstWeirBox *box)
{
  double values[N_AXES], sizes[N_AXES];

  measure (box, values);
  measure_sizes (motion, sizes);
  for (guint i = 0; i < N_AXES; i++)
    gst_weir_axis_correct (&motion->axes[i], values[i], VALUE_NOISE * sizes[i]);
}

void
gst_weir_motion_keep_size (GstWeirMotion *motion)
{
  motion->axes[WIDTH].speed = motion->axes[HEIGHT].speed = 0;
}

GstWeirBox
gst_weir_motion_box (const GstWeirMotion *motion)
{
  double width = MAX (motion->axes[WIDTH].value, 0);
  double height = MAX (motion->axes[HEIGHT].value, 0);

  return (GstWeirBox){ motion->axes[CENTRE_X].value - width / 2,
                       motion->axes[CENTRE_Y].value - height / 2, width, height };
}
