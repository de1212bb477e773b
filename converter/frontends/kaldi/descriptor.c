#include "kaldi.h"

#include <string.h>

/* Descriptors of nnet3 (nnet3/nnet-descriptor.h): which frames of which nodes a node
 * reads. Offsets and scales are carried down to the nodes. */

#define MAX_NESTING 32

typedef struct {
  const char *at;
  gint64 offset;
  double scale;
  gboolean timeless;
  guint depth;
} Parser;

static KdTerm *
term_new (KdTermKind kind)
{
  KdTerm *term = g_new0 (KdTerm, 1);

  term->kind = kind;
  term->scale = 1;
  return term;
}

void
kd_term_free (KdTerm *term)
{
  if (term == NULL)
    return;
  g_free (term->name);
  g_clear_pointer (&term->parts, g_ptr_array_unref);
  g_free (term);
}

KdTerm *
kd_term_node (const char *name, gint64 offset)
{
  KdTerm *term = term_new (KD_NODE);

  term->name = g_strdup (name);
  term->offset = offset;
  return term;
}

static KdTerm *
term_list (KdTermKind kind)
{
  KdTerm *term = term_new (kind);

  term->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) kd_term_free);
  return term;
}

KdTerm *
kd_term_append (void)
{
  return term_list (KD_APPEND);
}

static KdTerm *
term_copy (const KdTerm *term, gint64 offset)
{
  KdTerm *copy = term_new (term->kind);

  *copy = *term;
  copy->name = g_strdup (term->name);
  copy->offset += offset;
  copy->parts = NULL;
  if (term->parts == NULL)
    return copy;
  copy->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) kd_term_free);
  for (guint i = 0; i < term->parts->len; i++)
    g_ptr_array_add (copy->parts, term_copy (term->parts->pdata[i], offset));
  return copy;
}

KdTerm *
kd_term_spread (const KdTerm *term, const GArray *offsets)
{
  KdTerm *spread = kd_term_append ();

  for (guint i = 0; i < offsets->len; i++)
    g_ptr_array_add (spread->parts, term_copy (term, g_array_index (offsets, gint64, i)));
  return spread;
}

gboolean
kd_term_visit (KdTerm *term, gboolean (*visit) (KdTerm *leaf, gpointer data),
               gpointer data)
{
  if (term->kind == KD_NODE)
    return visit (term, data);
  for (guint i = 0; term->parts != NULL && i < term->parts->len; i++)
    if (!kd_term_visit (term->parts->pdata[i], visit, data))
      return FALSE;
  return TRUE;
}

static void
skip_blanks (Parser *p)
{
  while (g_ascii_isspace (*p->at))
    p->at++;
}

static gboolean
take (Parser *p, char sign)
{
  skip_blanks (p);
  if (*p->at != sign)
    return FALSE;
  p->at++;
  return TRUE;
}

static gboolean
expect (Parser *p, char sign, GError **error)
{
  return take (p, sign) ||
         weir_fail (error, WEIR_ERROR_FORMAT, "descriptor: expected '%c' at '%.40s'",
                    sign, p->at);
}

static char *
word (Parser *p)
{
  const char *begin;

  skip_blanks (p);
  begin = p->at;
  while (*p->at != '\0' && !g_ascii_isspace (*p->at) && strchr ("(),", *p->at) == NULL)
    p->at++;
  return g_strndup (begin, (gsize) (p->at - begin));
}

static gboolean
number (Parser *p, double *value, GError **error)
{
  g_autofree char *text = word (p);
  char *end;

  *value = g_ascii_strtod (text, &end);
  return (*text != '\0' && *end == '\0' && *value > -1e9 && *value < 1e9) ||
         weir_fail (error, WEIR_ERROR_FORMAT,
                    "descriptor: expected a number, found '%.40s'", text);
}

static KdTerm *parse (Parser *p, GError **error);

/* a, b, … up to the closing bracket. */
static gboolean
parse_parts (Parser *p, KdTerm *list, GError **error)
{
  do {
    KdTerm *part = parse (p, error);

    if (part == NULL)
      return FALSE;
    g_ptr_array_add (list->parts, part);
  } while (take (p, ','));
  return expect (p, ')', error);
}

static KdTerm *
parse_list (Parser *p, KdTermKind kind, GError **error)
{
  KdTerm *list = term_list (kind);

  if (parse_parts (p, list, error))
    return list;
  kd_term_free (list);
  return NULL;
}

/* Offset(x, t) and Offset(x, t, x): the number stands behind what it applies to, so that
 * it is read first. */
static gboolean
peek_number (const Parser *p, double *value, GError **error)
{
  Parser ahead = *p;
  guint depth = 0;

  for (; *ahead.at != '\0'; ahead.at++) {
    if (*ahead.at == ',' && depth == 0)
      break;
    depth += *ahead.at == '(';
    depth -= *ahead.at == ')' && depth > 0;
  }
  return expect (&ahead, ',', error) && number (&ahead, value, error);
}

/* Goes behind ", t)" or ", t, x)". */
static gboolean
close_numbers (Parser *p, GError **error)
{
  double ignored;

  while (take (p, ','))
    if (!number (p, &ignored, error))
      return FALSE;
  return expect (p, ')', error);
}

static KdTerm *
parse_offset (Parser *p, GError **error)
{
  Parser inner = *p;
  KdTerm *term;
  double offset;

  if (!peek_number (p, &offset, error))
    return NULL;
  inner.offset += (gint64) offset;
  term = parse (&inner, error);
  p->at = inner.at;
  if (term != NULL && !close_numbers (p, error))
    g_clear_pointer (&term, kd_term_free);
  return term;
}

static KdTerm *
parse_scale (Parser *p, GError **error)
{
  Parser inner = *p;
  KdTerm *term;
  double scale;

  if (!number (&inner, &scale, error) || !expect (&inner, ',', error))
    return NULL;
  inner.scale *= scale;
  term = parse (&inner, error);
  p->at = inner.at;
  if (term != NULL && !expect (p, ')', error))
    g_clear_pointer (&term, kd_term_free);
  return term;
}

/* Round(x, n) and ReplaceIndex(x, t, 0): what changes so slowly is given once a call. */
static KdTerm *
parse_timeless (Parser *p, GError **error)
{
  Parser inner = *p;
  KdTerm *term;
  g_autofree char *ignored = NULL;
  double value;

  inner.timeless = TRUE;
  term = parse (&inner, error);
  p->at = inner.at;
  if (term != NULL && take (p, ',')) {
    skip_blanks (p);
    if (g_ascii_isalpha (*p->at)) {
      ignored = word (p);
      if (!expect (p, ',', error))
        g_clear_pointer (&term, kd_term_free);
    }
    if (term != NULL && !number (p, &value, error))
      g_clear_pointer (&term, kd_term_free);
  }
  if (term != NULL && !expect (p, ')', error))
    g_clear_pointer (&term, kd_term_free);
  return term;
}

/* What is not there yet is taken for zeros; of two the first. */
static KdTerm *
parse_first (Parser *p, GError **error)
{
  KdTerm *list = parse_list (p, KD_APPEND, error), *first;

  if (list == NULL)
    return NULL;
  first = g_ptr_array_steal_index (list->parts, 0);
  kd_term_free (list);
  return first;
}

static KdTerm *
parse_sum (Parser *p, GError **error)
{
  return parse_list (p, KD_SUM, error);
}

static KdTerm *
parse_append (Parser *p, GError **error)
{
  return parse_list (p, KD_APPEND, error);
}

/* Which of its parts counts follows from the number of the frame, which is not known. */
static KdTerm *
parse_switch (Parser *p, GError **error)
{
  return parse_list (p, KD_SWITCH, error);
}

static KdTerm *
parse_const (Parser *p, GError **error)
{
  double value, dim;
  KdTerm *term;

  if (!number (p, &value, error) || !expect (p, ',', error) || !number (p, &dim, error) ||
      !expect (p, ')', error))
    return NULL;
  term = term_new (KD_CONST);
  term->scale = value * p->scale;
  term->dim = (gint64) dim;
  return term;
}

static const struct {
  const char *name;
  KdTerm *(*parse) (Parser *p, GError **error);
} functions[] = {
  { "Append", parse_append },  { "Sum", parse_sum },
  { "Offset", parse_offset },  { "IfDefined", parse_first },
  { "Failover", parse_first }, { "Round", parse_timeless },
  { "Scale", parse_scale },    { "ReplaceIndex", parse_timeless },
  { "Const", parse_const },    { "Switch", parse_switch },
};

static KdTerm *
parse_function (Parser *p, const char *name, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    if (strcmp (functions[i].name, name) == 0)
      return functions[i].parse (p, error);
  weir_fail (error, WEIR_ERROR_UNSUPPORTED, "descriptor: %.40s", name);
  return NULL;
}

static KdTerm *
parse (Parser *p, GError **error)
{
  g_autofree char *name = word (p);
  KdTerm *term;

  if (*name == '\0' || p->depth == MAX_NESTING) {
    weir_fail (error, WEIR_ERROR_FORMAT,
               *name == '\0' ? "descriptor: expected a name at '%.40s'"
                             : "descriptor: nested too deep at '%.40s'",
               p->at);
    return NULL;
  }
  if (take (p, '(')) {
    p->depth++;
    term = parse_function (p, name, error);
    p->depth--;
    return term;
  }
  term = kd_term_node (name, p->timeless ? 0 : p->offset);
  term->scale = p->scale;
  term->timeless = p->timeless;
  return term;
}

KdTerm *
kd_term_parse (const char *text, GError **error)
{
  Parser p = { .at = text, .scale = 1 };
  KdTerm *term = parse (&p, error);

  skip_blanks (&p);
  if (term != NULL && *p.at != '\0') {
    weir_fail (error, WEIR_ERROR_FORMAT, "descriptor: unexpected '%.40s'", p.at);
    g_clear_pointer (&term, kd_term_free);
  }
  return term;
}
