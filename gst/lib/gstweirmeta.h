#pragma once

#include "weir-ir.h"

#include <gst/video/gstvideometa.h>

/**
 * gst_weir_meta_add_region: (transfer none):
 * @x, @y, @width, @height: in pixels of the frame; cut to it
 *
 * A region with a structure "detection", as DL Streamer writes it: label_id, confidence,
 * x_min, x_max, y_min, y_max in parts of the frame, label. Its id is one that no region
 * of
 * @buffer has; it has no parent.
 *
 * Returns: (nullable): %NULL where nothing of the box lies inside the frame.
 */
GstVideoRegionOfInterestMeta *gst_weir_meta_add_region (GstBuffer *buffer,
                                                        const GstVideoInfo *info,
                                                        double x, double y, double width,
                                                        double height, double confidence,
                                                        int label_id, const char *label);

/** gst_weir_meta_confidence: of the structure "detection"; 0 without one. */
double gst_weir_meta_confidence (GstVideoRegionOfInterestMeta *region, int *label_id);
/** gst_weir_meta_object_id: of the structure "object_id"; 0 where nothing follows it. */
int gst_weir_meta_object_id (GstVideoRegionOfInterestMeta *region);
/** gst_weir_meta_set_object_id: adds a structure "object_id", as DL Streamer writes it.
 */
void gst_weir_meta_set_object_id (GstVideoRegionOfInterestMeta *region, int id);
/** gst_weir_meta_find_region: (nullable): by the id that the region was given. */
GstVideoRegionOfInterestMeta *gst_weir_meta_find_region (GstBuffer *buffer, int id);

#define GST_WEIR_TENSOR_META_API_TYPE (gst_weir_tensor_meta_api_get_type ())
GType gst_weir_tensor_meta_api_get_type (void);

/**
 * GstWeirTensorMeta:
 * @region: id of the region that was looked at, -1 for the whole frame
 * @model: name of the network
 * @names, @tensors: one an output of the network
 *
 * The raw results of one inference.
 */
typedef struct {
  GstMeta meta;
  int region;
  char *model;
  char **names;
  WeirTensor **tensors;
  guint n;
} GstWeirTensorMeta;

const GstMetaInfo *gst_weir_tensor_meta_get_info (void);
/** gst_weir_meta_add_tensors: @tensors get a new reference each. */
GstWeirTensorMeta *gst_weir_meta_add_tensors (GstBuffer *buffer, int region,
                                              const char *model, const char *const *names,
                                              WeirTensor *const *tensors, guint n);
