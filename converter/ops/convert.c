#include "ops.h"

/* Changes of the element type. */

static const WeirAttrRow convert_attrs[] = {
  { "destination_type", WEIR_ATTR_DTYPE, NULL, NULL, 0, 0 }, { NULL }
};

static gboolean
check_target (WeirDtype from, WeirDtype to, GError **error)
{
  if (from == WEIR_DTYPE_STRING || to == WEIR_DTYPE_STRING)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "cannot convert %s to %s",
                      weir_dtype_name (from), weir_dtype_name (to));
  return TRUE;
}

static gboolean
convert_infer (WeirInfer *infer, GError **error)
{
  WeirDtype to = weir_node_dtype (infer->node, "destination_type");

  return check_target (infer->inputs[0].dtype, to, error) &&
         weir_infer_set (infer, 0, to, &infer->inputs[0].shape);
}

/* Frameworks cut a float off and let it wrap in the small integers; in the large ones,
 * where C leaves it open, it saturates. */
static gboolean
wraps (WeirDtype dtype)
{
  return weir_dtype_is_integer (dtype) &&
         (weir_dtype_bits (dtype) < 32 || dtype == WEIR_DTYPE_U32);
}

static WeirTensor *
convert (WeirTensor *x, WeirDtype dtype, GError **error)
{
  WeirTensor *y;

  if (!weir_dtype_is_float (weir_tensor_dtype (x)) || !wraps (dtype))
    return weir_tensor_convert (x, dtype, error);
  y = weir_tensor_new (dtype, weir_tensor_shape (x), error);
  for (gsize i = 0; y != NULL && i < weir_tensor_count (x); i++)
    weir_dtype_store_int (dtype, weir_tensor_writable (y), i, weir_tensor_get_int (x, i));
  return y;
}

static gboolean
convert_evaluate (WeirEval *eval, GError **error)
{
  eval->outputs[0] = convert (eval->inputs[0], eval->infos[0].dtype, error);
  return eval->outputs[0] != NULL;
}

WEIR_OP_DEFINE (convert) = {
  .name = "Convert",
  .versions = { 1 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .moves = 1,
  .attrs = convert_attrs,
  .summary = "Elements as another type",
  .infer = convert_infer,
  .evaluate = convert_evaluate,
};

static gboolean
convert_like_infer (WeirInfer *infer, GError **error)
{
  WeirDtype to = infer->inputs[1].dtype;

  return check_target (infer->inputs[0].dtype, to, error) &&
         weir_infer_set (infer, 0, to, &infer->inputs[0].shape);
}

WEIR_OP_DEFINE (convert_like) = {
  .name = "ConvertLike",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .summary = "Elements of the first input as the type of the second",
  .infer = convert_like_infer,
  .evaluate = convert_evaluate,
};

static const WeirAttrRow promote_attrs[] = {
  { "promote_unsafe", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { "pytorch_scalar_promotion", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { "u64_integer_promotion_target", WEIR_ATTR_DTYPE, "f32", NULL, 0, 0 },
  { NULL }
};

/* boolean < integer < floating point */
static int
kind_of (WeirDtype dtype)
{
  return weir_dtype_is_float (dtype) ? 2 : weir_dtype_is_integer (dtype) ? 1 : 0;
}

/* Whether the promoted type holds all values of both. */
static gboolean
is_safe (WeirDtype a, WeirDtype b)
{
  guint bits_a = weir_dtype_bits (a), bits_b = weir_dtype_bits (b);

  if (kind_of (a) == 0 || kind_of (b) == 0)
    return TRUE;
  if (kind_of (a) != kind_of (b))
    return kind_of (a) > kind_of (b) ? bits_a >= 2 * bits_b : bits_b >= 2 * bits_a;
  if (weir_dtype_is_float (a))
    return bits_a != bits_b;
  if (weir_dtype_is_signed (a) == weir_dtype_is_signed (b))
    return TRUE;
  return weir_dtype_is_signed (a) ? bits_a >= 2 * bits_b : bits_b >= 2 * bits_a;
}

/* The signed integer that holds an unsigned and a signed one. */
static WeirDtype
signed_beside (WeirDtype is_unsigned, WeirDtype is_signed)
{
  static const WeirDtype wide[] = { WEIR_DTYPE_I8, WEIR_DTYPE_I16, WEIR_DTYPE_I32 };
  guint bits = MAX (weir_dtype_bits (is_unsigned) * 2, weir_dtype_bits (is_signed));

  for (guint i = 0; i < G_N_ELEMENTS (wide); i++)
    if (weir_dtype_bits (wide[i]) >= bits)
      return wide[i];
  return WEIR_DTYPE_I64;
}

/* Two types of one kind. */
static WeirDtype
promote_alike (const WeirNode *node, WeirDtype a, WeirDtype b)
{
  guint bits_a = weir_dtype_bits (a), bits_b = weir_dtype_bits (b);

  if (weir_dtype_is_float (a) && bits_a == bits_b)
    return WEIR_DTYPE_F32;
  if (weir_dtype_is_float (a) || weir_dtype_is_signed (a) == weir_dtype_is_signed (b))
    return bits_a > bits_b ? a : b;
  if (a == WEIR_DTYPE_U64 || b == WEIR_DTYPE_U64)
    return weir_node_dtype (node, "u64_integer_promotion_target");
  return weir_dtype_is_signed (a) ? signed_beside (b, a) : signed_beside (a, b);
}

static WeirDtype
promote (const WeirInfer *infer, WeirDtype a, WeirDtype b)
{
  gboolean scalars = weir_node_bool (infer->node, "pytorch_scalar_promotion");
  gboolean a_scalar = infer->inputs[0].shape.rank == 0;
  gboolean b_scalar = infer->inputs[1].shape.rank == 0;

  if (kind_of (a) != kind_of (b))
    return kind_of (a) > kind_of (b) ? a : b;
  if (scalars && (infer->inputs[0].shape.rank < 0 || infer->inputs[1].shape.rank < 0))
    return WEIR_DTYPE_UNKNOWN;
  if (scalars && a_scalar != b_scalar)
    return a_scalar ? b : a;
  return promote_alike (infer->node, a, b);
}

static gboolean
promote_infer (WeirInfer *infer, GError **error)
{
  WeirDtype a = infer->inputs[0].dtype, b = infer->inputs[1].dtype, to;

  if (!check_target (a, b, error))
    return FALSE;
  if (a == b || a == WEIR_DTYPE_UNKNOWN || b == WEIR_DTYPE_UNKNOWN)
    to = a == b ? a : WEIR_DTYPE_UNKNOWN;
  else if (weir_node_bool (infer->node, "promote_unsafe") || is_safe (a, b))
    to = promote (infer, a, b);
  else
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "no type holds both %s and %s, and promote_unsafe is false",
                      weir_dtype_name (a), weir_dtype_name (b));
  return weir_infer_set (infer, 0, to, &infer->inputs[0].shape) &&
         weir_infer_set (infer, 1, to, &infer->inputs[1].shape);
}

static gboolean
promote_evaluate (WeirEval *eval, GError **error)
{
  for (guint i = 0; i < 2; i++) {
    eval->outputs[i] = convert (eval->inputs[i], eval->infos[i].dtype, error);
    if (eval->outputs[i] == NULL)
      return FALSE;
  }
  return TRUE;
}

WEIR_OP_DEFINE (convert_promote_types) = {
  .name = "ConvertPromoteTypes",
  .versions = { 14 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 2,
  .attrs = promote_attrs,
  .summary = "Both inputs as the one type that fits them",
  .infer = promote_infer,
  .evaluate = promote_evaluate,
};
