#include "choice.h"
#include "flow.h"
#include "rounds.h"
#include "table.h"

#include <string.h>

/* Loops and branches of TensorFlow 1, converted where they end. */

static gboolean
check_depth (TfNode *n)
{
  if (n->scope->depth < WEIR_MAX_BODY_DEPTH)
    return TRUE;
  if (!weir_build_failed (n->make.b))
    weir_fail (&n->make.b->error, WEIR_ERROR_LIMIT,
               "loops and branches are nested more than %d deep", WEIR_MAX_BODY_DEPTH);
  return FALSE;
}

/* The nodes of a loop, where its variables have @values. */
static gboolean
open_loop (const TfRounds *r, TfBody *body, const TfValue *values, TfScope *scope,
           GError **error)
{
  const TfLoop *loop = r->data;
  TfScope *outer = r->n->scope;

  tf_scope_init_part (scope, outer, body != NULL ? &body->builder : outer->builder,
                      body != NULL ? body : outer->body);
  for (guint i = 0; i < loop->enters->len; i++) {
    const Tf__NodeDef *enter = loop->enters->pdata[i];
    const TfValue *value = tf_scope_value (outer, enter->input[0], error);
    TfValue inner;

    if (value == NULL)
      return FALSE;
    inner = tf_scope_capture (scope, value);
    tf_scope_give (scope, enter->name, 0, &inner);
  }
  for (guint i = 0; i < loop->variables->len; i++) {
    const TfLoopVariable *variable = &g_array_index (loop->variables, TfLoopVariable, i);

    tf_scope_give (scope, variable->merge->name, 0, &values[i]);
    for (guint output = 0; variable->gate != NULL && output < 2; output++)
      tf_scope_give (scope, variable->gate->name, output, &values[i]);
  }
  return TRUE;
}

static gboolean
take (TfScope *scope, const char *text, TfValue *result, GError **error)
{
  const TfValue *value = tf_scope_value (scope, text, error);

  if (value != NULL)
    *result = *value;
  return value != NULL;
}

static gboolean
loop_condition (TfRounds *r, TfBody *body, const TfValue *values, TfValue *result,
                GError **error)
{
  const TfLoop *loop = r->data;
  TfScope scope;
  gboolean good;

  good = open_loop (r, body, values, &scope, error) &&
         take (&scope, loop->condition->input[0], result, error);
  tf_scope_clear (&scope);
  return good;
}

static gboolean
loop_next (TfRounds *r, TfBody *body, const TfValue *values, TfValue *next,
           GError **error)
{
  const TfLoop *loop = r->data;
  TfScope scope;
  gboolean good = open_loop (r, body, values, &scope, error);

  for (guint i = 0; good && i < loop->variables->len; i++)
    good = take (&scope, g_array_index (loop->variables, TfLoopVariable, i).next,
                 &next[i], error);
  tf_scope_clear (&scope);
  return good;
}

static void
give_results (TfNode *n, const TfLoop *loop, const TfValue *results)
{
  for (guint i = 0; i < loop->variables->len; i++) {
    const Tf__NodeDef *exit = g_array_index (loop->variables, TfLoopVariable, i).exit;

    if (exit == n->proto && results[i].broken)
      tf_break (n);
    else if (exit == n->proto)
      tf_give (n, 0, &results[i]);
    else if (exit != NULL)
      tf_scope_give (n->scope, exit->name, 0, &results[i]);
  }
}

static WeirPort
loop_exit (TfNode *n)
{
  guint index;
  const TfLoop *loop = tf_flow_loop (n->scope, n->proto, &index, &n->make.b->error);
  g_autofree TfState *states = NULL;
  g_autofree TfValue *results = NULL;
  TfRounds r = { .n = n, .condition = loop_condition, .next = loop_next, .data = loop };

  if (loop == NULL || !check_depth (n))
    return WEIR_PORT_NONE;
  r.n_states = loop->variables->len;
  states = r.states = g_new0 (TfState, r.n_states);
  results = g_new0 (TfValue, r.n_states);
  for (guint i = 0; i < r.n_states; i++) {
    const Tf__NodeDef *enter = g_array_index (loop->variables, TfLoopVariable, i).enter;

    if (!take (n->scope, enter->input[0], &states[i].initial, &n->make.b->error))
      return WEIR_PORT_NONE;
    r.broken |= states[i].initial.broken;
  }
  if (r.broken) {
    tf_break (n);
    return WEIR_PORT_NONE;
  }
  tf_rounds_convert (&r, results);
  if (!weir_build_failed (n->make.b))
    give_results (n, loop, results);
  return WEIR_PORT_NONE;
}

/* What a Merge ends. */
typedef struct {
  TfNode *n;
  TfBranches branches;
} Merge;

static gboolean
merge_branch (TfChoice *c, guint which, TfBody *body, TfValue *values, GError **error)
{
  const Merge *merge = c->data;
  TfNode *n = merge->n;
  TfScope scope;
  gboolean good;

  tf_scope_init_part (&scope, n->scope, body != NULL ? &body->builder : n->make.b,
                      body != NULL ? body : n->scope->body);
  scope.gate = merge->branches.predicate;
  good = take (&scope, n->proto->input[merge->branches.inputs[which]], values, error);
  tf_scope_clear (&scope);
  return good;
}

/* The second output says which input has come. */
static void
give_index (TfNode *n, const Merge *merge, WeirPort predicate)
{
  WeirMake *m = &n->make;
  WeirPort numbers[2];

  for (guint i = 0; i < 2; i++)
    numbers[i] = weir_make_constant (
        m, weir_tensor_new_scalar (WEIR_DTYPE_I32, merge->branches.inputs[i]));
  tf_out (n, 1, WEIR_MAKE (m, "Select", predicate, numbers[1], numbers[0]));
}

static WeirPort
merge (TfNode *n)
{
  Merge merge = { .n = n };
  TfChoice choice = { .make = &n->make,
                      .import = n->scope->import,
                      .n_outputs = 1,
                      .branch = merge_branch,
                      .data = &merge };
  TfValue predicate, result = TF_NO_VALUE;

  if (!check_depth (n) ||
      !tf_gate_branches (n->scope, n->proto, &merge.branches, &n->make.b->error))
    return WEIR_PORT_NONE;
  if (take (n->scope, merge.branches.predicate, &predicate, &n->make.b->error)) {
    choice.predicate = predicate.port;
    result.broken = predicate.broken;
    if (!predicate.broken)
      tf_choice_convert (&choice, &result);
    if (result.broken)
      tf_break (n);
    else
      tf_give (n, 0, &result);
    if (!result.broken)
      give_index (n, &merge, choice.predicate);
  }
  g_free (merge.branches.predicate);
  return WEIR_PORT_NONE;
}

/* One that belongs to no branch and no loop that ends. */
static WeirPort
pass (TfNode *n)
{
  const TfValue *value = tf_value (n, 0);

  for (guint i = 0; value != NULL && i < 2; i++)
    tf_give (n, i, value);
  return WEIR_PORT_NONE;
}

static WeirPort
loop_condition_outside (TfNode *n)
{
  return tf_in (n, 0);
}

static WeirPort
enter_outside (TfNode *n)
{
  return weir_make_invalid (&n->make,
                            "the frame that begins here is not left by an Exit");
}

const TfRow tf_rows_flow[] = {
  { "Exit", loop_exit, .is_flow = TRUE },
  { "Merge", merge, NULL, "output,value_index", .is_flow = TRUE },
  { "Switch", pass, NULL, "output_false,output_true" },
  { "LoopCond", loop_condition_outside },
  { "Enter", enter_outside },
  { "NextIteration", enter_outside },
  { NULL },
};
