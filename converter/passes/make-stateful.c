#include "list.h"

#include "base/problem.h"
#include "names.h"
#include "variable.h"

#include <string.h>

/* An input and an output that belong together become a variable: the input reads what the
 * output left there at the inference before, zeros at the first. */

static WeirNode *
find_result (const WeirGraph *graph, const char *name)
{
  WeirPort tensor = weir_pass_find_tensor (graph, name);

  for (guint i = 0; i < weir_graph_n_results (graph); i++) {
    WeirNode *result = weir_graph_result (graph, i);

    if (strcmp (result->name, name) == 0 || weir_port_equal (result->inputs[0], tensor) ||
        strcmp (weir_node_input (graph, result, 0)->name, name) == 0)
      return result;
  }
  return NULL;
}

/* The two must hold the same, of a size that is known: zeros are written for it. */
static gboolean
check_pair (const WeirGraph *graph, const WeirNode *parameter, const WeirNode *result,
            GError **error)
{
  const WeirValueInfo *in = &parameter->outputs[0].info;
  const WeirValueInfo *out = weir_node_input_info (graph, result, 0);
  g_autofree char *a = weir_shape_to_string (&in->shape);
  g_autofree char *b = weir_shape_to_string (&out->shape);

  if (in->dtype == out->dtype && weir_shape_is_static (&in->shape) &&
      weir_shape_equal (&in->shape, &out->shape))
    return TRUE;
  return weir_problem_fail (error, WEIR_PROBLEM_STATEFUL_NAMES,
                            "expected the same type and a known shape, found %s %s at "
                            "input '%s', %s %s at output '%s'",
                            weir_dtype_name (in->dtype), a, parameter->name,
                            weir_dtype_name (out->dtype), b, result->name);
}

static gboolean
join (WeirGraph *graph, WeirNode *parameter, WeirNode *result, GError **error)
{
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autofree char *id = g_strconcat (parameter->name, result->name, NULL);
  g_autofree char *zeros = g_strconcat (parameter->name, "/initial", NULL);
  g_autofree char *assign = g_strconcat (parameter->name, "/assign", NULL);
  const WeirValueInfo *info = &parameter->outputs[0].info;
  WeirShape shape = info->shape;
  WeirTensor *initial = weir_tensor_new (info->dtype, &shape, error);
  WeirPort value = result->inputs[0], port;

  if (initial == NULL)
    return FALSE;
  memset (weir_tensor_writable (initial), 0, weir_tensor_size (initial));
  port = weir_build_constant (&builder, zeros, initial);
  port = weir_pass_read_variable (&builder, id, parameter->name, port, &shape);
  if (!weir_build_failed (&builder)) {
    weir_edit_replace (graph, WEIR_PORT (parameter, 0), port);
    if (value.node == parameter->id)
      value = port;
    weir_edit_remove (graph, result);
    weir_edit_remove (graph, parameter);
  }
  weir_pass_assign_variable (&builder, id, assign, value, &shape);
  return weir_build_finish (&builder, error);
}

static gboolean
make_pair (WeirGraph *graph, const char *input, const char *output, GError **error)
{
  WeirNode *parameter = weir_pass_find_parameter (graph, input);
  WeirNode *result = find_result (graph, output);

  if (parameter == NULL || result == NULL)
    return weir_problem_fail (
        error, WEIR_PROBLEM_STATEFUL_NAMES, "there is no %s '%.200s'",
        parameter == NULL ? "input" : "output", parameter == NULL ? input : output);
  return check_pair (graph, parameter, result, error) &&
         join (graph, parameter, result, error);
}

/* The next string in quotes, single or double; @text moves behind it. */
static char *
take_quoted (const char **text)
{
  const char *open = *text + strspn (*text, " \t"), *close;

  close = *open == '\'' || *open == '"' ? strchr (open + 1, *open) : NULL;
  if (close == NULL)
    return NULL;
  *text = close + 1 + strspn (close + 1, " \t");
  return g_strndup (open + 1, (gsize) (close - open - 1));
}

static gboolean
fail_syntax (const char *text, GError **error)
{
  return weir_problem_fail (error, WEIR_PROBLEM_TRANSFORM_SYNTAX,
                            "param_res_names: expected {'input':'output',…}, found "
                            "'%.200s'",
                            text);
}

gboolean
weir_transform_make_stateful (WeirModel *model, const WeirTransformSpec *spec,
                              GError **error)
{
  const char *names = g_hash_table_lookup (spec->arguments, "param_res_names");
  const char *at = names;

  if (names == NULL || *names != '{')
    return fail_syntax (names != NULL ? names : "", error);
  do {
    g_autofree char *input = NULL, *output = NULL;

    at++;
    input = take_quoted (&at);
    if (input == NULL || *at++ != ':' || (output = take_quoted (&at)) == NULL)
      return fail_syntax (names, error);
    if (!make_pair (weir_model_graph (model), input, output, error))
      return FALSE;
  } while (*at == ',');
  return strcmp (at, "}") == 0 || fail_syntax (names, error);
}
