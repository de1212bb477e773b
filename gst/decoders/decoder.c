#include "decoder.h"

#include "decoders.h"

#include <string.h>

static const GstWeirDecoder *const decoders[] = {
  &gst_weir_decoder_mtcnn,     &gst_weir_decoder_mtcnn_refine,
  &gst_weir_decoder_blazeface, &gst_weir_decoder_retinaface,
  &gst_weir_decoder_score_box, &gst_weir_decoder_yolov8,
  &gst_weir_decoder_yolov5,    &gst_weir_decoder_ssd,
  &gst_weir_decoder_classify,
};

static void
object_clear (gpointer data)
{
  GstWeirObject *object = data;

  g_clear_pointer (&object->keypoints, g_array_unref);
  g_free (object->text);
}

GArray *
gst_weir_objects_new (void)
{
  GArray *objects = g_array_new (FALSE, TRUE, sizeof (GstWeirObject));

  g_array_set_clear_func (objects, object_clear);
  return objects;
}

const GstWeirDecoder *const *
gst_weir_decoders (guint *count)
{
  *count = G_N_ELEMENTS (decoders);
  return decoders;
}

static const GstWeirDecoder *
find_by_name (const char *name, guint task)
{
  for (guint i = 0; i < G_N_ELEMENTS (decoders); i++)
    if ((decoders[i]->task & task) != 0 &&
        g_ascii_strcasecmp (decoders[i]->name, name) == 0)
      return decoders[i];
  return NULL;
}

static gboolean
has_word (const char *words, const char *word)
{
  g_auto (GStrv) list = g_strsplit (words != NULL ? words : "", "|", -1);

  for (guint i = 0; list[i] != NULL; i++)
    if (g_ascii_strcasecmp (list[i], word) == 0)
      return TRUE;
  return FALSE;
}

static const GstWeirDecoder *
find_by_model_type (const char *type, guint task)
{
  for (guint i = 0; type != NULL && i < G_N_ELEMENTS (decoders); i++)
    if ((decoders[i]->task & task) != 0 && has_word (decoders[i]->model_types, type))
      return decoders[i];
  return NULL;
}

static GArray *
outputs_of (const WeirNetwork *network)
{
  GArray *outputs = g_array_new (FALSE, TRUE, sizeof (WeirPortInfo));

  g_array_set_size (outputs, weir_network_n_outputs (network));
  for (guint i = 0; i < outputs->len; i++)
    weir_network_output (network, i, &g_array_index (outputs, WeirPortInfo, i));
  return outputs;
}

static const GstWeirDecoder *
fail (guint task, const GArray *outputs, GError **error)
{
  g_autoptr (GString) text =
      g_string_new ("no decoder fits the network's outputs: found ");

  for (guint i = 0; i < outputs->len; i++) {
    const WeirPortInfo *info = &g_array_index (outputs, WeirPortInfo, i);
    g_autofree char *shape = weir_shape_to_string (&info->shape);

    g_string_append_printf (text, "%s'%s' %s", i > 0 ? ", " : "", info->name, shape);
  }
  g_string_append (text, "; expected one of:");
  for (guint i = 0; i < G_N_ELEMENTS (decoders); i++)
    if ((decoders[i]->task & task) != 0)
      g_string_append_printf (text, " %s: %s;", decoders[i]->name, decoders[i]->expects);
  weir_fail (error, WEIR_ERROR_UNSUPPORTED, "%s", text->str);
  return NULL;
}

static const GstWeirDecoder *
find_by_shapes (guint task, const GArray *outputs, const WeirPortInfo *input)
{
  const WeirPortInfo *infos = (const WeirPortInfo *) outputs->data;

  for (guint i = 0; i < G_N_ELEMENTS (decoders); i++)
    if ((decoders[i]->task & task) != 0 && decoders[i]->fits (infos, outputs->len, input))
      return decoders[i];
  return NULL;
}

const GstWeirDecoder *
gst_weir_decoder_choose (const char *name, guint task, const WeirModel *model,
                         const WeirNetwork *network, const WeirPortInfo *input,
                         GError **error)
{
  g_autoptr (GArray) outputs = outputs_of (network);
  const WeirPortInfo *infos = (const WeirPortInfo *) outputs->data;
  const GstWeirDecoder *decoder;

  if (name != NULL && *name != '\0' && strcmp (name, "auto") != 0) {
    decoder = find_by_name (name, task);
    if (decoder == NULL)
      weir_fail (error, WEIR_ERROR_ARGUMENT, "there is no decoder '%s' for this element",
                 name);
    else if (!decoder->fits (infos, outputs->len, input))
      return fail (task, outputs, error);
    return decoder;
  }
  decoder = find_by_model_type (weir_model_info (model, "model_info/model_type"), task);
  if (decoder == NULL || !decoder->fits (infos, outputs->len, input))
    decoder = find_by_shapes (task, outputs, input);
  return decoder != NULL ? decoder : fail (task, outputs, error);
}
