#pragma once

#include "base/bytes.h"

/**
 * weir_zip_find: (transfer full):
 * @archive: a file that ends with a ZIP archive; something else may stand in front
 * @name: of the member wanted
 * @limit: how many bytes it may have
 *
 * The contents of one member, stored or deflated (APPNOTE.TXT of PKWARE, 4.3).
 *
 * Returns: (nullable): %NULL and an error if there is no archive, no such member, or a
 *   broken one.
 */
GBytes *weir_zip_find (const WeirBytes *archive, const char *name, gsize limit,
                       GError **error);
