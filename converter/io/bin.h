#pragma once

#include "ir/tensor.h"

/**
 * IrBlobs:
 *
 * The contents of a BIN that is being written: each distinct run of bytes once, aligned
 * to 64 bytes.
 */
typedef struct _IrBlobs IrBlobs;

/** IrBlob: bytes of @value at @offset of the BIN. */
typedef struct {
  WeirTensor *value;
  gsize offset;
} IrBlob;

IrBlobs *ir_blobs_new (void);
void ir_blobs_free (IrBlobs *blobs);
/** ir_blobs_add: where the bytes of @value stand; they are added if they are new. */
gboolean ir_blobs_add (IrBlobs *blobs, WeirTensor *value, gsize *offset, GError **error);
/** ir_blobs_size: bytes of the whole BIN. */
gsize ir_blobs_size (const IrBlobs *blobs);
/** ir_blobs_list: the blobs by rising offset, with zeros between them. */
const IrBlob *ir_blobs_list (const IrBlobs *blobs, guint *n);
/** ir_blobs_bytes: (transfer full): the BIN in memory. */
GBytes *ir_blobs_bytes (const IrBlobs *blobs, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IrBlobs, ir_blobs_free)
