#pragma once

#include "io/io.h"

/* Small IRs as text, for tests of the reader. */

/** x [2,3] + c [1,3] -> Relu -> r; its BIN has c at offset 4, and is 16 bytes long. */
extern const char plain_ir[];
/** A Loop that adds x to a state three times. */
extern const char loop_ir[];

/** Weights for plain_ir: 16 bytes. */
GBytes *plain_bin (void);

/** @text with its first @from replaced by @to; fails the test where @from is missing. */
char *replaced (const char *text, const char *from, const char *to);

/** Reads @text; @bin may be %NULL. Errors call the file "m.xml". */
WeirModel *read_text (const char *text, GBytes *bin, GError **error);

/** Expects an error of @code whose message holds @message. */
void refuse_text (const char *text, GBytes *bin, int code, const char *message);
