#pragma once

#include "base/json.h"
#include "frontends/proto/detection.pb-c.h"
#include "ir/registry.h"
#include "rewrite.h"

/**
 * TfReplace:
 * @id: of the replacement that runs
 * @config: its object in the configuration
 * @attributes: (nullable): its `custom_attributes`
 * @pipeline: (nullable): the pipeline.config
 * @asked: whether an option names @pipeline
 * @shape: (nullable): of the image, once the preprocessing has gone
 * @proposals: (nullable): the node of the first stage's boxes
 * @detections: (nullable): the node of the second stage's rows
 *
 * What the replacements of one configuration work with.
 */
typedef struct {
  TfRewrite *rewrite;
  const char *id;
  JsonObject *config;
  JsonObject *attributes;
  const Detection__Pipeline *pipeline;
  gboolean asked;
  const WeirShape *shape;
  const char *proposals;
  const char *detections;
} TfReplace;

/** TfReplaceRow: @run: what @id does; %NULL where what it does is done by others. */
typedef struct {
  const char *id;
  gboolean (*run) (TfReplace *r, GError **error);
} TfReplaceRow;

/* The tables of replacements, each ended by a row without an id. */
extern const TfReplaceRow tf_replace_detection[];
extern const TfReplaceRow tf_replace_yolo[];

/* replace.c */

/** tf_replace: changes @rewrite as the options say. */
gboolean tf_replace (TfRewrite *rewrite, GError **error);
/** tf_replace_bool, tf_replace_number: a custom attribute. */
gboolean tf_replace_bool (const TfReplace *r, const char *name, gboolean fallback);
double tf_replace_number (const TfReplace *r, const char *name, double fallback);
/** tf_replace_numbers: (transfer full): a custom attribute that is a list of numbers;
 * %NULL where there is none, with an error where it is something else. */
GArray *tf_replace_numbers (const TfReplace *r, const char *name, GError **error);
/** tf_replace_output: one more output of the network. */
void tf_replace_output (TfReplace *r, const char *name, const char *ref);
/** tf_replace_shape: (nullable): the shape that the user gives an input of this name. */
const char *tf_replace_shape (const TfReplace *r, const char *name);

/* replace-subgraph.c */

/** tf_replace_subgraphs: an extension makes what stands in place of the sub-graphs of
 * @r->config. */
gboolean tf_replace_subgraphs (TfReplace *r, const WeirTranslation *translation,
                               GError **error);

/* replace-update.c */

/** tf_replace_update: writes what a configuration finds into it, where an option asks for
 * that: then it fails with %G_IO_ERROR_CANCELLED, as nothing more is to be done. */
gboolean tf_replace_update (TfRewrite *rewrite, GError **error);

/* replace-config.c */

/** tf_replace_config: (transfer full) (nullable): the configuration that is called @text:
 * one of Weir's, or a file, checked. */
JsonNode *tf_replace_config (const char *text, GError **error);

/* replace-names.c */

/** tf_replace_known: (nullable): the text of the configuration of this name that comes
 * with Weir. */
const char *tf_replace_known (const char *name);

/* detection-pipeline.c */

/** tf_pipeline_read: @bytes of a pipeline.config. @file is to be cleared, on failure too.
 */
const Detection__Pipeline *tf_pipeline_read (TfFile *file, GBytes *bytes, GError **error);
