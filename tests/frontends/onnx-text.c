#include "onnx-text.h"

#include "cases.h"
#include "encode.h"

#include <string.h>

/* Field numbers of onnx.proto. */
enum { MODEL_IR = 1, MODEL_GRAPH = 7, MODEL_OPSET = 8, MODEL_FUNCTION = 25 };
enum { GRAPH_NODE = 1, GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };

/* A graph or a function that is being written. */
typedef struct {
  char *name;
  GByteArray *message;
  guint node_field;
} Part;

typedef struct {
  OnnxText *model;
  GPtrArray *parts;      /* Part; the innermost last */
  GHashTable *graphs;    /* name -> GByteArray */
  GHashTable *constants; /* name -> WeirTensor */
  GByteArray *functions; /* encoded fields of the model */
  gint64 opset;
} Writer;

static Part *
top (Writer *w)
{
  return w->parts->pdata[w->parts->len - 1];
}

static void
part_free (gpointer data)
{
  Part *part = data;

  g_free (part->name);
  g_byte_array_unref (part->message);
  g_free (part);
}

static void
push (Writer *w, const char *name, guint node_field)
{
  Part *part = g_new0 (Part, 1);

  part->name = g_strdup (name);
  part->message = g_byte_array_new ();
  part->node_field = node_field;
  g_ptr_array_add (w->parts, part);
}

static void
value_free (gpointer data)
{
  OnnxTextValue *value = data;

  g_free (value->name);
  weir_tensor_unref (value->value);
  g_free (value);
}

static void
add_value (GPtrArray *values, const char *name, WeirTensor *tensor)
{
  OnnxTextValue *value = g_new0 (OnnxTextValue, 1);

  value->name = g_strdup (name);
  value->value = tensor;
  g_ptr_array_add (values, value);
}

/* TensorProto.DataType */
static gint64
data_type (WeirDtype dtype)
{
  static const WeirDtype numbers[] = {
    [1] = WEIR_DTYPE_F32,   [2] = WEIR_DTYPE_U8,   [3] = WEIR_DTYPE_I8,
    [4] = WEIR_DTYPE_U16,   [5] = WEIR_DTYPE_I16,  [6] = WEIR_DTYPE_I32,
    [7] = WEIR_DTYPE_I64,   [9] = WEIR_DTYPE_BOOL, [10] = WEIR_DTYPE_F16,
    [11] = WEIR_DTYPE_F64,  [12] = WEIR_DTYPE_U32, [13] = WEIR_DTYPE_U64,
    [16] = WEIR_DTYPE_BF16, [21] = WEIR_DTYPE_U4,  [22] = WEIR_DTYPE_I4,
  };

  for (gint64 i = 1; i < (gint64) G_N_ELEMENTS (numbers); i++)
    if (numbers[i] == dtype)
      return i;
  g_assert_not_reached ();
}

static GByteArray *
tensor_proto (const char *name, const WeirTensor *tensor)
{
  GByteArray *proto = g_byte_array_new ();
  const WeirShape *shape = weir_tensor_shape (tensor);

  for (int i = 0; i < shape->rank; i++)
    encode_int (proto, 1, shape->dims[i]);
  encode_int (proto, 2, data_type (weir_tensor_dtype (tensor)));
  encode_text (proto, 8, name);
  encode_bytes (proto, 9, weir_tensor_data (tensor), weir_tensor_size (tensor));
  return proto;
}

static GByteArray *
value_info (const char *name, WeirDtype dtype, const WeirShape *shape)
{
  GByteArray *info = g_byte_array_new (), *type = g_byte_array_new ();
  GByteArray *tensor = g_byte_array_new (), *dims = g_byte_array_new ();

  for (int i = 0; shape != NULL && i < shape->rank; i++) {
    GByteArray *dim = g_byte_array_new ();

    if (shape->dims[i] >= 0)
      encode_int (dim, 1, shape->dims[i]);
    else
      encode_text (dim, 2, "N");
    encode_message (dims, 1, dim);
  }
  encode_int (tensor, 1, data_type (dtype));
  if (shape != NULL)
    encode_message (tensor, 2, dims);
  else
    g_byte_array_unref (dims);
  encode_message (type, 1, tensor);
  encode_text (info, 1, name);
  encode_message (info, 2, type);
  return info;
}

/* "name:type=value" */
static GByteArray *
attribute (Writer *w, const char *word)
{
  GByteArray *proto = g_byte_array_new ();
  g_auto (GStrv) parts = g_strsplit_set (word, ":=", 3);
  g_auto (GStrv) list = g_strsplit (parts[2], ",", -1);
  const char *type = parts[1];

  encode_text (proto, 1, parts[0]);
  for (guint i = 0; list[i] != NULL && *parts[2] != '\0'; i++) {
    if (strcmp (type, "i") == 0 || strcmp (type, "is") == 0)
      encode_int (proto, strcmp (type, "i") == 0 ? 3 : 8,
                  g_ascii_strtoll (list[i], NULL, 10));
    else if (strcmp (type, "f") == 0 || strcmp (type, "fs") == 0)
      encode_float (proto, strcmp (type, "f") == 0 ? 2 : 7,
                    (float) g_ascii_strtod (list[i], NULL));
    else if (strcmp (type, "ss") == 0)
      encode_text (proto, 9, list[i]);
  }
  if (strcmp (type, "s") == 0)
    encode_text (proto, 4, parts[2]);
  else if (strcmp (type, "t") == 0)
    encode_message (proto, 5,
                    tensor_proto ("", g_hash_table_lookup (w->constants, parts[2])));
  else if (strcmp (type, "g") == 0)
    encode_message (proto, 6,
                    g_byte_array_ref (g_hash_table_lookup (w->graphs, parts[2])));
  else if (strcmp (type, "ref") == 0)
    encode_text (proto, 21, parts[2]);
  encode_int (proto, 20,
              strcmp (type, "f") == 0    ? 1
              : strcmp (type, "i") == 0  ? 2
              : strcmp (type, "s") == 0  ? 3
              : strcmp (type, "t") == 0  ? 4
              : strcmp (type, "g") == 0  ? 5
              : strcmp (type, "fs") == 0 ? 6
              : strcmp (type, "is") == 0 ? 7
              : strcmp (type, "ss") == 0 ? 8
                                         : 2);
  return proto;
}

static void
names (GByteArray *to, guint field, const char *list)
{
  g_auto (GStrv) words = g_strsplit (list, ",", -1);

  for (guint i = 0; words[i] != NULL && strcmp (list, "-") != 0; i++)
    encode_text (to, field, words[i]);
}

/* "domain.Op a,b > c,d attr:i=1" */
static void
add_node (Writer *w, char **words)
{
  GByteArray *node = g_byte_array_new ();
  const char *op = strrchr (words[0], '.');
  g_autofree char *domain =
      op != NULL ? g_strndup (words[0], (gsize) (op - words[0])) : NULL;

  names (node, 1, words[1]);
  g_assert_cmpstr (words[2], ==, ">");
  names (node, 2, words[3]);
  encode_text (node, 4, op != NULL ? op + 1 : words[0]);
  for (guint i = 4; words[i] != NULL; i++)
    encode_message (node, 5, attribute (w, words[i]));
  if (domain != NULL)
    encode_text (node, 7, domain);
  encode_message (top (w)->message, top (w)->node_field, node);
}

static void
add_input (Writer *w, const char *name, const char *spelling, gboolean open)
{
  WeirTensor *value = case_tensor (spelling);
  WeirShape shape = *weir_tensor_shape (value);

  if (open)
    shape = weir_shape_unknown (shape.rank);
  encode_message (top (w)->message, GRAPH_INPUT,
                  value_info (name, weir_tensor_dtype (value), &shape));
  add_value (w->model->inputs, name, value);
}

static void
add_output (Writer *w, char **words, const char *rest)
{
  GByteArray *info = g_byte_array_new ();

  encode_text (info, 1, words[1]);
  encode_message (top (w)->message, GRAPH_OUTPUT, info);
  if (w->parts->len == 1)
    add_value (w->model->outputs, words[1], rest != NULL ? case_tensor (rest) : NULL);
}

static void
end_part (Writer *w)
{
  Part *part = top (w);

  if (part->node_field == GRAPH_NODE)
    g_hash_table_insert (w->graphs, g_strdup (part->name),
                         g_byte_array_ref (part->message));
  else
    encode_message (w->functions, MODEL_FUNCTION, g_byte_array_ref (part->message));
  g_ptr_array_set_size (w->parts, (int) w->parts->len - 1);
}

static void
begin_function (Writer *w, char **words)
{
  GByteArray *set = g_byte_array_new ();

  push (w, words[1], 7);
  encode_text (top (w)->message, 1, words[1]);
  names (top (w)->message, 4, words[2]);
  names (top (w)->message, 5, words[4]);
  encode_text (top (w)->message, 10, "local");
  encode_int (set, 2, w->opset);
  encode_message (top (w)->message, 9, set);
}

static void
add_constant (Writer *w, char **words, const char *rest)
{
  WeirTensor *value = case_tensor (rest);

  g_hash_table_insert (w->constants, g_strdup (words[1]), value);
  if (top (w)->node_field == GRAPH_NODE)
    encode_message (top (w)->message, GRAPH_INITIALIZER, tensor_proto (words[1], value));
}

static void
statement (Writer *w, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  g_auto (GStrv) head = g_strsplit (text, " ", 3);
  const char *rest = head[1] != NULL ? head[2] : NULL;

  if (strcmp (words[0], "opset") == 0)
    w->opset = g_ascii_strtoll (words[1], NULL, 10);
  else if (strcmp (words[0], "in") == 0 || strcmp (words[0], "open") == 0)
    add_input (w, words[1], rest, *words[0] == 'o');
  else if (strcmp (words[0], "arg") == 0)
    encode_message (top (w)->message, GRAPH_INPUT,
                    value_info (words[1], weir_dtype_parse (words[2]), NULL));
  else if (strcmp (words[0], "const") == 0)
    add_constant (w, words, rest);
  else if (strcmp (words[0], "out") == 0)
    add_output (w, words, rest);
  else if (strcmp (words[0], "graph") == 0)
    push (w, words[1], GRAPH_NODE);
  else if (strcmp (words[0], "function") == 0)
    begin_function (w, words);
  else if (strcmp (words[0], "end") == 0)
    end_part (w);
  else
    add_node (w, words);
}

static void
add_opset (GByteArray *model, const char *domain, gint64 version)
{
  GByteArray *set = g_byte_array_new ();

  encode_text (set, 1, domain);
  encode_int (set, 2, version);
  encode_message (model, MODEL_OPSET, set);
}

static GBytes *
finish (Writer *w)
{
  GByteArray *model = g_byte_array_new ();

  encode_int (model, MODEL_IR, 8);
  encode_message (model, MODEL_GRAPH, g_byte_array_ref (top (w)->message));
  add_opset (model, "", w->opset);
  add_opset (model, "com.microsoft", 1);
  add_opset (model, "local", 1);
  g_byte_array_append (model, w->functions->data, w->functions->len);
  return g_byte_array_free_to_bytes (model);
}

OnnxText *
onnx_text_new (const char *text)
{
  g_auto (GStrv) statements = g_strsplit (text, ";", -1);
  OnnxText *model = g_new0 (OnnxText, 1);
  Writer w = { .model = model, .opset = 13 };

  model->inputs = g_ptr_array_new_with_free_func (value_free);
  model->outputs = g_ptr_array_new_with_free_func (value_free);
  w.parts = g_ptr_array_new_with_free_func (part_free);
  w.graphs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                    (GDestroyNotify) g_byte_array_unref);
  w.constants = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify) weir_tensor_unref);
  w.functions = g_byte_array_new ();
  push (&w, "main", GRAPH_NODE);
  for (guint i = 0; statements[i] != NULL; i++)
    if (*g_strstrip (statements[i]) != '\0')
      statement (&w, statements[i]);
  model->bytes = finish (&w);
  g_ptr_array_unref (w.parts);
  g_hash_table_unref (w.graphs);
  g_hash_table_unref (w.constants);
  g_byte_array_unref (w.functions);
  return model;
}

void
onnx_text_free (OnnxText *model)
{
  if (model == NULL)
    return;
  g_bytes_unref (model->bytes);
  g_ptr_array_unref (model->inputs);
  g_ptr_array_unref (model->outputs);
  g_free (model);
}
