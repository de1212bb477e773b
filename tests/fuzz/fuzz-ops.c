#include "base/limits.h"
#include "fuzz.h"
#include "ir/build.h"
#include "ir/evaluate.h"
#include "ir/infer.h"

#include <stdio.h>
#include <stdlib.h>

/* Input: bytes that choose an operation of the table, its version, attributes, and inputs
 * with their contents. Inference must say the same of it whatever it knows, and as
 * evaluation does; nothing takes more memory than an input of this size should. */

#define MAX_INPUTS  8
#define MAX_OUTPUTS 4
#define MAX_ALLOC   ((gsize) 1 << 20)

/* A signal that libFuzzer catches, so that it keeps the input. */
static void G_GNUC_PRINTF (1, 2) G_GNUC_NORETURN broken (const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  vfprintf (stderr, format, arguments);
  va_end (arguments);
  fprintf (stderr, "\n");
  abort ();
}

typedef struct {
  const uint8_t *data;
  size_t size;
} Draw;

/* Zeros when all is drawn. */
static guint
draw (Draw *d, guint n)
{
  guint value;

  if (d->size == 0)
    return 0;
  value = *d->data++;
  d->size--;
  return value % n;
}

/* How much inference knows of the inputs. */
typedef enum { VALUES, FIRST_OPEN, SHAPES, RANKS, NOTHING, N_KNOWLEDGE } Knowledge;

typedef struct {
  const WeirOp *op;
  guint version, n_inputs, n_outputs;
  WeirTensor *inputs[MAX_INPUTS];
  WeirAttr *attrs;
} Case;

static const char *const numbers[] = {
  "0", "1", "2", "3", "-1", "4", "-2", "5", "8", "16", "2147483647", "-2147483648",
};

static const char *const fractions[] = { "0",  "1", "0.5",  "-1",  "2",   "1e-6",
                                         "10", "3", "1e38", "0.3", "inf", "nan" };

static const WeirDtype dtypes[] = {
  WEIR_DTYPE_F32, WEIR_DTYPE_F32,  WEIR_DTYPE_F32,  WEIR_DTYPE_I64,
  WEIR_DTYPE_I64, WEIR_DTYPE_I32,  WEIR_DTYPE_U8,   WEIR_DTYPE_F16,
  WEIR_DTYPE_F64, WEIR_DTYPE_BF16, WEIR_DTYPE_BOOL, WEIR_DTYPE_I8,
  WEIR_DTYPE_U64, WEIR_DTYPE_U1,   WEIR_DTYPE_I4,   WEIR_DTYPE_U16,
};

static char *
draw_list (Draw *d, const char *const *words, guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = draw (d, 5); i > 0; i--)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "," : "", words[draw (d, n)]);
  return g_string_free (text, FALSE);
}

static char *
draw_word (Draw *d, const WeirAttrRow *row)
{
  g_auto (GStrv) words = g_strsplit (row->range != NULL ? row->range : "a|b", "|", -1);

  return g_strdup (words[draw (d, g_strv_length (words))]);
}

static char *
draw_text (Draw *d, const WeirAttrRow *row)
{
  switch (row->type) {
  case WEIR_ATTR_INT:
    return g_strdup (numbers[draw (d, G_N_ELEMENTS (numbers))]);
  case WEIR_ATTR_FLOAT:
    return g_strdup (fractions[draw (d, G_N_ELEMENTS (fractions))]);
  case WEIR_ATTR_BOOL:
    return g_strdup (draw (d, 2) != 0 ? "true" : "false");
  case WEIR_ATTR_STRING:
    return draw_word (d, row);
  case WEIR_ATTR_DTYPE:
    return g_strdup (weir_dtype_name (dtypes[draw (d, G_N_ELEMENTS (dtypes))]));
  case WEIR_ATTR_INTS:
    return draw_list (d, numbers, G_N_ELEMENTS (numbers));
  case WEIR_ATTR_FLOATS:
    return draw_list (d, fractions, G_N_ELEMENTS (fractions));
  }
  return NULL;
}

/* What is out of a row's range stays unset. */
static void
draw_attrs (Draw *d, Case *c)
{
  guint n = weir_op_n_attrs (c->op);

  c->attrs = g_new0 (WeirAttr, MAX (n, 1));
  for (guint i = 0; i < n; i++) {
    const WeirAttrRow *row = &c->op->attrs[i];

    if (weir_attr_row_in (row, c->version) &&
        (row->fallback == NULL || draw (d, 3) > 0)) {
      g_autofree char *text = draw_text (d, row);
      weir_attr_parse (row, text, &c->attrs[i], NULL);
    }
  }
}

static double
draw_value (Draw *d, WeirDtype dtype)
{
  guint byte = draw (d, 256);

  if (byte >= 240)
    return g_ascii_strtod (fractions[byte % G_N_ELEMENTS (fractions)], NULL);
  if (byte >= 224)
    return g_ascii_strtod (numbers[byte % G_N_ELEMENTS (numbers)], NULL);
  if (weir_dtype_is_float (dtype))
    return (byte - 112.0) / 16;
  return byte % 16 < 12 ? byte % 8 : -(double) (byte % 4);
}

static WeirTensor *
draw_input (Draw *d)
{
  WeirDtype dtype = dtypes[draw (d, G_N_ELEMENTS (dtypes))];
  WeirShape shape = { .rank = (int) draw (d, 6) };
  WeirTensor *tensor;

  for (int i = 0; i < shape.rank; i++)
    shape.dims[i] = draw (d, 16) == 15 ? 0 : 1 + draw (d, 4);
  tensor = weir_tensor_new (dtype, &shape, NULL);
  for (gsize i = 0; tensor != NULL && i < weir_tensor_count (tensor); i++)
    weir_dtype_store (dtype, weir_tensor_writable (tensor), i, draw_value (d, dtype));
  return tensor;
}

static gboolean
draw_case (Draw *d, Case *c)
{
  guint count, versions = 0, most;
  const WeirOp *const *table = weir_op_table (&count);
  guint index = draw (d, 256);

  c->op = table[(index << 8 | draw (d, 256)) % count];
  if ((c->op->flags & WEIR_OP_BODY) != 0 || c->op->max_inputs == 0 ||
      c->op->evaluate == NULL)
    return FALSE;
  while (versions < WEIR_MAX_VERSIONS && c->op->versions[versions] != 0)
    versions++;
  c->version = c->op->versions[draw (d, versions)];
  draw_attrs (d, c);
  most = c->op->max_inputs == WEIR_ANY_NUMBER ? 3 : MIN (c->op->max_inputs, MAX_INPUTS);
  c->n_inputs = c->op->min_inputs + draw (d, most - MIN (c->op->min_inputs, most) + 1);
  if (c->n_inputs > MAX_INPUTS)
    return FALSE;
  c->n_outputs = weir_op_n_outputs (c->op, c->version);
  if (c->n_outputs > MAX_OUTPUTS)
    c->n_outputs = 1 + draw (d, MAX_OUTPUTS);
  for (guint i = 0; i < c->n_inputs; i++)
    if ((c->inputs[i] = draw_input (d)) == NULL)
      return FALSE;
  return TRUE;
}

static void
clear_case (Case *c)
{
  for (guint i = 0; i < c->n_inputs; i++)
    weir_tensor_unref (c->inputs[i]);
  for (guint i = 0; c->attrs != NULL && i < weir_op_n_attrs (c->op); i++)
    weir_attr_clear (&c->attrs[i]);
  g_free (c->attrs);
}

/* A graph of the one node, whose inputs are known so far. */
static WeirNode *
build (const Case *c, WeirGraph *graph, Knowledge knowledge)
{
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort ports[MAX_INPUTS];
  WeirNode *node;

  for (guint i = 0; i < c->n_inputs; i++) {
    WeirTensor *tensor = c->inputs[i];
    WeirShape shape = *weir_tensor_shape (tensor);

    if (knowledge == RANKS)
      shape = weir_shape_unknown (shape.rank);
    else if (knowledge == NOTHING)
      shape = WEIR_SHAPE_UNKNOWN;
    if (knowledge == VALUES || (knowledge == FIRST_OPEN && i > 0))
      ports[i] = weir_build_constant (&builder, "constant", weir_tensor_ref (tensor));
    else
      ports[i] = weir_build_parameter (&builder, "parameter", weir_tensor_dtype (tensor),
                                       &shape);
  }
  node = weir_edit_add (graph, c->op, c->version, "node", ports, c->n_inputs,
                        c->n_outputs, NULL);
  for (guint i = 0; i < weir_op_n_attrs (c->op); i++)
    if (c->attrs[i].set)
      weir_attr_copy (&node->attrs[i], &c->attrs[i]);
  return node;
}

static void
check_output (const Case *c, Knowledge knowledge, const WeirValueInfo *info,
              const WeirTensor *found)
{
  WeirShape shape = info->shape;

  if (info->dtype != WEIR_DTYPE_UNKNOWN && info->dtype != weir_tensor_dtype (found))
    broken ("%s, knowledge %d: inferred %s, computed %s", c->op->name, knowledge,
            weir_dtype_name (info->dtype), weir_dtype_name (weir_tensor_dtype (found)));
  if (!weir_shape_merge (&shape, weir_tensor_shape (found))) {
    g_autofree char *want = weir_shape_to_string (&info->shape);
    g_autofree char *have = weir_shape_to_string (weir_tensor_shape (found));
    broken ("%s, knowledge %d: inferred %s, computed %s", c->op->name, knowledge, want,
            have);
  }
  if (info->value != NULL && !weir_tensor_equal (info->value, found))
    broken ("%s, knowledge %d: inferred other contents", c->op->name, knowledge);
}

/* @outputs: (nullable): what the node computes to, if it does; it must infer, then. */
static void
check_inference (const Case *c, Knowledge knowledge, WeirTensor *const *outputs)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (GError) error = NULL;
  WeirNode *node = build (c, graph, knowledge);
  gboolean good = weir_node_infer (graph, node, &error);

  if (good == (error != NULL))
    broken ("%s: success and an error, or none of both", c->op->name);
  if (outputs == NULL)
    return;
  if (!good)
    broken ("%s, knowledge %d: computes, but is refused: %s", c->op->name, knowledge,
            error->message);
  for (guint i = 0; i < c->n_outputs; i++)
    check_output (c, knowledge, &node->outputs[i].info, outputs[i]);
}

static void
check_case (const Case *c)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirState) state = weir_state_new ();
  g_autoptr (GError) error = NULL;
  WeirTensor *outputs[MAX_OUTPUTS] = { NULL };
  WeirNode *node = build (c, graph, NOTHING);
  gboolean good = weir_node_infer (graph, node, NULL) &&
                  weir_node_evaluate (node, c->inputs, outputs, state, &error);

  for (Knowledge k = VALUES; k < N_KNOWLEDGE; k++)
    check_inference (c, k, good ? outputs : NULL);
  for (guint i = 0; i < c->n_outputs; i++)
    weir_tensor_unref (outputs[i]);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Draw d = { data, size };
  Case c = { 0 };

  weir_limit_alloc (MAX_ALLOC);
  if (draw_case (&d, &c))
    check_case (&c);
  clear_case (&c);
  return 0;
}
