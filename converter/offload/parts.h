#pragma once

#include "ir/tensor.h"

/**
 * SECTION: parts
 *
 * What a runner has made of parts, by the tensors that hold them. A part is kept as long
 * as what was made of it: its address stands for it.
 */

/** OffloadPart: @made: what the runner made; never %NULL. */
typedef struct {
  WeirTensor *part;
  gpointer made;
} OffloadPart;

/** OffloadParts: @drop: frees what was made; the oldest goes where there are too many. */
typedef struct {
  GArray *list; /* OffloadPart, the oldest first */
  void (*drop) (gpointer data, gpointer made);
  gpointer data;
} OffloadParts;

/** offload_parts_find: (nullable): what was made of @part. */
gpointer offload_parts_find (OffloadParts *parts, const WeirTensor *part);
void offload_parts_add (OffloadParts *parts, WeirTensor *part, gpointer made);
/** offload_parts_clear: drops all. */
void offload_parts_clear (OffloadParts *parts);
