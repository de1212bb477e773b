#pragma once

#include "context.h"

/**
 * ExtRegistration:
 * @library: the path, for messages
 * @ops: (element-type WeirOp)
 * @translations: (element-type WeirTranslation)
 *
 * What a library has handed over so far.
 */
typedef struct {
  const char *library;
  GPtrArray *ops;
  GPtrArray *translations;
  GError *error;
} ExtRegistration;

/** ext_register_begin: this thread hands over to @registration until
 * ext_register_end(). */
void ext_register_begin (ExtRegistration *registration);
void ext_register_end (ExtRegistration *registration);
/** ext_register_drop: frees what was handed over and is not wanted. */
void ext_register_drop (ExtRegistration *registration);
