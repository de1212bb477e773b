#pragma once

#include "gstweirdraw.h"

/** GstWeirTails: where objects with ids were in the last frames. */
typedef struct _GstWeirTails GstWeirTails;

GstWeirTails *gst_weir_tails_new (void);
void gst_weir_tails_free (GstWeirTails *tails);
void gst_weir_tails_reset (GstWeirTails *tails);
/** gst_weir_tails_follow: takes the regions of the next frame. */
void gst_weir_tails_follow (GstWeirTails *tails, GstBuffer *buffer, gboolean by_track);
/** gst_weir_tails_draw: the last @length places of each, fading. */
void gst_weir_tails_draw (GstWeirTails *tails, GstWeirCanvas *canvas, guint length);
