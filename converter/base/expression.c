#include "expression.h"

#include "error.h"

#include <math.h>
#include <string.h>

#define MAX_DEPTH 32
#define MAX_NAME  64

/* Recursive descent: a sum of products of factors. */
typedef struct {
  const char *at;
  WeirExpressionName name;
  gpointer user_data;
  guint depth;
  GError *error;
} Parser;

static double parse_sum (Parser *p);

static double
refuse (Parser *p, const char *expected)
{
  if (p->error == NULL)
    weir_fail (&p->error, WEIR_ERROR_FORMAT, "expected %s, found '%.20s'", expected,
               p->at);
  return 0;
}

static void
skip_blanks (Parser *p)
{
  while (g_ascii_isspace (*p->at))
    p->at++;
}

/* Whether one of @signs comes next; which one, or 0. */
static char
take (Parser *p, const char *signs)
{
  skip_blanks (p);
  if (*p->at == '\0' || strchr (signs, *p->at) == NULL)
    return '\0';
  return *p->at++;
}

static double
parse_name (Parser *p)
{
  char name[MAX_NAME];
  gsize n = 0;
  double value = 0;

  while (n + 1 < MAX_NAME && (g_ascii_isalnum (*p->at) || *p->at == '_'))
    name[n++] = *p->at++;
  name[n] = '\0';
  if (p->error == NULL)
    p->name (name, p->user_data, &value, &p->error);
  return value;
}

static double
parse_number (Parser *p)
{
  char *end;
  double value = g_ascii_strtod (p->at, &end);

  if (end == p->at)
    return refuse (p, "a number, a name or '('");
  p->at = end;
  return value;
}

static double
parse_factor (Parser *p)
{
  double value;
  char sign;

  if (++p->depth > MAX_DEPTH) {
    refuse (p, "an expression that is nested less deep");
  } else if ((sign = take (p, "+-")) != '\0') {
    value = parse_factor (p);
    p->depth--;
    return sign == '-' ? -value : value;
  } else if (take (p, "(") != '\0') {
    value = parse_sum (p);
    p->depth--;
    return take (p, ")") != '\0' ? value : refuse (p, "')'");
  }
  value = p->error != NULL                            ? 0
          : g_ascii_isalpha (*p->at) || *p->at == '_' ? parse_name (p)
                                                      : parse_number (p);
  p->depth--;
  return value;
}

static double
parse_product (Parser *p)
{
  double value = parse_factor (p);
  char sign;

  while (p->error == NULL && (sign = take (p, "*/")) != '\0') {
    double next = parse_factor (p);

    value = sign == '*' ? value * next : value / next;
  }
  return value;
}

static double
parse_sum (Parser *p)
{
  double value = parse_product (p);
  char sign;

  while (p->error == NULL && (sign = take (p, "+-")) != '\0') {
    double next = parse_product (p);

    value = sign == '+' ? value + next : value - next;
  }
  return value;
}

gboolean
weir_expression_evaluate (const char *text, WeirExpressionName name, gpointer user_data,
                          double *value, GError **error)
{
  Parser p = { .at = text, .name = name, .user_data = user_data };

  *value = parse_sum (&p);
  skip_blanks (&p);
  if (p.error == NULL && *p.at != '\0')
    refuse (&p, "the end");
  if (p.error == NULL && !isfinite (*value))
    weir_fail (&p.error, WEIR_ERROR_FORMAT, "the result is no finite number");
  if (p.error == NULL)
    return TRUE;
  g_propagate_prefixed_error (error, p.error, "'%.80s': ", text);
  return FALSE;
}
