#include "caffe-net.h"

#include "base/error.h"
#include "compare.h"
#include "ir/evaluate.h"
#include "option-grammar.h"
#include "tensor-text.h"

#include <string.h>

static void
put_varint (GByteArray *to, guint64 value)
{
  while (value > 127) {
    g_byte_array_append (to, (const guint8[]){ (guint8) (value & 127) | 128 }, 1);
    value >>= 7;
  }
  g_byte_array_append (to, (const guint8[]){ (guint8) value }, 1);
}

static void
put_bytes (GByteArray *to, guint number, const void *data, gsize size)
{
  put_varint (to, number << 3 | 2);
  put_varint (to, size);
  g_byte_array_append (to, data, (guint) size);
}

static void
put_message (GByteArray *to, guint number, GByteArray *message)
{
  put_bytes (to, number, message->data, message->len);
  g_byte_array_unref (message);
}

static GByteArray *
encode_blob (const char *text)
{
  g_autoptr (WeirTensor) tensor = tensor_from_text (text);
  const WeirShape *shape = weir_tensor_shape (tensor);
  GByteArray *blob = g_byte_array_new (), *dims = g_byte_array_new (),
             *packed = g_byte_array_new ();

  for (int i = 0; i < shape->rank; i++)
    put_varint (packed, (guint64) shape->dims[i]);
  put_message (dims, 1, packed);
  put_bytes (blob, 5, weir_tensor_data (tensor), weir_tensor_size (tensor));
  put_message (blob, 7, dims);
  return blob;
}

GBytes *
caffe_weights (const CaffeBlob *blobs, gboolean old)
{
  GByteArray *net = g_byte_array_new ();

  put_bytes (net, 1, "net", 3);
  while (blobs != NULL && blobs->layer != NULL) {
    const char *name = blobs->layer;
    GByteArray *layer = g_byte_array_new ();

    put_bytes (layer, old ? 4 : 1, name, strlen (name));
    for (; blobs->layer != NULL && strcmp (blobs->layer, name) == 0; blobs++)
      put_message (layer, old ? 6 : 7, encode_blob (blobs->text));
    put_message (net, old ? 2 : 100, layer);
  }
  return g_byte_array_free_to_bytes (net);
}

static GHashTable *
options_of (const char *const *options)
{
  GHashTable *table = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; options != NULL && options[i] != NULL; i += 2)
    g_hash_table_insert (table, (gpointer) options[i], (gpointer) options[i + 1]);
  return table;
}

WeirModel *
caffe_load_with (const char *topology, GBytes *weights, const char *const *options,
                 const char *inputs, const char *outputs, GError **error)
{
  g_autoptr (GBytes) text =
      topology != NULL ? g_bytes_new_static (topology, strlen (topology)) : NULL;
  g_autoptr (WeirSource) source = weir_source_new (weights, "test.caffemodel");
  g_autoptr (WeirSource) second =
      text != NULL ? weir_source_new (text, "test.prototxt") : NULL;
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  g_autoptr (GHashTable) table = options_of (options);
  g_autoptr (GPtrArray) input_specs = NULL;
  g_autoptr (GPtrArray) output_specs = NULL;
  WeirFrontendInput input = { .source = source, .topology = second, .options = table };
  WeirCut cut = { 0 };

  if (inputs != NULL)
    g_assert_true (weir_parse_inputs (inputs, &input_specs, NULL));
  if (outputs != NULL)
    g_assert_true (weir_parse_outputs (outputs, &output_specs, NULL));
  cut = (WeirCut){ .inputs = input_specs, .outputs = output_specs };
  input.cut = &cut;
  return weir_frontend_caffe.load (&input, unsupported, error);
}

WeirModel *
caffe_load (const char *topology, GBytes *weights, GError **error)
{
  return caffe_load_with (topology, weights, NULL, NULL, NULL, error);
}

void
caffe_check (WeirModel *model, const char *in, const char *out)
{
  g_autoptr (WeirTensor) x = tensor_from_text (in);
  g_autoptr (WeirTensor) wanted = tensor_from_text (out);
  WeirTensor *y = NULL;
  GError *error = NULL;

  weir_graph_evaluate (weir_model_graph (model), &x, &y, NULL, &error);
  g_assert_no_error (error);
  assert_close (y, wanted, 1e-6);
  weir_tensor_unref (y);
}

char *
caffe_layer (const char *shapes, const char *type, const char *params)
{
  g_auto (GStrv) inputs = g_strsplit (shapes, ";", -1);
  GString *text = g_string_new (NULL), *bottoms = g_string_new (NULL);

  for (guint i = 0; inputs[i] != NULL; i++) {
    g_auto (GStrv) dims = g_strsplit (inputs[i], "x", -1);

    g_string_append_printf (text, "layer { name: 'x%u' type: 'Input' top: 'x%u' ", i, i);
    g_string_append (text, "input_param { shape { ");
    for (guint k = 0; dims[k] != NULL; k++)
      g_string_append_printf (text, "dim: %s ", dims[k]);
    g_string_append (text, "} } }\n");
    g_string_append_printf (bottoms, "bottom: 'x%u' ", i);
  }
  g_string_append_printf (text, "layer { name: 'y' type: '%s' %s top: 'y' %s }", type,
                          bottoms->str, params);
  g_string_free (bottoms, TRUE);
  return g_string_free (text, FALSE);
}

void
caffe_refuse (const char *topology, const CaffeBlob *blobs, int code, const char *text)
{
  g_autoptr (GBytes) weights = caffe_weights (blobs, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_null (caffe_load (topology, weights, &error));
  g_assert_error (error, WEIR_ERROR, code);
  assert_says (error, text);
}
