#include "remedies.h"

#include "weir-convert.h"

#include <stdio.h>
#include <string.h>

#define HEAD_BYTES 4096

/* @frameworks: whose operations this helps with, between blanks. */
static const struct {
  const char *frameworks, *text;
} ways[] = {
  { " onnx tflite caffe mxnet ",
    "--extensions LIBRARY.so,MAPPING.json  an operation or a translation of your own" },
  { " caffe ",
    "--k MAPPING.xml  the layer passes as it is, for an extension to compute" },
  { " onnx ", "--offload onnx=libonnxruntime.so  ONNX Runtime computes it" },
  { " caffe mxnet ", "--offload FRAMEWORK=COMMAND  a process of your own computes it" },
};

static char *
probe (const char *path)
{
  guint8 head[HEAD_BYTES];
  FILE *file = fopen (path, "rb");
  gsize size = file != NULL ? fread (head, 1, sizeof head, file) : 0;

  if (file != NULL)
    fclose (file);
  return g_strdup (size > 0 ? weir_convert_framework (head, size, path) : NULL);
}

void
remedies_print (const char *path, const char *framework)
{
  g_autofree char *found = framework != NULL ? g_strdup (framework) : probe (path);
  g_autofree char *word = g_strdup_printf (" %s ", found != NULL ? found : "");
  guint told = 0;

  for (guint i = 0; found != NULL && i < G_N_ELEMENTS (ways); i++)
    if (strstr (ways[i].frameworks, word) != NULL)
      fprintf (stderr, "%s  %s\n", told++ == 0 ? "weir: what can be done:\n" : "",
               ways[i].text);
}
