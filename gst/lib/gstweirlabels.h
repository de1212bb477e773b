#pragma once

#include "weir-ir.h"

/**
 * gst_weir_labels: (transfer full) (nullable):
 * @wish: (nullable): the property: a file with one label a line, or "a,b,c"
 *
 * Names of the classes: the property before model_info/labels (separated by white space,
 * as OpenVINO's Model API writes them) before the framework's metadata ("names" of YOLO
 * exports: {0: 'person', …}; "labels" of TFLite: one a line).
 */
char **gst_weir_labels (const char *wish, const WeirModel *model, GError **error);
