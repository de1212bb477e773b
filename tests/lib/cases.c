#include "cases.h"

#include "base/error.h"
#include "compare.h"
#include "ir/build.h"
#include "ir/evaluate.h"
#include "ir/infer.h"

#include <string.h>

/* A tensor, or the type and shape of one. */
typedef struct {
  WeirDtype dtype;
  WeirShape shape;
  WeirTensor *value;
} Text;

static void
store (WeirTensor *tensor, gsize index, const char *number)
{
  WeirDtype dtype = weir_tensor_dtype (tensor);
  void *data = weir_tensor_writable (tensor);

  if (weir_dtype_is_float (dtype))
    weir_dtype_store (dtype, data, index, g_ascii_strtod (number, NULL));
  else if (dtype == WEIR_DTYPE_U64)
    weir_dtype_store_int (dtype, data, index,
                          (gint64) g_ascii_strtoull (number, NULL, 10));
  else
    weir_dtype_store_int (dtype, data, index, g_ascii_strtoll (number, NULL, 10));
}

/* One number for all elements, "0..23" for counting up, or a number for each. */
static void
fill (WeirTensor *tensor, char **words, guint n)
{
  gsize count = weir_tensor_count (tensor);
  gboolean counting = n == 1 && strstr (words[0], "..") != NULL;

  g_assert_true (n == 1 || count == n);
  for (gsize i = 0; i < count; i++)
    store (tensor, i, words[n == 1 ? 0 : i]);
  for (gsize i = 1; counting && i < count; i++)
    weir_dtype_store (weir_tensor_dtype (tensor), weir_tensor_writable (tensor), i,
                      weir_tensor_get (tensor, i - 1) + 1);
}

static void
text_parse (Text *text, const char *spelling)
{
  g_auto (GStrv) words = g_strsplit (spelling, " ", -1);
  g_auto (GStrv) kind = g_strsplit_set (words[0], "[]", 3);
  guint n = g_strv_length (words) - 1;

  *text = (Text){ .dtype = weir_dtype_parse (kind[0]) };
  g_assert_true (weir_shape_parse (kind[1], &text->shape, NULL));
  if (n == 0)
    return;
  text->value = weir_tensor_new (text->dtype, &text->shape, NULL);
  fill (text->value, words + 1, n);
}

WeirTensor *
case_tensor (const char *spelling)
{
  Text text;

  text_parse (&text, spelling);
  g_assert_nonnull (text.value);
  return text.value;
}

/* How the inputs of a node are known to inference. */
typedef enum { AS_WRITTEN, SHAPED, UNKNOWN, FIRST_OPEN } Knowledge;

typedef struct {
  char **words; /* name and version, attributes */
  Text inputs[CASE_MAX_INPUTS];
  guint n_inputs;
  guint n_outputs;
  gboolean complete; /* all inputs have values */
  WeirGraph *graph;
  WeirNode *node;
} Case;

static void
case_init (Case *c, const char *op, const char *const *inputs, guint n_outputs)
{
  g_test_message ("%s: %s", op, inputs[0] != NULL ? inputs[0] : "");
  *c = (Case){ .words = g_strsplit (op, " ", -1),
               .n_outputs = n_outputs,
               .complete = TRUE };
  for (; c->n_inputs < CASE_MAX_INPUTS && inputs[c->n_inputs] != NULL; c->n_inputs++) {
    text_parse (&c->inputs[c->n_inputs], inputs[c->n_inputs]);
    c->complete &= c->inputs[c->n_inputs].value != NULL;
  }
}

static void
case_clear (Case *c)
{
  for (guint i = 0; i < c->n_inputs; i++)
    weir_tensor_unref (c->inputs[i].value);
  g_clear_pointer (&c->graph, weir_graph_free);
  g_clear_pointer (&c->words, g_strfreev);
}

static void
set_attr (WeirNode *node, const char *assignment)
{
  g_auto (GStrv) pair = g_strsplit (assignment, "=", 2);
  const WeirAttrRow *rows = node->op->attrs;
  GError *error = NULL;
  guint row = 0;

  while (rows != NULL && rows[row].name != NULL && strcmp (rows[row].name, pair[0]) != 0)
    row++;
  g_assert_true (rows != NULL && rows[row].name != NULL);
  weir_attr_parse (&rows[row], pair[1], &node->attrs[row], &error);
  g_assert_no_error (error);
}

static void
add_node (Case *c, const WeirPort *ports)
{
  g_auto (GStrv) name = g_strsplit (c->words[0], "-", 2);
  const WeirOp *op = weir_op_find (name[0]);
  guint version = name[1] != NULL ? (guint) g_ascii_strtoull (name[1], NULL, 10) : 0;

  g_assert_nonnull (op);
  c->node = weir_edit_add (c->graph, op, version, "node", ports, c->n_inputs,
                           c->n_outputs, NULL);
  for (guint i = 1; c->words[i] != NULL; i++)
    set_attr (c->node, c->words[i]);
}

static void
case_build (Case *c, Knowledge knowledge)
{
  WeirPort ports[CASE_MAX_INPUTS];
  WeirBuilder builder;

  g_clear_pointer (&c->graph, weir_graph_free);
  c->graph = weir_graph_new ();
  builder = WEIR_BUILDER (c->graph);
  for (guint i = 0; i < c->n_inputs; i++) {
    const Text *input = &c->inputs[i];
    g_autofree char *name = g_strdup_printf ("input%u", i);

    if (input->value != NULL &&
        (knowledge == AS_WRITTEN || (knowledge == FIRST_OPEN && i > 0)))
      ports[i] = weir_build_constant (&builder, name, weir_tensor_ref (input->value));
    else
      ports[i] = weir_build_parameter (&builder, name, input->dtype,
                                       knowledge == UNKNOWN ? &WEIR_SHAPE_UNKNOWN
                                                            : &input->shape);
  }
  g_assert_no_error (builder.error);
  add_node (c, ports);
}

static gboolean
case_evaluate (const Case *c, WeirTensor **outputs, GError **error)
{
  WeirTensor *inputs[CASE_MAX_INPUTS];

  for (guint i = 0; i < c->n_inputs; i++)
    inputs[i] = c->inputs[i].value;
  return weir_node_evaluate (c->node, inputs, outputs, NULL, error);
}

static void
assert_value (const WeirTensor *found, const WeirTensor *expected)
{
  if (weir_dtype_is_float (weir_tensor_dtype (expected)))
    assert_close (found, expected, 1e-5);
  else
    assert_equal (found, expected);
}

/* What inference says may know less than what came out, but never something else; what it
 * knows all about it must have computed. */
static void
assert_agrees (const WeirValueInfo *info, const WeirTensor *found, gboolean computed)
{
  WeirShape shape = info->shape;

  g_assert_cmpstr (weir_dtype_name (info->dtype), ==,
                   weir_dtype_name (weir_tensor_dtype (found)));
  if (!weir_shape_merge (&shape, weir_tensor_shape (found))) {
    g_autofree char *text = weir_shape_to_string (weir_tensor_shape (found));
    assert_shape (&info->shape, text);
  }
  if (computed)
    g_assert_nonnull (info->value);
  if (info->value != NULL)
    assert_value (info->value, found);
}

/* Whether inference should have computed the outputs. */
static gboolean
is_computed (const Case *c, Knowledge knowledge)
{
  for (guint i = 0; i < c->node->n_outputs; i++)
    if (!weir_shape_is_static (&c->node->outputs[i].info.shape))
      return FALSE;
  return knowledge == AS_WRITTEN;
}

static void
run_complete (Case *c, const char *const *expected)
{
  for (Knowledge knowledge = AS_WRITTEN; knowledge <= FIRST_OPEN; knowledge++) {
    WeirTensor *outputs[CASE_MAX_OUTPUTS] = { NULL };
    GError *error = NULL;

    case_build (c, knowledge);
    weir_node_infer (c->graph, c->node, &error);
    g_assert_no_error (error);
    case_evaluate (c, outputs, &error);
    g_assert_no_error (error);
    for (guint i = 0; i < c->node->n_outputs; i++) {
      Text text;

      text_parse (&text, expected[i]);
      assert_value (outputs[i], text.value);
      assert_agrees (&c->node->outputs[i].info, outputs[i], is_computed (c, knowledge));
      weir_tensor_unref (text.value);
      weir_tensor_unref (outputs[i]);
    }
  }
}

static void
run_inference (Case *c, const char *const *expected)
{
  GError *error = NULL;

  case_build (c, AS_WRITTEN);
  weir_node_infer (c->graph, c->node, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < c->node->n_outputs; i++) {
    const WeirValueInfo *info = &c->node->outputs[i].info;
    g_autofree char *shape = NULL;
    Text text;

    text_parse (&text, expected[i]);
    shape = weir_shape_to_string (&text.shape);
    g_assert_cmpstr (weir_dtype_name (info->dtype), ==, weir_dtype_name (text.dtype));
    assert_shape (&info->shape, shape);
    if (text.value != NULL) {
      g_assert_nonnull (info->value);
      assert_value (info->value, text.value);
    }
    weir_tensor_unref (text.value);
  }
}

void
run_op_cases (gconstpointer table)
{
  for (const OpCase *row = table; row->op != NULL; row++) {
    guint n_outputs = 0;
    Case c;

    while (n_outputs < CASE_MAX_OUTPUTS && row->outputs[n_outputs] != NULL)
      n_outputs++;
    case_init (&c, row->op, row->inputs, n_outputs);
    if (c.complete)
      run_complete (&c, row->outputs);
    else
      run_inference (&c, row->outputs);
    case_clear (&c);
  }
}

static void
assert_failed (gboolean good, GError *error, const BadCase *row)
{
  g_assert_false (good);
  g_assert_error (error, WEIR_ERROR, row->code);
  assert_says (error, row->message);
  g_error_free (error);
}

void
run_bad_cases (gconstpointer table)
{
  for (const BadCase *row = table; row->op != NULL; row++) {
    WeirTensor *outputs[CASE_MAX_OUTPUTS] = { NULL };
    GError *error = NULL;
    gboolean good;
    Case c;

    case_init (&c, row->op, row->inputs, row->n_outputs);
    case_build (&c, AS_WRITTEN);
    good = weir_node_infer (c.graph, c.node, &error);
    assert_failed (good, error, row);
    if (c.complete) {
      error = NULL;
      case_build (&c, UNKNOWN);
      good = weir_node_infer (c.graph, c.node, &error) &&
             case_evaluate (&c, outputs, &error);
      assert_failed (good, error, row);
    }
    case_clear (&c);
  }
}
