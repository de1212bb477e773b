#include "list.h"

/* StringTensorPack and StringTensorUnpack: strings from and to one array of bytes. A
 * tensor of strings has a type and a shape here, but cannot be stored: neither operation
 * runs, and what surrounds them can still be read, checked and written. */

static gboolean
pack_infer (WeirInfer *infer, GError **error)
{
  WeirShape shape = infer->inputs[0].shape, symbols = weir_shape_unknown (1);
  WeirDtype dtype = infer->inputs[2].dtype;

  if (!weir_infer_indices (infer, 0, error) || !weir_infer_indices (infer, 1, error))
    return FALSE;
  if (dtype != WEIR_DTYPE_UNKNOWN && dtype != WEIR_DTYPE_U8)
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected symbols of u8, found %s",
                      weir_dtype_name (dtype));
  if (!weir_shape_merge (&shape, &infer->inputs[1].shape) ||
      !weir_shape_merge (&symbols, &infer->inputs[2].shape)) {
    g_autofree char *begins = weir_shape_to_string (&infer->inputs[0].shape);
    g_autofree char *ends = weir_shape_to_string (&infer->inputs[1].shape);
    g_autofree char *bytes = weir_shape_to_string (&infer->inputs[2].shape);
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected begins and ends of one shape and symbols [n], found "
                      "%s, %s and %s",
                      begins, ends, bytes);
  }
  return weir_infer_set (infer, 0, WEIR_DTYPE_STRING, &shape);
}

static gboolean
unpack_infer (WeirInfer *infer, GError **error)
{
  WeirDtype dtype = infer->inputs[0].dtype;

  if (dtype != WEIR_DTYPE_UNKNOWN && dtype != WEIR_DTYPE_STRING)
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected strings, found %s",
                      weir_dtype_name (dtype));
  weir_infer_set (infer, 0, WEIR_DTYPE_I32, &infer->inputs[0].shape);
  weir_infer_set (infer, 1, WEIR_DTYPE_I32, &infer->inputs[0].shape);
  return weir_infer_set (infer, 2, WEIR_DTYPE_U8, &WEIR_SHAPE (WEIR_DIM_UNKNOWN));
}

WEIR_OP_DEFINE (string_tensor_pack) = {
  .name = "StringTensorPack",
  .versions = { 15 },
  .min_inputs = 3,
  .max_inputs = 3,
  .outputs = 1,
  .summary = "Strings of an array of bytes; is read and written, but does not run",
  .infer = pack_infer,
};

WEIR_OP_DEFINE (string_tensor_unpack) = {
  .name = "StringTensorUnpack",
  .versions = { 15 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 3,
  .summary = "An array of the bytes of strings; is read and written, but does not run",
  .infer = unpack_infer,
};
