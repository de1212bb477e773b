#include "frontends/frontend.h"
#include "fuzz.h"
#include "ir/verify.h"
#include "option-grammar.h"

/* Input: a file of ONNX, TensorFlow Lite or Kaldi. It is loaded, and where that fails,
 * the part that the failure suggests: what can be loaded is a sound graph. */

static gboolean
load (const WeirFrontend *frontend, WeirSource *source, const WeirCut *cut,
      WeirCutHint *hint)
{
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  WeirFrontendInput input = { .source = source, .cut = cut, .hint = hint };
  g_autoptr (GError) error = NULL, unsound = NULL;
  g_autoptr (WeirModel) model = frontend->load (&input, unsupported, &error);

  if ((model == NULL) == (error == NULL))
    g_error ("a model and an error, or none of both");
  if (model != NULL && !weir_graph_verify (weir_model_graph (model), &unsound))
    g_error ("an unsound graph: %s", unsound->message);
  return model != NULL;
}

static void
load_part (const WeirFrontend *frontend, WeirSource *source, WeirCutHint *hint)
{
  g_autoptr (GPtrArray) inputs = NULL;
  g_autoptr (GPtrArray) outputs = NULL;
  gboolean good = hint->inputs == NULL || weir_parse_inputs (hint->inputs, &inputs, NULL);
  WeirCut cut;

  good = good && weir_parse_outputs (hint->outputs, &outputs, NULL);
  if (!good)
    g_error ("a suggestion that cannot be read: %s, %s", hint->inputs, hint->outputs);
  cut = (WeirCut){ .inputs = inputs, .outputs = outputs };
  load (frontend, source, &cut, hint);
}

static const WeirFrontend *
frontend_of (const WeirBytes *head)
{
  if (weir_frontend_tflite.probe (head, NULL) > 0)
    return &weir_frontend_tflite;
  return weir_frontend_kaldi.probe (head, NULL) > 0 ? &weir_frontend_kaldi
                                                    : &weir_frontend_onnx;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (WeirSource) source = weir_source_new (bytes, "fuzz");
  WeirBytes head = WEIR_BYTES (data, MIN (size, 4096));
  const WeirFrontend *frontend = frontend_of (&head);
  WeirCutHint hint = { .refused = g_hash_table_new (NULL, NULL) };

  if (!load (frontend, source, NULL, &hint))
    for (guint i = 0; i < 4 && hint.outputs != NULL; i++)
      load_part (frontend, source, &hint);
  weir_cut_hint_forget (&hint);
  g_hash_table_unref (hint.refused);
  return 0;
}
