#pragma once

#include "node.h"

/**
 * TfCounter: a value of a loop's body that is @start in the first round and one more in
 * each round after it.
 */
typedef struct {
  WeirPort port;
  gint64 start;
} TfCounter;

/**
 * TfBody:
 * @outer: where the node is made whose body this is
 * @inputs: (element-type TfBodyInput): what each parameter gets
 * @parameters: node -> its place in @inputs, and when attached among the parameters
 * @captured: port around the body -> what it is within
 * @counters: (element-type TfCounter)
 * @number: the number of the round, or none while nobody has asked
 *
 * A sub-graph of If or Loop in the making. What its nodes read from the graph around it
 * becomes one more parameter each, and a constant where it is one.
 */
struct _TfBody {
  WeirMake *outer;
  WeirGraph *graph;
  WeirBuilder builder;
  WeirMake make;
  GArray *inputs;
  GHashTable *parameters;
  GHashTable *captured;
  GArray *counters;
  WeirPort number;
};

void tf_body_init (TfBody *body, WeirMake *outer);
void tf_body_clear (TfBody *body);

/** tf_body_variable: a parameter that @outer is the first value of. */
WeirPort tf_body_variable (TfBody *body, WeirPort outer, WeirDtype dtype,
                           const WeirShape *shape);
/** tf_body_capture: @value of the graph around @body within it. */
TfValue tf_body_capture (TfBody *body, TfImport *import, const TfValue *value);
/** tf_body_number: the number of the round, from 0 on. */
WeirPort tf_body_number (TfBody *body, WeirDtype dtype);
void tf_body_add_counter (TfBody *body, WeirPort port, gint64 start);
/** tf_body_is_counter: whether @port counts rounds, from @start on. */
gboolean tf_body_is_counter (const TfBody *body, WeirPort port, gint64 *start);
/** tf_body_outside: what the captured value @port is in the graph around @body; none
 * where it is not captured. */
WeirPort tf_body_outside (const TfBody *body, WeirPort port);
/** tf_body_slice: of the captured value @port, the element that has the number of the
 * round. */
WeirPort tf_body_slice (TfBody *body, WeirPort port);

/** tf_body_attach: makes the graph a body of @node. Returns: (transfer none) (nullable):
 * %NULL after a failure. */
WeirBody *tf_body_attach (TfBody *body, WeirNode *node);
/** tf_body_position: which parameter of the attached body @port is. */
guint tf_body_position (const TfBody *body, WeirPort port);
