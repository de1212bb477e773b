#include "random-input.h"

WeirTensor *
random_input (const WeirPortInfo *info, GRand *rand, GError **error)
{
  WeirTensor *tensor = weir_tensor_new (info->dtype, &info->shape, error);
  double top = info->dtype == WEIR_DTYPE_U8     ? 256
               : info->dtype == WEIR_DTYPE_BOOL ? 2
                                                : 4;

  for (gsize i = 0; tensor != NULL && i < weir_tensor_count (tensor); i++)
    weir_dtype_store (info->dtype, weir_tensor_writable (tensor), i,
                      weir_dtype_is_float (info->dtype)
                          ? g_rand_double_range (rand, -1, 1)
                          : g_rand_double_range (rand, 0, top));
  return tensor;
}
