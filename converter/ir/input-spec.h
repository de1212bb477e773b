#pragma once

#include "build.h"

WEIR_BEGIN_DECLS

/**
 * WeirInputSpec:
 * @name: node or tensor name; %NULL where inputs are meant in their order
 * @port: -1, or the port number that was given with the name
 * @before: with @port: whether it is an input port ("0:node") or an output port
 * ("node:0")
 * @shape: (nullable): the IR's spelling, "1,3,?,1..10"
 * @dtype: element type of the new input, or unknown to keep it
 * @value: (nullable): freezes the input to this
 */
typedef struct {
  char *name;
  int port;
  gboolean before;
  char *shape;
  WeirDtype dtype;
  WeirTensor *value;
} WeirInputSpec;

/** WEIR_NOTE_ADDED: the note on an input that the model's file does not have: a shape
 * without a name is never its. It goes before an IR is written. */
#define WEIR_NOTE_ADDED "added_input"

/** WeirOutputSpec: where a graph is cut after; @port as in #WeirInputSpec. */
typedef struct {
  char *name;
  int port;
  gboolean before;
} WeirOutputSpec;

/** weir_input_spec_build: the Parameter that @spec asks for, or the Constant that it is
 * frozen to. What @spec leaves open is as in @old, what @old leaves open is f32. */
WeirPort weir_input_spec_build (const WeirInputSpec *spec, WeirBuilder *builder,
                                const char *name, const WeirValueInfo *old);

WEIR_END_DECLS
