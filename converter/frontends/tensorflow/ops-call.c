#include "choice.h"
#include "rounds.h"
#include "table.h"

/* Loops and branches of TensorFlow 2, whose bodies are functions. */

static const Tf__FunctionDef *
function_of (TfNode *n, const char *attr)
{
  const Tf__AttrValue *value = tf_attr (n, attr);
  const Tf__FunctionDef *function = tf_function_named (n, attr);

  if (function == NULL)
    weir_make_invalid (&n->make, "attribute '%s': there is no function '%s'", attr,
                       value != NULL && value->func != NULL && value->func->name != NULL
                           ? value->func->name
                           : "");
  return function;
}

/* Runs @function where @body is built, or where the node stands, on @values. */
static gboolean
run (TfNode *n, const Tf__FunctionDef *function, const Tf__AttrValue *given, TfBody *body,
     const TfValue *values, guint n_values, TfValue *results, guint n_results,
     GError **error)
{
  g_autoptr (GArray) outputs = g_array_new (FALSE, FALSE, sizeof (TfValue));
  TfCall call = { .function = function,
                  .given = given,
                  .builder = body != NULL ? &body->builder : n->make.b,
                  .body = body != NULL ? body : n->scope->body };

  if (!tf_function_run (n, &call, values, n_values, outputs, error))
    return FALSE;
  if (outputs->len != n_results)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "function '%s' returns %u values, expected %u",
                      function->signature->name, outputs->len, n_results);
  for (guint i = 0; i < n_results; i++)
    results[i] = g_array_index (outputs, TfValue, i);
  return TRUE;
}

typedef struct {
  const Tf__FunctionDef *condition, *body;
} While;

static gboolean
while_condition (TfRounds *r, TfBody *body, const TfValue *values, TfValue *result,
                 GError **error)
{
  const While *data = r->data;

  return run (r->n, data->condition, tf_attr (r->n, "cond"), body, values, r->n_states,
              result, 1, error);
}

static gboolean
while_next (TfRounds *r, TfBody *body, const TfValue *values, TfValue *next,
            GError **error)
{
  const While *data = r->data;

  return run (r->n, data->body, tf_attr (r->n, "body"), body, values, r->n_states, next,
              r->n_states, error);
}

static WeirPort
while_loop (TfNode *n)
{
  While data = { .condition = function_of (n, "cond"), .body = function_of (n, "body") };
  g_autofree TfState *states = g_new0 (TfState, MAX (n->n_inputs, 1));
  g_autofree TfValue *results = g_new0 (TfValue, MAX (n->n_inputs, 1));
  TfRounds r = { .n = n,
                 .states = states,
                 .n_states = n->n_inputs,
                 .condition = while_condition,
                 .next = while_next,
                 .data = &data };

  if (weir_build_failed (n->make.b))
    return WEIR_PORT_NONE;
  for (guint i = 0; i < n->n_inputs; i++) {
    states[i].initial = n->inputs[i];
    states[i].fixed = tf_function_argument (data.body, i) == (int) i;
  }
  tf_rounds_convert (&r, results);
  if (r.broken)
    tf_break (n);
  for (guint i = 0; !r.broken && i < n->n_inputs; i++)
    tf_give (n, i, &results[i]);
  return WEIR_PORT_NONE;
}

/*
 * Cases:
 * @given: (array length=n_functions): the attributes of the calls
 * @first: the first function that is left to be chosen
 * @body: (nullable): the sub-graph where that is
 * @inputs: as they are there; the first says which
 *
 * The branches of If and Case.
 */
typedef struct {
  TfNode *n;
  const Tf__FunctionDef **functions;
  const Tf__AttrValue *given;
  guint n_functions, first;
  TfBody *body;
  const TfValue *inputs;
  guint n_inputs, n_outputs;
} Cases;

static gboolean run_cases (const Cases *cases, TfValue *results, GError **error);

static gboolean
run_first (const Cases *cases, TfValue *results, GError **error)
{
  return run (cases->n, cases->functions[cases->first], &cases->given[cases->first],
              cases->body, cases->inputs + 1, cases->n_inputs - 1, results,
              cases->n_outputs, error);
}

static gboolean
case_branch (TfChoice *c, guint which, TfBody *body, TfValue *values, GError **error)
{
  Cases cases = *(const Cases *) c->data;
  g_autofree TfValue *inputs = g_memdup2 (cases.inputs, cases.n_inputs * sizeof *inputs);

  for (guint i = 0; body != NULL && i < cases.n_inputs; i++)
    inputs[i] = tf_body_capture (body, c->import, &cases.inputs[i]);
  if (body != NULL && !weir_build_finish (&body->builder, error))
    return FALSE;
  cases.inputs = inputs;
  if (body != NULL)
    cases.body = body;
  if (which != 0)
    return run_first (&cases, values, error);
  cases.first++;
  return run_cases (&cases, values, error);
}

/* Whether the first of @cases is taken: If has a truth, Case a number. */
static WeirPort
predicate_of (const Cases *cases, WeirMake *m)
{
  WeirPort port = cases->inputs[0].port;

  if (cases->n->row->ir != NULL)
    return weir_make_2 (m, "Equal", port, weir_make_scalar (m, port, cases->first));
  return weir_make_dtype (m, port) == WEIR_DTYPE_BOOL
             ? port
             : weir_make_convert (m, port, WEIR_DTYPE_BOOL);
}

/* The last branch is also what a number that is none chooses. */
static gboolean
run_cases (const Cases *cases, TfValue *results, GError **error)
{
  TfNode *n = cases->n;
  WeirMake inside = { .b = cases->body != NULL ? &cases->body->builder : n->make.b,
                      .name = n->make.name };
  TfChoice choice = { .make = &inside,
                      .import = n->scope->import,
                      .n_outputs = cases->n_outputs,
                      .branch = case_branch,
                      .data = cases };

  if (cases->first + 1 == cases->n_functions)
    return run_first (cases, results, error);
  choice.predicate = predicate_of (cases, &inside);
  tf_choice_convert (&choice, results);
  return inside.b == n->make.b ? !weir_build_failed (inside.b)
                               : weir_build_finish (inside.b, error);
}

static WeirPort
choose (TfNode *n, const Tf__FunctionDef **functions, const Tf__AttrValue *given,
        guint n_functions)
{
  Cases cases = { .n = n,
                  .functions = functions,
                  .given = given,
                  .n_functions = n_functions,
                  .body = NULL,
                  .inputs = n->inputs,
                  .n_inputs = n->n_inputs };
  g_autofree TfValue *results = NULL;
  gboolean broken = FALSE;

  if (n->n_inputs == 0)
    return weir_make_invalid (&n->make, "input 0 is missing");
  if (n->inputs[0].array != NULL)
    return tf_in (n, 0);
  if (weir_build_failed (n->make.b))
    return WEIR_PORT_NONE;
  cases.n_outputs = (guint) functions[0]->signature->n_output_arg;
  results = g_new0 (TfValue, MAX (cases.n_outputs, 1));
  if (!run_cases (&cases, results, &n->make.b->error))
    return WEIR_PORT_NONE;
  for (guint i = 0; i < cases.n_outputs; i++)
    broken |= results[i].broken;
  for (guint i = 0; !broken && i < cases.n_outputs; i++)
    tf_give (n, i, &results[i]);
  if (broken)
    tf_break (n);
  return WEIR_PORT_NONE;
}

static WeirPort
if_else (TfNode *n)
{
  static const char *const attrs[] = { "then_branch", "else_branch" };
  const Tf__FunctionDef *functions[2];
  Tf__AttrValue given[2];

  for (guint i = 0; i < 2; i++) {
    functions[i] = function_of (n, attrs[i]);
    if (functions[i] == NULL)
      return WEIR_PORT_NONE;
    given[i] = *tf_attr (n, attrs[i]);
  }
  return choose (n, functions, given, 2);
}

static WeirPort
case_of (TfNode *n)
{
  const Tf__AttrValue *list = tf_attr (n, "branches");
  gsize count = list != NULL && list->list != NULL ? list->list->n_func : 0;
  const Tf__FunctionDef *functions[WEIR_MAX_BODY_DEPTH];
  Tf__AttrValue given[WEIR_MAX_BODY_DEPTH];

  if (count == 0)
    return weir_make_invalid (&n->make, "attribute 'branches': expected functions");
  if (count > WEIR_MAX_BODY_DEPTH)
    return weir_make_unsupported (&n->make, "%zu branches: expected at most %d", count,
                                  WEIR_MAX_BODY_DEPTH);
  for (gsize i = 0; i < count; i++) {
    Tf__NameAttrList *func = list->list->func[i];

    functions[i] = func->name != NULL
                       ? g_hash_table_lookup (n->scope->import->functions, func->name)
                       : NULL;
    if (functions[i] == NULL)
      return weir_make_invalid (&n->make,
                                "attribute 'branches': there is no function "
                                "'%s'",
                                func->name != NULL ? func->name : "");
    tf__attr_value__init (&given[i]);
    given[i].func = func;
  }
  return choose (n, functions, given, (guint) count);
}

const TfRow tf_rows_call[] = {
  { "While", while_loop },
  { "StatelessWhile", while_loop },
  { "If", if_else },
  { "StatelessIf", if_else },
  { "Case", case_of, "Equal" },
  { "StatelessCase", case_of, "Equal" },
  { NULL },
};
