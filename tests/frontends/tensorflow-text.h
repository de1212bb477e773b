#pragma once

#include "frontends/frontend.h"

/* Graphs of TensorFlow as text. */

/** load_text: (transfer full) (nullable): the model that the graph @text is. */
WeirModel *load_text (const char *text, GError **error);
/** assert_refused: the graph @text is not converted, with a message that holds @message.
 */
void assert_refused (const char *text, const char *message);
