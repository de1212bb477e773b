#pragma once

#include "flatbuf.h"
#include "ir/model.h"

/**
 * weir_tflite_metadata:
 * @metadata: the FlatBuffer
 * @archive: the whole file, whose end may be a ZIP archive with the labels
 *
 * Says in @model's `model_info` what the metadata says.
 */
void weir_tflite_metadata (const WeirBytes *metadata, const WeirBytes *archive,
                           WeirModel *model);
