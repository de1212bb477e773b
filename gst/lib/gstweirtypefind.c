#include "gstweirtypefind.h"

#include "weir-convert.h"

/* As many first bytes as the frontends look at. */
#define HEAD_BYTES 4096

static void
find_type (GstTypeFind *find, gpointer data)
{
  guint64 length = gst_type_find_get_length (find);
  guint size = length > 0 && length < HEAD_BYTES ? (guint) length : HEAD_BYTES;
  const guint8 *head = NULL;
  const char *framework;

  (void) data;
  while (size > 0 && (head = gst_type_find_peek (find, 0, size)) == NULL)
    size /= 2;
  if (head == NULL)
    return;
  framework = weir_convert_framework (head, size, NULL);
  if (framework != NULL)
    gst_type_find_suggest_empty_simple (find, GST_TYPE_FIND_LIKELY,
                                        weir_convert_media_type (framework));
}

gboolean
gst_weir_typefind_register (GstPlugin *plugin)
{
  return gst_type_find_register (
      plugin, "weir-model", GST_RANK_MARGINAL, find_type,
      "onnx,tflite,xml,pb,pbtxt,meta,caffemodel,params,nnet,mdl,pdmodel", NULL, NULL,
      NULL);
}
