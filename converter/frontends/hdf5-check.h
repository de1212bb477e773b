#pragma once

#include "base/bytes.h"

/** weir_hdf5_check: whether libhdf5 comes to an end with the texts of the file @bytes. */
gboolean weir_hdf5_check (const WeirBytes *bytes, GError **error);
