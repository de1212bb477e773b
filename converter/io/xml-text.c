#include "xml-text.h"

static void
indent (IrText *text)
{
  for (guint i = 0; i < text->depth; i++)
    g_string_append_c (text->text, '\t');
}

static void
end_tag (IrText *text)
{
  if (text->in_tag)
    g_string_append (text->text, ">\n");
  text->in_tag = FALSE;
}

void
ir_text_open (IrText *text, const char *name)
{
  end_tag (text);
  indent (text);
  g_string_append_c (text->text, '<');
  g_string_append (text->text, name);
  text->in_tag = TRUE;
  text->depth++;
}

/* XML 1.0, section 2.2: what a document may hold; the rest cannot be written at all. */
static gboolean
is_char (gunichar c)
{
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xD7FF) ||
         (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

static void
append_char (GString *to, gunichar c)
{
  switch (c) {
  case '&':
    g_string_append (to, "&amp;");
    break;
  case '<':
    g_string_append (to, "&lt;");
    break;
  case '>':
    g_string_append (to, "&gt;");
    break;
  case '"':
    g_string_append (to, "&quot;");
    break;
  case '\t':
  case '\n':
  case '\r':
    /* White space in an attribute is read back as a blank unless it is escaped. */
    g_string_append_printf (to, "&#%u;", c);
    break;
  default:
    g_string_append_unichar (to, is_char (c) ? c : 0xFFFD);
  }
}

void
ir_text_attr (IrText *text, const char *name, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);

  g_string_append_printf (text->text, " %s=\"", name);
  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    append_char (text->text, g_utf8_get_char (at));
  g_string_append_c (text->text, '"');
}

void
ir_text_attr_int (IrText *text, const char *name, gint64 value)
{
  g_string_append_printf (text->text, " %s=\"%" G_GINT64_FORMAT "\"", name, value);
}

void
ir_text_close (IrText *text, const char *name)
{
  text->depth--;
  if (text->in_tag) {
    g_string_append (text->text, " />\n");
    text->in_tag = FALSE;
    return;
  }
  indent (text);
  g_string_append_printf (text->text, "</%s>\n", name);
}

void
ir_text_number (IrText *text, const char *name, gint64 value)
{
  end_tag (text);
  indent (text);
  g_string_append_printf (text->text, "<%s>%" G_GINT64_FORMAT "</%s>\n", name, value,
                          name);
}

gboolean
ir_text_is_name (const char *name)
{
  if (!g_ascii_isalpha (*name) && *name != '_')
    return FALSE;
  while (g_ascii_isalnum (*name) || *name == '_' || *name == '-' || *name == '.')
    name++;
  return *name == '\0';
}
