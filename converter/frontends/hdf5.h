#pragma once

#include "ir/tensor.h"

#include <gio/gio.h>

/**
 * SECTION: hdf5
 *
 * The one door to libhdf5: a file from memory, of which attributes of text and datasets
 * of numbers are read. Nothing else is opened: no links to other files, no contents in
 * other files, no filters that would have to be loaded.
 */

typedef struct _WeirHdf5 WeirHdf5;

/** weir_hdf5_open: (transfer full): the file @bytes. */
WeirHdf5 *weir_hdf5_open (GBytes *bytes, GError **error);
void weir_hdf5_free (WeirHdf5 *file);
/** weir_hdf5_text: (transfer full) (nullable): a text that is an attribute of @object. */
char *weir_hdf5_text (WeirHdf5 *file, const char *object, const char *attribute);
/** weir_hdf5_texts: (transfer full) (nullable): the same of a list. */
GStrv weir_hdf5_texts (WeirHdf5 *file, const char *object, const char *attribute);
/** weir_hdf5_has: whether @path leads to an object of this file. */
gboolean weir_hdf5_has (WeirHdf5 *file, const char *path);
/** weir_hdf5_tensor: (transfer full): a dataset of numbers. */
WeirTensor *weir_hdf5_tensor (WeirHdf5 *file, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirHdf5, weir_hdf5_free)
