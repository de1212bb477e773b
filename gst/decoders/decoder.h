#pragma once

#include "lib/gstweirprofile.h"
#include "weir-infer.h"

/**
 * GstWeirObject:
 * @x, @y, @width, @height: box in parts of the network's input picture, 0 to 1; (0, 0, 1,
 * 1) for what concerns the whole picture
 * @score: 0 to 1
 * @label_id: class, -1 for none
 * @keypoints: (nullable) (element-type float): x, y, score of each point, in the same
 * parts
 * @text: (nullable): what a text decoder has read
 *
 * One thing that a decoder found. Elements map it into the frame.
 */
typedef struct {
  float x, y, width, height;
  float score;
  int label_id;
  GArray *keypoints;
  char *text;
} GstWeirObject;

/** gst_weir_objects_new: (transfer full) (element-type GstWeirObject): frees what it
 * holds. */
GArray *gst_weir_objects_new (void);

/**
 * GstWeirTensors:
 * @tensors: (array length=n): the outputs of one run
 * @names: their names, borrowed
 * @input: the network's picture input: sizes and layout
 */
typedef struct {
  WeirTensor *const *tensors;
  const char *const *names;
  guint n;
  const WeirPortInfo *input;
} GstWeirTensors;

/** GstWeirDecoderOptions: @n_labels is 0 where no labels are known. */
typedef struct {
  float threshold;
  float iou_threshold;
  guint max_objects;
  guint n_labels;
} GstWeirDecoderOptions;

typedef enum {
  GST_WEIR_TASK_DETECT = 1 << 0,
  GST_WEIR_TASK_CLASSIFY = 1 << 1,
} GstWeirTask;

/**
 * GstWeirDecoder:
 * @name: as in the property `decoder`
 * @model_types: (nullable): words of model_info/model_type that mean it, "ssd|SSD"
 * @task: elements that may use it
 * @profile: (nullable)
 * @fits: whether it can read outputs of these shapes; the first that fits is taken
 * @expects: one line on the shapes, for the error message when none fits
 * @decode: appends to @objects; fails only on tensors that break what @fits has accepted.
 *   Never trusts a number in a tensor: NaN, sizes and class ids are checked.
 */
typedef struct {
  const char *name;
  const char *model_types;
  guint task;
  const GstWeirProfile *profile;
  gboolean (*fits) (const WeirPortInfo *outputs, guint n, const WeirPortInfo *input);
  const char *expects;
  gboolean (*decode) (const GstWeirTensors *tensors, const GstWeirDecoderOptions *options,
                      GArray *objects, GError **error);
} GstWeirDecoder;

/** gst_weir_decoders: all, in the order in which they are asked. */
const GstWeirDecoder *const *gst_weir_decoders (guint *count);
/**
 * gst_weir_decoder_choose:
 * @name: "auto", or a decoder's name
 * @input: the network's picture input
 * @model: its model_info/model_type decides before shapes do
 *
 * Returns: (nullable): %NULL with an error that tells the shapes that were seen and what
 * the decoders expect.
 */
const GstWeirDecoder *gst_weir_decoder_choose (const char *name, guint task,
                                               const WeirModel *model,
                                               const WeirNetwork *network,
                                               const WeirPortInfo *input, GError **error);
/** gst_weir_objects_suppress: non-maximum suppression by class, best first, at most
 * @options->max_objects; scores below the threshold go. */
void gst_weir_objects_suppress (GArray *objects, const GstWeirDecoderOptions *options);
