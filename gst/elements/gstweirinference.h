#pragma once

#include "gstweirbase.h"
#include "gstweirinstance.h"

G_BEGIN_DECLS

#define GST_TYPE_WEIR_INFERENCE (gst_weir_inference_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstWeirInference, gst_weir_inference, GST, WEIR_INFERENCE,
                          GstWeirBase)

/**
 * GstWeirRegion:
 * @roi_id: id of the region meta that is looked at, -1 for the whole frame
 * @x, @y, @width, @height: the part of the frame, in pixels
 * @placement: where the frame landed in the network's input
 * @result, @free_result: what @collect has kept
 *
 * One inference on a part of a frame.
 */
typedef struct {
  int roi_id;
  double x, y, width, height;
  WeirImagePlacement placement;
  gpointer result;
  GDestroyNotify free_result;
} GstWeirRegion;

/**
 * GstWeirInferenceClass:
 * @task: decoders that fit this element, 0 for none
 * @regions_by_default: whether inference-region begins as roi-list
 * @wants: (nullable): whether a region of a frame is to be looked at
 * @collect: takes results from @request into @region; on the thread that ran it
 * @attach: puts them on the writable @buffer; on the source pad's thread, in order
 */
struct _GstWeirInferenceClass {
  GstWeirBaseClass parent_class;
  guint task;
  gboolean regions_by_default;
  gboolean (*wants) (GstWeirInference *self, GstBuffer *buffer,
                     GstVideoRegionOfInterestMeta *roi);
  gboolean (*collect) (GstWeirInference *self, GstWeirInstance *instance,
                       WeirRequest *request, GstWeirRegion *region, GError **error);
  void (*attach) (GstWeirInference *self, GstWeirInstance *instance, GstBuffer *buffer,
                  const GstVideoInfo *info, GstWeirRegion *region);
};

G_END_DECLS
