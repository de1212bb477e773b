#pragma once

#include "cpu/kernel.h"

/* All kernels with vector code, in the order in which they are asked. Each is there once
 * for every instruction set; tables.c declares them and makes a table a set from this
 * list. Adding a kernel is adding a file to meson.build and a row here. */
#define WEIR_KERNELS(K)   \
  K (bytes_add)           \
  K (bytes_same)          \
  K (quantize)            \
  K (pool_bytes)          \
  K (conv_first)          \
  K (conv_depthwise)      \
  K (conv_winograd)       \
  K (conv_direct)         \
  K (conv_direct_grouped) \
  K (deconv)              \
  K (deconv_grouped)      \
  K (map)                 \
  K (binary_blocked)      \
  K (binary_plain)        \
  K (pool)                \
  K (reduce_image)        \
  K (softmax)             \
  K (matmul)              \
  K (recurrent)           \
  K (resize)              \
  K (split)               \
  K (concat_blocked)      \
  K (concat_plain)        \
  K (transpose_lanes)     \
  K (transpose_plain)

/* Kernels that multiply bytes, or look them up: they are asked first, and are there once
 * more for sets with instructions for that. */
#define WEIR_BYTE_KERNELS(K) \
  K (conv_bytes)             \
  K (conv_bytes_depthwise)   \
  K (matmul_bytes)           \
  K (bytes_map)

/* Copies a value from any layout to any other; asked for by name, never a candidate. */
#define WEIR_REORDER(K) K (reorder)
