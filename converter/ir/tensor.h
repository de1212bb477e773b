#pragma once

#include "base/dtype.h"
#include "shape.h"

#include <glib-object.h>

WEIR_BEGIN_DECLS

/**
 * WeirTensor:
 *
 * A dense array in row-major order, reference-counted. The data is aligned to its
 * elements at least, to 64 bytes when Weir allocated it. A tensor that is shared is not
 * written.
 */
typedef struct _WeirTensor WeirTensor;

#define WEIR_TYPE_TENSOR (weir_tensor_get_type ())
GType weir_tensor_get_type (void);

/** weir_tensor_new: (constructor): zeros; fails beyond the limits or out of memory. */
WeirTensor *weir_tensor_new (WeirDtype dtype, const WeirShape *shape, GError **error);

/**
 * weir_tensor_new_from_bytes: (constructor):
 * @bytes: the owner of the data
 * @offset: where the elements begin
 * @size: how many bytes there are; must be what @dtype and @shape ask for
 *
 * Elements from a file, little-endian. They stay where they are when they are aligned,
 * else they are copied.
 */
WeirTensor *weir_tensor_new_from_bytes (WeirDtype dtype, const WeirShape *shape,
                                        GBytes *bytes, gsize offset, gsize size,
                                        GError **error);

/** weir_tensor_new_copy: (constructor): a copy of dense elements at @data. */
WeirTensor *weir_tensor_new_copy (WeirDtype dtype, const WeirShape *shape,
                                  const void *data, GError **error);

/**
 * weir_tensor_new_wrap: (constructor):
 * @data: elements that stay valid until @destroy is called with @owner
 *
 * No copy. Never fails for a shape that was checked before.
 */
WeirTensor *weir_tensor_new_wrap (WeirDtype dtype, const WeirShape *shape, void *data,
                                  GDestroyNotify destroy, void *owner);

/* Small constants for passes and frontends; these never fail. */
WeirTensor *weir_tensor_new_i64 (const gint64 *values, gsize count);
WeirTensor *weir_tensor_new_i64_scalar (gint64 value);
WeirTensor *weir_tensor_new_i32_scalar (gint32 value);
WeirTensor *weir_tensor_new_f32 (const WeirShape *shape, const float *values);
WeirTensor *weir_tensor_new_f32_scalar (float value);
/** weir_tensor_new_scalar: (constructor): @value stored as @dtype. */
WeirTensor *weir_tensor_new_scalar (WeirDtype dtype, double value);

/** weir_tensor_reshape: (constructor): the same data under another shape of equal count.
 */
WeirTensor *weir_tensor_reshape (WeirTensor *tensor, const WeirShape *shape,
                                 GError **error);
/** weir_tensor_convert: (constructor): the elements as @dtype; the same tensor if it is.
 */
WeirTensor *weir_tensor_convert (WeirTensor *tensor, WeirDtype dtype, GError **error);

WeirTensor *weir_tensor_ref (WeirTensor *tensor);
void weir_tensor_unref (WeirTensor *tensor);

/** weir_tensor_is_last: whether the caller's reference is the only one: it may be
 * written. */
gboolean weir_tensor_is_last (const WeirTensor *tensor);

WeirDtype weir_tensor_dtype (const WeirTensor *tensor);
const WeirShape *weir_tensor_shape (const WeirTensor *tensor);
/** weir_tensor_count: number of elements. */
gsize weir_tensor_count (const WeirTensor *tensor);
/** weir_tensor_size: bytes of the elements. */
gsize weir_tensor_size (const WeirTensor *tensor);
const void *weir_tensor_data (const WeirTensor *tensor);
/** weir_tensor_writable: the elements, to be filled by whoever made the tensor. */
void *weir_tensor_writable (WeirTensor *tensor);
/** weir_tensor_get: one element as a double. */
double weir_tensor_get (const WeirTensor *tensor, gsize index);
/** weir_tensor_get_int: one element as an integer. */
gint64 weir_tensor_get_int (const WeirTensor *tensor, gsize index);
/** weir_tensor_equal: same type, shape and bytes. */
gboolean weir_tensor_equal (const WeirTensor *a, const WeirTensor *b);
/** weir_tensor_bytes: bytes that @dtype and @shape take; fails beyond the limits. */
gboolean weir_tensor_bytes (WeirDtype dtype, const WeirShape *shape, gsize *size,
                            GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirTensor, weir_tensor_unref)

WEIR_END_DECLS
