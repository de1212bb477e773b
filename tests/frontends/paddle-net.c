#include "paddle-net.h"

#include "compare.h"
#include "encode.h"
#include "frontends/proto/paddle.pb-c.h"
#include "frontends/text.h"
#include "ir/evaluate.h"
#include "option-grammar.h"
#include "tensor-text.h"

#include <string.h>

#define MAX_IN 8

/* An argument: "X/i64 2x3: 1 2 3", with '@' before it for a parameter. */
typedef struct {
  gboolean is_param;
  char *name;
  WeirDtype dtype;
  int type;
  WeirTensor *tensor;
} Argument;

static const struct {
  const char *name;
  WeirDtype dtype;
  int type;
} types[] = {
  { "f32", WEIR_DTYPE_F32, 5 }, { "i64", WEIR_DTYPE_I64, 3 },
  { "i32", WEIR_DTYPE_I32, 2 }, { "bool", WEIR_DTYPE_BOOL, 0 },
  { "u8", WEIR_DTYPE_U8, 20 },
};

static void
read_argument (Argument *a, const char *text)
{
  g_auto (GStrv) halves = g_strsplit (text, " ", 2);
  g_auto (GStrv) names = g_strsplit (halves[0], "/", 2);
  g_autoptr (WeirTensor) tensor = tensor_from_text (halves[1]);
  guint type = 0;

  while (names[1] != NULL && strcmp (types[type].name, names[1]) != 0)
    type++;
  *a = (Argument){ .is_param = text[0] == '@',
                   .name = g_strdup (names[0] + (text[0] == '@')),
                   .dtype = types[type].dtype,
                   .type = types[type].type };
  a->tensor = weir_tensor_convert (tensor, a->dtype, NULL);
}

static void
clear_argument (Argument *a)
{
  g_free (a->name);
  weir_tensor_unref (a->tensor);
}

static void
add_var (GString *text, const char *name, const Argument *a)
{
  const WeirShape *shape = weir_tensor_shape (a->tensor);

  g_string_append_printf (text,
                          "vars { name: '%s' persistable: %s type { type: 7 lod_tensor { "
                          "tensor { data_type: %d",
                          name, a->is_param ? "true" : "false", a->type);
  for (int i = 0; i < shape->rank; i++)
    g_string_append_printf (text, " dims: %d", (int) shape->dims[i]);
  g_string_append (text, " } } } }\n");
}

static void
add_list (GString *text, const char *list)
{
  gboolean real = strchr (list, '.') != NULL;
  g_autofree char *inner = g_strndup (list + 1, strlen (list) - 2);
  g_auto (GStrv) values = g_strsplit (inner, ",", -1);

  for (guint i = 0; values[i] != NULL && values[i][0] != '\0'; i++)
    g_string_append_printf (text, " %s: %s", real ? "floats" : "ints", values[i]);
}

static void
add_attr (GString *text, const char *attr)
{
  g_auto (GStrv) halves = g_strsplit (attr, "=", 2);
  const char *value = halves[1];

  g_string_append_printf (text, "attrs { name: '%s' type: 0", halves[0]);
  if (value[0] == '[')
    add_list (text, value);
  else if (strcmp (value, "true") == 0 || strcmp (value, "false") == 0)
    g_string_append_printf (text, " b: %s", value);
  else if (g_ascii_isdigit (value[0]) || value[0] == '-')
    g_string_append_printf (text, " %s: %s", strchr (value, '.') != NULL ? "f" : "i",
                            value);
  else
    g_string_append_printf (text, " s: '%s'", value);
  g_string_append (text, " }\n");
}

static void
put_param (GByteArray *to, const Argument *a)
{
  const WeirShape *shape = weir_tensor_shape (a->tensor);
  g_autoptr (GByteArray) desc = g_byte_array_new ();
  const guint8 zeros[16] = { 0 };
  guint32 size;

  encode_int (desc, 1, a->type);
  for (int i = 0; i < shape->rank; i++)
    encode_int (desc, 2, shape->dims[i]);
  size = GUINT32_TO_LE (desc->len);
  g_byte_array_append (to, zeros, 16);
  g_byte_array_append (to, (const guint8 *) &size, sizeof size);
  g_byte_array_append (to, desc->data, desc->len);
  g_byte_array_append (to, weir_tensor_data (a->tensor),
                       (guint) weir_tensor_size (a->tensor));
}

static guint
read_arguments (const PaddleCase *c, Argument *arguments)
{
  guint count = 0;

  for (; count < MAX_IN && c->in[count] != NULL; count++)
    read_argument (&arguments[count], c->in[count]);
  return count;
}

/* The name of the output that is compared, and where its text begins. */
static char *
out_name (const PaddleCase *c, const char **text)
{
  const char *blank = strchr (c->out, ' ');

  *text = c->out;
  if (blank == NULL || g_ascii_isdigit (c->out[0]))
    return g_strdup ("Out");
  *text = blank + 1;
  return g_strndup (c->out, (gsize) (blank - c->out));
}

GBytes *
paddle_encode (const char *text)
{
  WeirBytes in = WEIR_BYTES ((const guint8 *) text, strlen (text));
  g_autoptr (GError) error = NULL;
  GBytes *bytes = weir_text_encode (&in, &paddle__program_desc__descriptor, NULL, &error);

  g_assert_no_error (error);
  return bytes;
}

static void
add_op (GString *text, const PaddleCase *c, const Argument *arguments, guint count)
{
  g_auto (GStrv) attrs = g_strsplit (c->attrs, " ", -1);
  const char *rest;
  g_autofree char *out = out_name (c, &rest);

  g_string_append_printf (text, "ops { type: '%s'\n", c->op);
  for (guint i = 0; i < count; i++) {
    gboolean known = FALSE;

    for (guint j = 0; j < i; j++)
      known |= strcmp (arguments[j].name, arguments[i].name) == 0;
    if (known)
      continue;
    g_string_append_printf (text, "inputs { parameter: '%s'", arguments[i].name);
    for (guint j = i; j < count; j++)
      if (strcmp (arguments[j].name, arguments[i].name) == 0)
        g_string_append_printf (text, " arguments: 'v%u'", j);
    g_string_append (text, " }\n");
  }
  g_string_append_printf (text, "outputs { parameter: '%s' arguments: 'y' }\n", out);
  for (guint i = 0; attrs[i] != NULL && attrs[i][0] != '\0'; i++)
    add_attr (text, attrs[i]);
  g_string_append (text, "}\n");
}

GBytes *
paddle_program (const PaddleCase *c, GBytes **params)
{
  GByteArray *weights = g_byte_array_new ();
  g_autoptr (GString) text = g_string_new ("blocks { idx: 0 parent_idx: -1\n");
  Argument arguments[MAX_IN];
  guint count = read_arguments (c, arguments), column = 0;

  for (guint i = 0; i < count; i++) {
    g_autofree char *name = g_strdup_printf ("v%u", i);

    add_var (text, name, &arguments[i]);
    if (arguments[i].is_param)
      put_param (weights, &arguments[i]);
    else
      g_string_append_printf (text,
                              "ops { type: 'feed' outputs { parameter: 'Out' arguments: "
                              "'%s' } attrs { name: 'col' type: 0 i: %u } }\n",
                              name, column++);
  }
  add_op (text, c, arguments, count);
  g_string_append (text,
                   "ops { type: 'fetch' inputs { parameter: 'X' arguments: 'y' } }\n}");
  for (guint i = 0; i < count; i++)
    clear_argument (&arguments[i]);
  *params = g_byte_array_free_to_bytes (weights);
  return paddle_encode (text->str);
}

WeirModel *
paddle_load (GBytes *program, GBytes *params, GError **error)
{
  g_autoptr (WeirSource) source = weir_source_new (program, "test.pdmodel");
  g_autoptr (WeirSource) topology =
      params != NULL ? weir_source_new (params, "test.pdiparams") : NULL;
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);

  return weir_frontend_paddle.load (
      &(WeirFrontendInput){ .source = source, .topology = topology }, unsupported, error);
}

WeirModel *
paddle_load_part (GBytes *program, const char *inputs, const char *outputs,
                  WeirCutHint *hint, GError **error)
{
  g_autoptr (WeirSource) source = weir_source_new (program, "test.pdmodel");
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  g_autoptr (GPtrArray) input_specs = NULL;
  g_autoptr (GPtrArray) output_specs = NULL;
  WeirCut cut;

  if (inputs != NULL)
    g_assert_true (weir_parse_inputs (inputs, &input_specs, NULL));
  if (outputs != NULL)
    g_assert_true (weir_parse_outputs (outputs, &output_specs, NULL));
  cut = (WeirCut){ .inputs = input_specs, .outputs = output_specs };
  return weir_frontend_paddle.load (
      &(WeirFrontendInput){ .source = source, .cut = &cut, .hint = hint }, unsupported,
      error);
}

void
paddle_run (const PaddleCase *c)
{
  g_autoptr (GBytes) params = NULL;
  g_autoptr (GBytes) program = paddle_program (c, &params);
  const char *text;
  g_autofree char *name = out_name (c, &text);
  g_autoptr (WeirTensor) wanted = tensor_from_text (text);
  g_autoptr (WeirTensor) out = NULL;
  g_autoptr (WeirTensor) found = NULL;
  g_autoptr (WeirModel) model = NULL;
  g_autoptr (GError) error = NULL;
  WeirTensor *in[MAX_IN] = { NULL };
  Argument arguments[MAX_IN];
  guint count = read_arguments (c, arguments), inputs = 0;

  g_test_message ("%s %s", c->op, c->attrs);
  model = paddle_load (program, params, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < count; i++)
    if (!arguments[i].is_param)
      in[inputs++] = arguments[i].tensor;
  weir_graph_evaluate (weir_model_graph (model), in, &out, NULL, &error);
  g_assert_no_error (error);
  found = weir_tensor_convert (out, WEIR_DTYPE_F32, NULL);
  assert_close (found, wanted, 1e-6);
  for (guint i = 0; i < count; i++)
    clear_argument (&arguments[i]);
}
