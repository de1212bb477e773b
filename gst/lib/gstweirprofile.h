#pragma once

#include "weir-infer.h"

/**
 * GstWeirProfile:
 * @order, @mean, @scale, @resize, @pad: what networks of one kind want of a picture
 *
 * Used where neither the user nor the model says anything.
 */
typedef struct {
  WeirChannelOrder order;
  float mean;
  float scale;
  WeirResizeMode resize;
  float pad;
} GstWeirProfile;
