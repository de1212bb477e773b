#pragma once

#include <glib.h>

/**
 * Hdf5Entry:
 * @group: "data/ip"; "" for the file itself; %NULL ends a list
 * @name: of a dataset there, or of an attribute of the group
 * @text: (nullable): of the attribute; else there is a dataset
 * @data: elements, doubles or singles
 */
typedef struct {
  const char *group, *name, *text;
  gboolean is_double;
  int rank;
  guint64 dims[4];
  const void *data;
} Hdf5Entry;

/** hdf5_write: (transfer full): a file that libhdf5 writes; where that is missing the
 * test fails. */
GBytes *hdf5_write (const Hdf5Entry *entries);
