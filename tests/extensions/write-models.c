#include "convert-text.h"
#include "frontends/onnx-text.h"

#include <stdio.h>

/* Writes the models that installed.py converts: write-models DIR. */

static int
save (const char *folder, const char *name, GBytes *bytes)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return g_file_set_contents (path, data, (gssize) size, NULL) ? 0 : 1;
}

int
main (int argc, char **argv)
{
  g_autoptr (OnnxText) vector = onnx_text_new (
      "in x f32[5] 0; example.Shrinkage x > y lambd:f=0.25; out y f32[5] 0");
  g_autoptr (OnnxText) picture =
      onnx_text_new ("in x f32[1,3,8,8] 0; example.Shrinkage x > t lambd:f=100; "
                     "GlobalAveragePool t > y; out y f32[1,3,1,1] 0");
  g_autoptr (GBytes) tflite = threshold_tflite ();

  if (argc != 2) {
    fprintf (stderr, "usage: %s DIR\n", argv[0]);
    return 2;
  }
  return save (argv[1], "vector.onnx", vector->bytes) |
         save (argv[1], "picture.onnx", picture->bytes) |
         save (argv[1], "vector.tflite", tflite);
}
