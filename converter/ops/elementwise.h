#pragma once

#include "broadcast.h"

/* Element by element: one loop for every element type, given the arithmetic. Elements are
 * computed as float, double (f64 and the 16-bit floats), guint64 (u64) or gint64 (all
 * other integers and booleans), so that 64-bit integers stay exact. */

/** WeirRow: y[i] = a[i * sa] ∘ b[i * sb] for n elements of one computing type. */
typedef void (*WeirRow) (const void *a, gsize sa, const void *b, gsize sb, void *y,
                         gsize n);

/** WeirRows: one operation in all computing types; %NULL where `infer` refuses the type.
 */
typedef struct {
  WeirRow f32, f64, i64, u64;
} WeirRows;

/** WEIR_ROW: defines a #WeirRow: @expression of p and q, both of type @T, gives an @R. */
#define WEIR_ROW(name, T, R, expression)                                                \
  static void name (const void *a, gsize sa, const void *b, gsize sb, void *y, gsize n) \
  {                                                                                     \
    const T *pa = a, *pb = b;                                                           \
    R *py = y;                                                                          \
                                                                                        \
    for (gsize i = 0; i < n; i++) {                                                     \
      const T p = pa[i * sa], q = pb[i * sb];                                           \
      py[i] = (R) (expression);                                                         \
    }                                                                                   \
  }

/** weir_binary_infer: output 0 has the type of both inputs and their broadcast shape. */
gboolean weir_binary_infer (WeirInfer *infer, GError **error);
/** weir_binary_evaluate: output 0 = @rows of the two inputs, in their element type. */
gboolean weir_binary_evaluate (WeirEval *eval, const WeirRows *rows, GError **error);
/** weir_predicate_evaluate: the same where the rows write guint8 into a boolean output.
 */
gboolean weir_predicate_evaluate (WeirEval *eval, const WeirRows *rows, GError **error);

/** WeirMap: one element, with the parameters of the node. */
typedef double (*WeirMap) (double x, const double *p);
/** WeirIntMap: one integer; @negative tells a large u64 from a negative number. */
typedef gint64 (*WeirIntMap) (gint64 x, gboolean negative);

/**
 * weir_map_evaluate:
 * @integer: (nullable): exact arithmetic for integers; without it they go through @map
 * and are rounded
 *
 * Output 0 = @map of each element of input 0, in the same type.
 */
gboolean weir_map_evaluate (WeirEval *eval, WeirMap map, const double *p,
                            WeirIntMap integer, GError **error);
