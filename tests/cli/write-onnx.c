#include "onnx-text.h"

#include <stdio.h>

/* Writes a model that is given as text, as in onnx-text.h, to a file. */

int
main (int argc, char **argv)
{
  g_autoptr (OnnxText) text = NULL;
  gsize size;
  const char *data;

  if (argc != 3) {
    fprintf (stderr, "usage: write-onnx TEXT FILE\n");
    return 2;
  }
  text = onnx_text_new (argv[1]);
  data = g_bytes_get_data (text->bytes, &size);
  return g_file_set_contents (argv[2], data, (gssize) size, NULL) ? 0 : 1;
}
