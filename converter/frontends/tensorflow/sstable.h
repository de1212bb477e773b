#pragma once

#include "base/bytes.h"
#include "base/limits.h"

#include <gio/gio.h>

/**
 * SECTION: sstable
 *
 * The sorted tables of LevelDB, in which checkpoints keep the index of their tensors:
 * blocks of entries whose keys share prefixes, an index block, and a footer. Every
 * handle, length and checksum is checked; what reading allocates is charged to a budget.
 */

/** weir_table_probe: whether the last bytes of a file are the footer of a table. */
gboolean weir_table_probe (const WeirBytes *bytes);
/** weir_table_read: (transfer full): all entries, GBytes -> GBytes; the values are slices
 * of @bytes, or of blocks that were compressed. */
GHashTable *weir_table_read (GBytes *bytes, WeirBudget *budget, GError **error);
/** weir_crc32c: the Castagnoli checksum of @size bytes, of what @crc tells before them.
 */
guint32 weir_crc32c (guint32 crc, const guint8 *data, gsize size);
/** weir_crc32c_mask: how LevelDB writes a checksum down. */
guint32 weir_crc32c_mask (guint32 crc);

/* snappy.c */

/** weir_snappy_expand: (transfer full): the contents of a compressed block. */
GBytes *weir_snappy_expand (const WeirBytes *packed, WeirBudget *budget, GError **error);
