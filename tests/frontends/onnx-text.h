#pragma once

#include "ir/tensor.h"

/* ONNX models written as text, for tests.
 *
 * A model is a row of statements, parted by ';':
 *   opset 13                    the operation set; 13 where it is not said
 *   in x f32[1,3] 0..2          an input and what is fed to it
 *   open x f32[1,3] 0..2        the same, declared without its dimensions
 *   const w f32[3] 1 2 3        an initializer
 *   Add x,w > y axis:i=1        a node; attributes by type: i f s is fs ss t g
 *   domain.Op x > y             of another domain
 *   out y f32[1,3] 1 3 5        an output and what is expected
 *   graph body; ...; end        a sub-graph for name:g=body; its inputs: "arg x f32"
 *   function F x,y > z; ...; end    a function of domain "local"
 * A tensor for name:t=w is the "const" of that name. */

typedef struct {
  char *name;
  WeirTensor *value;
} OnnxTextValue;

typedef struct {
  GBytes *bytes;
  GPtrArray *inputs;  /* OnnxTextValue */
  GPtrArray *outputs; /* OnnxTextValue; a value may be missing */
} OnnxText;

OnnxText *onnx_text_new (const char *text);
void onnx_text_free (OnnxText *model);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OnnxText, onnx_text_free)
