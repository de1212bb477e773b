#pragma once

#include <glib.h>

/**
 * IrText:
 * @text: what is written so far
 * @depth: open elements
 * @in_tag: the start tag of the innermost one still takes attributes
 *
 * XML being written, indented by tabs as OpenVINO's tools do. Every call leaves it valid:
 * characters that XML cannot hold become U+FFFD.
 */
typedef struct {
  GString *text;
  guint depth;
  gboolean in_tag;
} IrText;

/** ir_text_open: begins an element; @name is a name in XML. */
void ir_text_open (IrText *text, const char *name);
/** ir_text_attr: an attribute of the element just begun. */
void ir_text_attr (IrText *text, const char *name, const char *value);
void ir_text_attr_int (IrText *text, const char *name, gint64 value);
/** ir_text_close: ends the innermost element, which is @name. */
void ir_text_close (IrText *text, const char *name);
/** ir_text_number: an element that holds a number. */
void ir_text_number (IrText *text, const char *name, gint64 value);

/** ir_text_is_name: whether @name can be the name of an element. */
gboolean ir_text_is_name (const char *name);
