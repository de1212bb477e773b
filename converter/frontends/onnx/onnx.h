#pragma once

#include "frontends/frontend.h"
#include "frontends/proto/onnx.pb-c.h"
#include "frontends/wire.h"

/* The format: https://onnx.ai/onnx/repo-docs/IR.html; its operations:
 * https://onnx.ai/onnx/operators. */

/**
 * OnnxImport:
 * @functions: "domain:name:overload" -> FunctionProto of the model
 * @names: what node names and texts are interned in
 * @sequences: GArray of WeirPort, the sequences that values stand for
 * @budget: what may be made larger than it stands in the file
 * @converted: nodes so far, those of inlined functions and repeated bodies included
 * @calls: functions that are being inlined
 * @tries: bodies of loops that were made to find out their shapes
 *
 * One model that is being read.
 */
typedef struct {
  const WeirFrontendInput *input;
  const WeirWire *wire;
  const Onnx__ModelProto *model;
  GPtrArray *unsupported;
  GHashTable *functions;
  GStringChunk *names;
  GPtrArray *sequences;
  WeirBudget budget;
  guint converted;
  guint calls;
  guint tries;
} OnnxImport;
