#pragma once

#include "base/export.h"

#include <glib.h>

WEIR_BEGIN_DECLS

/**
 * WeirOpKernel:
 * @source: OpenCL C
 * @entry: the name of its kernel
 * @global: one to three expressions over the first output (base/expression.h), separated
 *   by commas: `n`, its elements; `d0` to `d7`, its dimensions: "d3, d2, d0*d1"
 * @local: (nullable): the size of a work group, in the same way; %NULL leaves it open
 */
typedef struct {
  const char *source;
  const char *entry;
  const char *global;
  const char *local;
} WeirOpKernel;

/**
 * WeirOpExtension:
 * @library: where the operation comes from
 * @version: what `version` says in the IR, in place of an operation set
 * @kernel: (nullable): for devices that run OpenCL
 * @data: what `infer` and `evaluate` find their implementation by
 *
 * What an operation has that an extension brought; it lives as long as the process.
 */
typedef struct {
  const char *library;
  const char *version;
  const WeirOpKernel *kernel;
  gconstpointer data;
} WeirOpExtension;

WEIR_END_DECLS
