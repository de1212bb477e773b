#include "binary.h"

/* The functions of two operands, for the kernels of blocked and of plain values. */

ALWAYS_INLINE Vec
step_load (const float *from, gsize step, gsize i)
{
  return step != 0 ? vec_load (from + i) : vec_set (*from);
}

ALWAYS_INLINE Vec
step_load_part (const float *from, gsize step, gsize i, guint n)
{
  return step != 0 ? vec_load_part (from + i, n) : vec_set (*from);
}

#define BINARY(name, expression)                                                        \
  ALWAYS_INLINE Vec name##_vec (Vec x, Vec y)                                           \
  {                                                                                     \
    return expression;                                                                  \
  }                                                                                     \
  static void name##_plain (const float *a, gsize a_step, const float *b, gsize b_step, \
                            float *out, gsize n)                                        \
  {                                                                                     \
    gsize i = 0;                                                                        \
                                                                                        \
    for (; i + VLEN <= n; i += VLEN)                                                    \
      vec_store (out + i,                                                               \
                 name##_vec (step_load (a, a_step, i), step_load (b, b_step, i)));      \
    if (i < n)                                                                          \
      vec_store_part (out + i,                                                          \
                      name##_vec (step_load_part (a, a_step, i, (guint) (n - i)),       \
                                  step_load_part (b, b_step, i, (guint) (n - i))),      \
                      (guint) (n - i));                                                 \
  }                                                                                     \
  static void name##_lanes (const float *a, const float *b, float *out, gsize n)        \
  {                                                                                     \
    const Vec y = vec_load (b);                                                         \
                                                                                        \
    for (gsize i = 0; i < n; i += VLEN)                                                 \
      vec_store (out + i, name##_vec (vec_load (a + i), y));                            \
  }                                                                                     \
  static void name##_reversed (const float *a, const float *b, float *out, gsize n)     \
  {                                                                                     \
    const Vec x = vec_load (b);                                                         \
                                                                                        \
    for (gsize i = 0; i < n; i += VLEN)                                                 \
      vec_store (out + i, name##_vec (x, vec_load (a + i)));                            \
  }

BINARY (add, x + y)
BINARY (subtract, x - y)
BINARY (multiply, x *y)
BINARY (divide, x / y)
BINARY (maximum, vec_max (x, y))
BINARY (minimum, vec_min (x, y))
BINARY (difference, (x - y) * (x - y))

#define ROW(op, name)                               \
  {                                                 \
    op, name##_plain, name##_lanes, name##_reversed \
  }

static const BinaryRow rows[] = {
  ROW ("Add", add),
  ROW ("Subtract", subtract),
  ROW ("Multiply", multiply),
  ROW ("Divide", divide),
  ROW ("Maximum", maximum),
  ROW ("Minimum", minimum),
  ROW ("SquaredDifference", difference),
};

const BinaryRow *
binary_find (const WeirNode *node)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (weir_node_is (node, rows[i].op))
      return &rows[i];
  return NULL;
}
