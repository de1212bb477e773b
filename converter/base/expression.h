#pragma once

#include "export.h"

#include <glib.h>

WEIR_BEGIN_DECLS

/**
 * WeirExpressionName:
 *
 * Looks up what @name stands for. Returns: %FALSE, with an error, where it is nothing.
 */
typedef gboolean (*WeirExpressionName) (const char *name, gpointer user_data,
                                        double *value, GError **error);

/**
 * weir_expression_evaluate:
 * @text: numbers, names, + - * /, signs and parentheses: "(alpha + 1) * 2"
 * @name: (scope call) (closure user_data): what names stand for
 *
 * Fails where the text is no expression, is nested deeper than 32, or where what comes
 * out is no finite number.
 */
gboolean weir_expression_evaluate (const char *text, WeirExpressionName name,
                                   gpointer user_data, double *value, GError **error);

WEIR_END_DECLS
