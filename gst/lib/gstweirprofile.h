#pragma once

#include "weir-infer.h"

/** GstWeirProfile: what networks of a decoder's kind want of a picture. */
typedef WeirPictureProfile GstWeirProfile;
