#include "tensor-text.h"

WeirTensor *
tensor_from_text (const char *text)
{
  g_auto (GStrv) halves = g_strsplit (text, ":", 2);
  g_auto (GStrv) dims = g_strsplit (halves[0], "x", -1);
  g_auto (GStrv) numbers = g_strsplit (g_strstrip (halves[1]), " ", -1);
  WeirShape shape = { .rank = (int) g_strv_length (dims) };
  WeirTensor *tensor;
  guint last = g_strv_length (numbers) - 1;

  for (int i = 0; i < shape.rank; i++)
    shape.dims[i] = g_ascii_strtoll (dims[i], NULL, 10);
  tensor = weir_tensor_new (WEIR_DTYPE_F32, &shape, NULL);
  for (gsize i = 0; i < weir_tensor_count (tensor); i++)
    weir_dtype_store (WEIR_DTYPE_F32, weir_tensor_writable (tensor), i,
                      g_ascii_strtod (numbers[MIN (i, last)], NULL));
  return tensor;
}
