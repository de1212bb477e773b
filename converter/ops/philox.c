#include "philox.h"

#include "ir/evaluate.h"

#include <string.h>

/* Steps that a run leaves free behind itself for each step it has made. */
#define SKIP 256

static WeirPhilox
seeded (const WeirNode *node)
{
  WeirPhilox philox = { .key = (guint64) weir_node_int (node, "global_seed"),
                        .counter = (guint64) weir_node_int (node, "op_seed") };

  if (philox.key == 0 && philox.counter == 0) {
    philox.key = (guint64) g_random_int () << 32 | g_random_int ();
    philox.counter = g_random_int ();
  }
  return philox;
}

static char *
state_name (const WeirNode *node)
{
  return g_strconcat (node->op->name, " ", node->name, NULL);
}

WeirPhilox
weir_philox_begin (const WeirEval *eval)
{
  g_autofree char *name = state_name (eval->node);
  const WeirTensor *kept =
      eval->state != NULL ? weir_state_get (eval->state, name) : NULL;
  WeirPhilox philox = seeded (eval->node);

  if (kept == NULL || weir_tensor_count (kept) != 3)
    return philox;
  philox.key = (guint64) weir_tensor_get_int (kept, 0);
  philox.n = (guint64) weir_tensor_get_int (kept, 1);
  philox.counter = (guint64) weir_tensor_get_int (kept, 2);
  return philox;
}

void
weir_philox_keep (const WeirPhilox *philox, const WeirEval *eval, gsize steps)
{
  g_autofree char *name = state_name (eval->node);
  guint64 n = philox->n + (guint64) steps * SKIP;
  const gint64 values[] = { (gint64) philox->key, (gint64) n,
                            (gint64) (philox->counter + (n < philox->n ? 1 : 0)) };
  g_autoptr (WeirTensor) kept = weir_tensor_new_i64 (values, G_N_ELEMENTS (values));

  if (eval->state != NULL)
    weir_state_set (eval->state, name, kept);
}

void
weir_philox_next (WeirPhilox *philox, guint32 *out)
{
  guint32 key[] = { (guint32) philox->key, (guint32) (philox->key >> 32) };
  guint32 c[] = { (guint32) philox->n, (guint32) (philox->n >> 32),
                  (guint32) philox->counter, (guint32) (philox->counter >> 32) };

  for (int round = 0; round < 10; round++) {
    guint64 p = (guint64) 0xD2511F53 * c[0], q = (guint64) 0xCD9E8D57 * c[2];
    guint32 mixed[] = { (guint32) (q >> 32) ^ c[1] ^ key[0], (guint32) q,
                        (guint32) (p >> 32) ^ c[3] ^ key[1], (guint32) p };

    memcpy (c, mixed, sizeof c);
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  memcpy (out, c, sizeof c);
  if (++philox->n == 0)
    philox->counter++;
}

/* The bits are the mantissa of a number from 1 to 2. */
double
weir_philox_fraction (WeirDtype dtype, const guint32 *bits)
{
  guint64 wide;

  switch (dtype) {
  case WEIR_DTYPE_F16:
    return (bits[0] & 0x3ff) / 0x1p10;
  case WEIR_DTYPE_BF16:
    return (bits[0] & 0x7f) / 0x1p7;
  case WEIR_DTYPE_F64:
    wide = (guint64) (bits[0] & 0xfffff) << 32 | bits[1];
    return (double) wide * 0x1p-52;
  default:
    return (bits[0] & 0x7fffff) / 0x1p23;
  }
}
