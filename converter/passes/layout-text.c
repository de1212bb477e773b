#include "layout-text.h"

#include "base/problem.h"

#include <string.h>

typedef struct {
  WeirPassLayout *layout;
  int dots; /* where "..." stands, or -1 */
} Reader;

static gboolean
add_letter (Reader *reader, char letter)
{
  WeirPassLayout *layout = reader->layout;

  if (layout->rank == WEIR_MAX_RANK ||
      (letter != '?' && weir_pass_layout_axis (layout, letter) >= 0))
    return FALSE;
  layout->names[layout->rank++] = letter;
  return TRUE;
}

static gboolean
read_text (Reader *reader, const char *text)
{
  for (const char *c = text; *c != '\0'; c++) {
    if (strchr ("[], ", *c) != NULL)
      continue;
    if (strncmp (c, "...", 3) == 0 && reader->dots < 0) {
      reader->dots = reader->layout->rank;
      c += 2;
    } else if ((!g_ascii_isalpha (*c) && *c != '?') ||
               !add_letter (reader, g_ascii_toupper (*c))) {
      return FALSE;
    }
  }
  return TRUE;
}

static void
fill_dots (WeirPassLayout *layout, int at, int rank)
{
  int count = rank - layout->rank;

  memmove (layout->names + at + count, layout->names + at, (gsize) (layout->rank - at));
  memset (layout->names + at, '?', (gsize) count);
  layout->rank = rank;
  layout->dots = at;
  layout->n_dots = count;
}

gboolean
weir_pass_layout_parse (const char *text, int rank, WeirPassLayout *layout,
                        GError **error)
{
  Reader reader = { .layout = layout, .dots = -1 };

  *layout = (WeirPassLayout){ 0 };
  if (!read_text (&reader, text))
    return weir_problem_fail (
        error, WEIR_PROBLEM_LAYOUT_SYNTAX,
        "layout '%s': expected letters like nhwc or [N,C,...], each once", text);
  if (reader.dots >= 0 && rank >= layout->rank)
    fill_dots (layout, reader.dots, rank);
  if (layout->rank != rank && (rank >= 0 || reader.dots >= 0))
    return weir_problem_fail (error, WEIR_PROBLEM_LAYOUT_SYNTAX,
                              "layout '%s': expected %d dimensions, found %d", text, rank,
                              layout->rank);
  return TRUE;
}

char *
weir_pass_layout_print (const WeirPassLayout *layout)
{
  GString *text = g_string_new ("[");

  for (int i = 0; i < layout->rank; i++) {
    gboolean dots = layout->n_dots > 0 && i == layout->dots;

    g_string_append_printf (text, "%s%.*s", i > 0 ? "," : "", dots ? 3 : 1,
                            dots ? "..." : &layout->names[i]);
    i += dots ? layout->n_dots - 1 : 0;
  }
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

int
weir_pass_layout_axis (const WeirPassLayout *layout, char name)
{
  for (int i = 0; i < layout->rank; i++)
    if (layout->names[i] == name)
      return i;
  return -1;
}

/* Dimensions without a name follow one another as they do. */
static int
nth_unnamed (const WeirPassLayout *layout, int n)
{
  for (int i = 0; i < layout->rank; i++)
    if (layout->names[i] == '?' && n-- == 0)
      return i;
  return -1;
}

gboolean
weir_pass_layout_order (const WeirPassLayout *from, const WeirPassLayout *to,
                        gint64 order[WEIR_MAX_RANK], GError **error)
{
  g_autofree char *a = weir_pass_layout_print (from), *b = weir_pass_layout_print (to);
  int unnamed = 0;

  for (int i = 0; i < to->rank; i++) {
    order[i] = to->names[i] == '?' ? nth_unnamed (from, unnamed++)
                                   : weir_pass_layout_axis (from, to->names[i]);
    if (order[i] < 0 || from->rank != to->rank)
      return weir_problem_fail (error, WEIR_PROBLEM_LAYOUT_SYNTAX,
                                "layouts %s and %s: expected the same letters in both", a,
                                b);
  }
  return TRUE;
}
