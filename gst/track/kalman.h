#pragma once

#include "box.h"

/**
 * GstWeirAxis:
 * @value, @speed: where it is, and how much further each frame
 * @p_value, @p_both, @p_speed: their covariance
 *
 * One quantity that moves evenly but for noise, followed by a Kalman filter.
 */
typedef struct {
  double value, speed;
  double p_value, p_both, p_speed;
} GstWeirAxis;

/** gst_weir_axis_init: @value_std and @speed_std: how sure it is; the speed begins at 0.
 */
void gst_weir_axis_init (GstWeirAxis *axis, double value, double value_std,
                         double speed_std);
/** gst_weir_axis_predict: @frames later; the deviations are those of one frame. */
void gst_weir_axis_predict (GstWeirAxis *axis, double frames, double value_std,
                            double speed_std);
/** gst_weir_axis_correct: @measured is off by @std. */
void gst_weir_axis_correct (GstWeirAxis *axis, double measured, double std);

/**
 * GstWeirMotion:
 * @axes: centre x, centre y, width, height
 *
 * A box that moves. Its eight numbers are filtered as four pairs: noise and motion join a
 * quantity to its own speed alone, so that this is the whole filter.
 */
typedef struct {
  GstWeirAxis axes[4];
} GstWeirMotion;

void gst_weir_motion_init (GstWeirMotion *motion, const GstWeirBox *box);
void gst_weir_motion_predict (GstWeirMotion *motion, double frames);
void gst_weir_motion_correct (GstWeirMotion *motion, const GstWeirBox *box);
/** gst_weir_motion_keep_size: width and height no longer change. */
void gst_weir_motion_keep_size (GstWeirMotion *motion);
GstWeirBox gst_weir_motion_box (const GstWeirMotion *motion);
