#pragma once

#include "weir-ir.h"

/* NumPy's array files, format versions 1 to 3 (numpy.lib.format). */

/** npy_read: (transfer full): the array at @path; Fortran order is turned into C order.
 */
WeirTensor *npy_read (const char *path, GError **error);
/** npy_write: writes @tensor in its own element type. */
gboolean npy_write (const char *path, const WeirTensor *tensor, GError **error);
/** npy_dtype_name: NumPy's name of an element type: "float32". */
const char *npy_dtype_name (WeirDtype dtype);
