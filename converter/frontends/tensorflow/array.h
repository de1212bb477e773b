#pragma once

#include "node.h"

/**
 * TfArray:
 * @element: the shape of an element, as far as it is known
 * @size: how many elements it was made for, of any integer type; none for no element
 * @grows: whether writing behind the end makes it longer
 * @state: (nullable): the variable of a loop that it is, within the loop's body
 * @written: what this round of the loop has written, or none
 *
 * A TensorArray, or a list of tensors: what is known of it besides its elements, which
 * lie one behind the other in the tensor of its #TfValue. As long as nothing was written
 * there is none.
 */
struct _TfArray {
  WeirDtype dtype;
  WeirShape element;
  WeirPort size;
  gboolean grows;
  struct _TfState *state;
  WeirPort written;
};

/** tf_array_new: (transfer none): a copy of @like in the list of @import. */
TfArray *tf_array_new (TfImport *import, const TfArray *like);

/** tf_array_size: the number of its elements, as a scalar i64. */
WeirPort tf_array_size (WeirMake *m, const TfValue *value);
/** tf_array_tensor: its elements; zeros where there are none, as large as @element (NULL:
 * what is known of them). */
WeirPort tf_array_tensor (WeirMake *m, const TfValue *value, const WeirShape *element);
/** tf_array_padded: @tensor with rows of zeros behind it, @size (i64) together. */
WeirPort tf_array_padded (WeirMake *m, WeirPort tensor, WeirPort size);
/** tf_array_is_empty: whether it was made for no element, and has none. */
gboolean tf_array_is_empty (const WeirMake *m, const TfValue *value);
