#include "ops.h"

#include "ir/evaluate.h"

#include <string.h>

/* RandomUniform: numbers of the Philox 4x32-10 generator (Salmon et al., "Parallel random
 * numbers: as easy as 1, 2, 3"), so that the same seeds give OpenVINO's numbers. */

static const WeirAttrRow attrs[] = { { "output_type", WEIR_ATTR_DTYPE, NULL, NULL, 0, 0 },
                                     { "global_seed", WEIR_ATTR_INT, "0", NULL, 0, 0 },
                                     { "op_seed", WEIR_ATTR_INT, "0", NULL, 0, 0 },
                                     { "alignment", WEIR_ATTR_STRING, "tensorflow",
                                       "tensorflow|pytorch", 0, 0 },
                                     { NULL } };

/* Steps that a run leaves free behind itself for each step it has made. */
#define SKIP 256

static gboolean
check_bounds (const WeirInfer *infer, WeirDtype dtype, GError **error)
{
  for (guint i = 1; i < 3; i++) {
    const WeirValueInfo *info = &infer->inputs[i];

    if (info->dtype != WEIR_DTYPE_UNKNOWN && info->dtype != dtype)
      return weir_fail (error, WEIR_ERROR_SHAPE, "input %u: expected %s, found %s", i,
                        weir_dtype_name (dtype), weir_dtype_name (info->dtype));
    if (info->value != NULL && weir_tensor_count (info->value) != 1)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input %u: expected one element, found %zu", i,
                        weir_tensor_count (info->value));
  }
  return TRUE;
}

static gboolean
random_infer (WeirInfer *infer, GError **error)
{
  WeirDtype dtype = weir_node_dtype (infer->node, "output_type");
  const WeirShape *sizes = &infer->inputs[0].shape;
  gint64 dims[WEIR_MAX_RANK * 2];
  WeirShape shape = WEIR_SHAPE_UNKNOWN;
  gsize n;

  if (!weir_dtype_is_float (dtype) && dtype != WEIR_DTYPE_I32 && dtype != WEIR_DTYPE_I64)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "random numbers of type %s",
                      weir_dtype_name (dtype));
  if (weir_node_string_is (infer->node, "alignment", "pytorch"))
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "the random numbers of PyTorch are not supported");
  if (!check_bounds (infer, dtype, error))
    return FALSE;
  if (weir_infer_ints (infer, 0, dims, &n)) {
    for (gsize i = 0; i < n; i++)
      if (dims[i] < 0)
        return weir_fail (error, WEIR_ERROR_SHAPE,
                          "dimension %zu is %" G_GINT64_FORMAT ", expected at least 0", i,
                          dims[i]);
    if (!weir_shape_init (&shape, dims, n, error))
      return FALSE;
  } else if (sizes->rank == 1 && sizes->dims[0] >= 0 && sizes->dims[0] <= WEIR_MAX_RANK)
    shape = weir_shape_unknown ((int) sizes->dims[0]);
  return weir_infer_set (infer, 0, dtype, &shape);
}

typedef struct {
  guint64 key, n, counter;
} Philox;

static void
next (Philox *philox, guint32 *out)
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

/* Random bits as a fraction from 0 to 1: the mantissa of a number from 1 to 2. */
static double
fraction (WeirDtype dtype, const guint32 *bits)
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

static void
store (WeirTensor *y, gsize i, const guint32 *bits, const WeirTensor *low,
       const WeirTensor *high)
{
  WeirDtype dtype = weir_tensor_dtype (y);
  void *data = weir_tensor_writable (y);
  guint64 range, value;

  if (weir_dtype_is_float (dtype)) {
    double from = weir_tensor_get (low, 0);

    weir_dtype_store (dtype, data, i,
                      fraction (dtype, bits) * (weir_tensor_get (high, 0) - from) + from);
    return;
  }
  range =
      (guint64) weir_tensor_get_int (high, 0) - (guint64) weir_tensor_get_int (low, 0);
  value = dtype == WEIR_DTYPE_I64 ? (guint64) bits[1] << 32 | bits[0] : bits[0];
  weir_dtype_store_int (
      dtype, data, i, (gint64) (value % range + (guint64) weir_tensor_get_int (low, 0)));
}

/* Where the last run has ended; without a state every run is the first. */
static void
load_state (Philox *philox, const WeirEval *eval, const char *name)
{
  const WeirTensor *kept =
      eval->state != NULL ? weir_state_get (eval->state, name) : NULL;

  if (kept == NULL || weir_tensor_count (kept) != 3)
    return;
  philox->key = (guint64) weir_tensor_get_int (kept, 0);
  philox->n = (guint64) weir_tensor_get_int (kept, 1);
  philox->counter = (guint64) weir_tensor_get_int (kept, 2);
}

static void
keep_state (const Philox *philox, const WeirEval *eval, const char *name, gsize steps)
{
  guint64 n = philox->n + (guint64) steps * SKIP;
  const gint64 values[] = { (gint64) philox->key, (gint64) n,
                            (gint64) (philox->counter + (n < philox->n ? 1 : 0)) };
  g_autoptr (WeirTensor) kept = weir_tensor_new_i64 (values, G_N_ELEMENTS (values));

  if (eval->state != NULL)
    weir_state_set (eval->state, name, kept);
}

/* Two seeds of 0 ask for other numbers each time. */
static Philox
seeded (const WeirNode *node)
{
  Philox philox = { .key = (guint64) weir_node_int (node, "global_seed"),
                    .counter = (guint64) weir_node_int (node, "op_seed") };

  if (philox.key == 0 && philox.counter == 0) {
    philox.key = (guint64) g_random_int () << 32 | g_random_int ();
    philox.counter = g_random_int ();
  }
  return philox;
}

static gboolean
random_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *low = eval->inputs[1], *high = eval->inputs[2];
  g_autofree char *name = g_strconcat ("RandomUniform ", eval->node->name, NULL);
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  Philox philox = seeded (eval->node);
  gsize each, count;
  guint32 bits[4];

  if (y == NULL)
    return FALSE;
  if (!weir_dtype_is_float (weir_tensor_dtype (y)) &&
      weir_tensor_get_int (low, 0) >= weir_tensor_get_int (high, 0))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected a bound above %" G_GINT64_FORMAT
                      ", found %" G_GINT64_FORMAT,
                      weir_tensor_get_int (low, 0), weir_tensor_get_int (high, 0));
  load_state (&philox, eval, name);
  each = weir_dtype_size (weir_tensor_dtype (y)) > 4 ? 2 : 4;
  count = weir_tensor_count (y);
  keep_state (&philox, eval, name, (count + each - 1) / each);
  for (gsize i = 0; i < count; i++) {
    if (i % each == 0)
      next (&philox, bits);
    store (y, i, bits + i % each * (4 / each), low, high);
  }
  return TRUE;
}

WEIR_OP_DEFINE (random_uniform) = {
  .name = "RandomUniform",
  .versions = { 8 },
  .min_inputs = 3,
  .max_inputs = 3,
  .outputs = 1,
  .flags = WEIR_OP_STATEFUL,
  .attrs = attrs,
  .summary = "Random numbers between two bounds",
  .infer = random_infer,
  .evaluate = random_evaluate,
};
