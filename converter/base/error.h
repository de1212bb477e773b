#pragma once

#include "export.h"

#include <glib.h>

WEIR_BEGIN_DECLS

/**
 * SECTION: error
 *
 * One error domain for all of Weir. A message reads from the outside in: file, node,
 * operation, attribute, what was expected and what was found. Inner rooms say what they
 * know; each caller that knows more prefixes it with g_prefix_error().
 */

#define WEIR_ERROR (weir_error_quark ())
GQuark weir_error_quark (void);

/**
 * WeirError:
 * @WEIR_ERROR_IO: a file could not be opened, read or written
 * @WEIR_ERROR_FORMAT: a file breaks the rules of its format
 * @WEIR_ERROR_UNSUPPORTED: valid, but Weir does not know how
 * @WEIR_ERROR_SHAPE: shapes or element types do not fit together
 * @WEIR_ERROR_LIMIT: a size is beyond the limits for input from a stranger
 * @WEIR_ERROR_ARGUMENT: an option or a parameter given by the user is wrong
 * @WEIR_ERROR_DEVICE: a device is missing or failed
 * @WEIR_ERROR_INTERNAL: a graph broke an invariant of ours
 */
typedef enum {
  WEIR_ERROR_IO,
  WEIR_ERROR_FORMAT,
  WEIR_ERROR_UNSUPPORTED,
  WEIR_ERROR_SHAPE,
  WEIR_ERROR_LIMIT,
  WEIR_ERROR_ARGUMENT,
  WEIR_ERROR_DEVICE,
  WEIR_ERROR_INTERNAL,
} WeirError;

/**
 * weir_fail:
 * @error: (nullable): where to leave the error
 * @code: what kind of failure
 * @format: printf format of the message
 *
 * Sets @error. Returns %FALSE, so that a failing function ends in one statement.
 */
gboolean weir_fail (GError **error, WeirError code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

WEIR_END_DECLS
