#include "option-grammar.h"

#include "option-split.h"

#include <errno.h>
#include <string.h>

#define MAX_ITEMS 4096

GPtrArray *
weir_option_split (const char *text, WeirProblem problem, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_free);
  const char *start = text;
  int depth = 0;

  for (const char *p = text;; p++) {
    if (*p != '\0' && strchr ("[({", *p) != NULL)
      depth++;
    else if (*p != '\0' && strchr ("])}", *p) != NULL)
      depth--;
    if (depth < 0 || (*p == '\0' && depth != 0)) {
      weir_problem_fail (error, problem, "brackets do not match in '%.200s'", text);
      return NULL;
    }
    if (*p != '\0' && (*p != ',' || depth > 0))
      continue;
    g_ptr_array_add (items, g_strstrip (g_strndup (start, (gsize) (p - start))));
    start = p + 1;
    if (*p == '\0')
      break;
    if (items->len > MAX_ITEMS) {
      weir_problem_fail (error, problem, "more than %d items", MAX_ITEMS);
      return NULL;
    }
  }
  return g_steal_pointer (&items);
}

static gboolean
is_number (const char *text)
{
  return *text != '\0' && text[strspn (text, "0123456789")] == '\0';
}

static int
parse_port (const char *digits)
{
  return (int) MIN (g_ascii_strtoull (digits, NULL, 10), G_MAXINT);
}

/* "0:node" is before, "node:0" after; "node" neither. */
static void
split_port (const char *text, char **name, int *port, gboolean *before)
{
  const char *first = strchr (text, ':'), *last = strrchr (text, ':');
  g_autofree char *head = first != NULL ? g_strndup (text, (gsize) (first - text)) : NULL;

  *port = -1;
  *before = FALSE;
  if (head != NULL && is_number (head) && first[1] != '\0') {
    *port = parse_port (head);
    *before = TRUE;
    *name = g_strdup (first + 1);
  } else if (last != NULL && is_number (last + 1)) {
    *port = parse_port (last + 1);
    *name = g_strndup (text, (gsize) (last - text));
  } else {
    *name = g_strdup (text);
  }
}

/* "a..b", "a..", "..b" */
static gboolean
is_interval (const char *text)
{
  const char *dots = strstr (text, "..");

  if (dots == NULL || strcmp (text, "..") == 0 ||
      strspn (text, "0123456789") != (gsize) (dots - text))
    return FALSE;
  return dots[2] == '\0' ||
         (is_number (dots + 2) &&
          g_ascii_strtoull (text, NULL, 10) <= g_ascii_strtoull (dots + 2, NULL, 10));
}

static gboolean
is_dim (const char *text)
{
  return strcmp (text, "?") == 0 || strcmp (text, "-1") == 0 || is_number (text) ||
         is_interval (text);
}

/* "1,3 224" between brackets into the IR's spelling "1,3,224". */
static char *
parse_shape (const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit_set (text, ", \t", -1);
  g_autoptr (GString) shape = g_string_new (NULL);
  gboolean good = TRUE;
  WeirShape parsed;

  for (guint i = 0; parts[i] != NULL; i++) {
    if (*parts[i] == '\0')
      continue;
    good = good && is_dim (parts[i]);
    g_string_append_printf (shape, "%s%s", shape->len > 0 ? "," : "",
                            strcmp (parts[i], "-1") == 0 ? "?" : parts[i]);
  }
  if (good && weir_shape_parse (shape->str, &parsed, NULL))
    return g_string_free (g_steal_pointer (&shape), FALSE);
  weir_problem_fail (error, WEIR_PROBLEM_SHAPE_SYNTAX,
                     "'%.200s' is not a shape: expected numbers, -1, ?, a..b, a.. or "
                     "..b, at most %d",
                     text, WEIR_MAX_RANK);
  return NULL;
}

/* Takes "[...]" or "(...)" from the end of @text; @inner is NULL where there is none. */
static gboolean
take_brackets (char *text, const char *open, const char *close, WeirProblem problem,
               char **inner, GError **error)
{
  gsize length = strlen (text), start = strcspn (text, open);

  *inner = NULL;
  if (start == length)
    return TRUE;
  if (strchr (close, text[length - 1]) == NULL ||
      strcspn (text + start + 1, open) != strlen (text + start + 1))
    return weir_problem_fail (error, problem, "'%.200s': expected one %c...%c at the end",
                              text, *open, *close);
  text[length - 1] = '\0';
  *inner = g_strstrip (g_strdup (text + start + 1));
  text[start] = '\0';
  g_strchomp (text);
  return TRUE;
}

/* What the numbers of a list look like. */
typedef struct {
  GArray *values; /* double */
  gboolean fraction, logical;
} Numbers;

static void
numbers_clear (Numbers *numbers)
{
  g_clear_pointer (&numbers->values, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Numbers, numbers_clear)

static gboolean
read_number (const char *text, Numbers *numbers)
{
  gboolean is_true = g_ascii_strcasecmp (text, "true") == 0;
  double value = is_true;
  char *end;

  if (is_true || g_ascii_strcasecmp (text, "false") == 0) {
    numbers->logical = TRUE;
    g_array_append_val (numbers->values, value);
    return TRUE;
  }
  value = g_ascii_strtod (text, &end);
  numbers->fraction |= strpbrk (text, ".eEnN") != NULL;
  g_array_append_val (numbers->values, value);
  return *end == '\0';
}

static gboolean
read_numbers (const char *text, WeirProblem problem, Numbers *numbers, GError **error)
{
  g_auto (GStrv) parts = g_strsplit_set (text, ", \t[]", -1);

  numbers->values = g_array_new (FALSE, FALSE, sizeof (double));
  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0' && !read_number (parts[i], numbers))
      return weir_problem_fail (error, problem, "'%.80s' is not a number", parts[i]);
  return TRUE;
}

static gboolean
fail_fill (const WeirInputSpec *spec, guint count, GError **error)
{
  return weir_problem_fail (error, WEIR_PROBLEM_FREEZE_SHAPE,
                            "input '%s': %u values do not fill the shape [%s]",
                            spec->name, count, spec->shape != NULL ? spec->shape : "");
}

/* The value behind "->", in the type that was given, else the one that it looks like. */
static gboolean
parse_value (const char *text, WeirInputSpec *spec, GError **error)
{
  g_auto (Numbers) numbers = { 0 };
  WeirShape shape = WEIR_SHAPE_SCALAR;
  WeirDtype dtype = spec->dtype;
  guint count;

  if ((*text == '[') != g_str_has_suffix (text, "]"))
    return weir_problem_fail (error, WEIR_PROBLEM_INPUT_SYNTAX,
                              "input '%s': '%.200s': expected a value or [values]",
                              spec->name, text);
  if (!read_numbers (text, WEIR_PROBLEM_INPUT_SYNTAX, &numbers, error))
    return FALSE;
  count = numbers.values->len;
  if (*text == '[')
    shape = WEIR_SHAPE (count);
  if (spec->shape != NULL && !weir_shape_parse (spec->shape, &shape, error))
    return FALSE;
  if (!weir_shape_is_static (&shape) || weir_shape_elements (&shape) != count)
    return fail_fill (spec, count, error);
  if (dtype == WEIR_DTYPE_UNKNOWN)
    dtype = numbers.logical    ? WEIR_DTYPE_BOOL
            : numbers.fraction ? WEIR_DTYPE_F32
                               : WEIR_DTYPE_I64;
  spec->value = weir_tensor_new (dtype, &shape, error);
  if (spec->value == NULL)
    return FALSE;
  for (guint i = 0; i < count; i++)
    weir_dtype_store (dtype, weir_tensor_writable (spec->value), i,
                      g_array_index (numbers.values, double, i));
  return TRUE;
}

/* The brackets behind a name, in either order. */
static gboolean
parse_brackets (char *text, WeirInputSpec *spec, GError **error)
{
  g_autofree char *type = NULL;
  g_autofree char *shape = NULL;
  const WeirProblem problem = WEIR_PROBLEM_INPUT_SYNTAX;

  if (g_str_has_suffix (text, "}") &&
      !take_brackets (text, "{", "}", problem, &type, error))
    return FALSE;
  if (!take_brackets (text, "[(", "])", problem, &shape, error) ||
      (type == NULL && !take_brackets (text, "{", "}", problem, &type, error)))
    return FALSE;
  if (type != NULL && (spec->dtype = weir_dtype_parse (type)) == WEIR_DTYPE_UNKNOWN)
    return weir_problem_fail (error, problem,
                              "'%.80s' is not an element type: expected f64, f32, f16, "
                              "i64, i32, u8 or boolean",
                              type);
  return shape == NULL || (spec->shape = parse_shape (shape, error)) != NULL;
}

/* (transfer none) (nullable): what stands behind the arrow in @text, which ends there. */
static char *
split_arrow (char *text)
{
  char *arrow = strstr (text, "->");

  if (arrow == NULL)
    return NULL;
  *arrow = '\0';
  g_strchomp (text);
  return g_strstrip (arrow + 2);
}

static gboolean
parse_input (char *text, WeirInputSpec *spec, GError **error)
{
  const char *value = split_arrow (text);

  if (value != NULL && strstr (value, "->") != NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_INPUT_SYNTAX,
                              "'%.200s': more than one '->'", text);
  if (!parse_brackets (text, spec, error))
    return FALSE;
  split_port (text, &spec->name, &spec->port, &spec->before);
  if (*spec->name == '\0')
    return weir_problem_fail (error, WEIR_PROBLEM_INPUT_SYNTAX,
                              "an input without a name");
  return value == NULL || parse_value (value, spec, error);
}

static WeirInputSpec *
add_input (GPtrArray **inputs)
{
  WeirInputSpec *spec = g_new0 (WeirInputSpec, 1);

  spec->port = -1;
  if (*inputs == NULL)
    *inputs = g_ptr_array_new_with_free_func (weir_input_spec_free);
  g_ptr_array_add (*inputs, spec);
  return spec;
}

gboolean
weir_parse_inputs (const char *text, GPtrArray **inputs, GError **error)
{
  g_autoptr (GPtrArray) items =
      weir_option_split (text, WEIR_PROBLEM_INPUT_SYNTAX, error);

  for (guint i = 0; items != NULL && i < items->len; i++)
    if (!parse_input (items->pdata[i], add_input (inputs), error))
      return FALSE;
  return items != NULL;
}

static WeirInputSpec *
find_input (GPtrArray *inputs, const WeirInputSpec *like)
{
  for (guint i = 0; inputs != NULL && i < inputs->len; i++) {
    WeirInputSpec *spec = inputs->pdata[i];

    if (g_strcmp0 (spec->name, like->name) == 0 && spec->port == like->port &&
        spec->before == like->before)
      return spec;
  }
  return NULL;
}

static gboolean
same_value (const WeirTensor *a, const WeirTensor *b)
{
  gsize count = weir_tensor_count (a);

  if (count != weir_tensor_count (b))
    return FALSE;
  for (gsize i = 0; i < count; i++)
    if (weir_dtype_load (weir_tensor_dtype (a), weir_tensor_data (a), i) !=
        weir_dtype_load (weir_tensor_dtype (b), weir_tensor_data (b), i))
      return FALSE;
  return TRUE;
}

static gboolean
parse_frozen (char *text, GPtrArray **inputs, GError **error)
{
  const char *value = split_arrow (text);
  WeirInputSpec named = { 0 }, *spec;
  WeirTensor *before;
  gboolean good;

  split_port (text, &named.name, &named.port, &named.before);
  if (value == NULL || *named.name == '\0' || strstr (value, "->") != NULL) {
    g_free (named.name);
    return weir_problem_fail (error, WEIR_PROBLEM_INPUT_SYNTAX,
                              "'%.200s': expected name->value", text);
  }
  spec = find_input (*inputs, &named);
  if (spec == NULL) {
    spec = add_input (inputs);
    spec->name = g_steal_pointer (&named.name);
    spec->port = named.port;
    spec->before = named.before;
  }
  g_free (named.name);
  before = g_steal_pointer (&spec->value);
  good = parse_value (value, spec, error);
  if (good && before != NULL && !same_value (before, spec->value))
    good = weir_problem_fail (error, WEIR_PROBLEM_FREEZE_TWICE,
                              "input '%s' has another value already, found '%.80s'",
                              spec->name, value);
  weir_tensor_unref (before);
  return good;
}

gboolean
weir_parse_frozen (const char *text, GPtrArray **inputs, GError **error)
{
  g_autoptr (GPtrArray) items =
      weir_option_split (text, WEIR_PROBLEM_INPUT_SYNTAX, error);

  for (guint i = 0; items != NULL && i < items->len; i++)
    if (!parse_frozen (items->pdata[i], inputs, error))
      return FALSE;
  return items != NULL;
}

gboolean
weir_parse_outputs (const char *text, GPtrArray **outputs, GError **error)
{
  g_autoptr (GPtrArray) items =
      weir_option_split (text, WEIR_PROBLEM_INPUT_SYNTAX, error);

  *outputs = g_ptr_array_new_with_free_func (weir_output_spec_free);
  for (guint i = 0; items != NULL && i < items->len; i++) {
    WeirOutputSpec *spec = g_new0 (WeirOutputSpec, 1);

    g_ptr_array_add (*outputs, spec);
    split_port (items->pdata[i], &spec->name, &spec->port, &spec->before);
    if (*spec->name == '\0')
      return weir_problem_fail (error, WEIR_PROBLEM_INPUT_SYNTAX,
                                "an output without a name");
  }
  return items != NULL;
}

static gboolean
parse_shape_item (char *text, WeirInputSpec *spec, GError **error)
{
  g_autofree char *inner = NULL;

  if (spec->shape != NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_SHAPE_TWICE,
                              "input '%s' has its shape twice", spec->name);
  if (!take_brackets (text, "[(", "])", WEIR_PROBLEM_SHAPE_SYNTAX, &inner, error))
    return FALSE;
  if (inner == NULL || *text != '\0')
    return weir_problem_fail (error, WEIR_PROBLEM_SHAPE_SYNTAX,
                              "'%.200s' is not a shape: expected [1,3,224,224]", text);
  spec->shape = parse_shape (inner, error);
  return spec->shape != NULL;
}

gboolean
weir_parse_shapes (const char *text, GPtrArray **inputs, GError **error)
{
  g_autoptr (GPtrArray) items =
      weir_option_split (text, WEIR_PROBLEM_SHAPE_SYNTAX, error);
  gboolean named = *inputs != NULL;

  if (items == NULL)
    return FALSE;
  if (named && (*inputs)->len != items->len)
    return weir_problem_fail (error, WEIR_PROBLEM_SHAPE_COUNT,
                              "expected a shape for each of the %u inputs of --input, "
                              "found %u",
                              (*inputs)->len, items->len);
  for (guint i = 0; i < items->len; i++) {
    WeirInputSpec *spec = named ? (*inputs)->pdata[i] : add_input (inputs);

    if (!parse_shape_item (items->pdata[i], spec, error))
      return FALSE;
    if (spec->value != NULL &&
        strspn (spec->shape, "0123456789,") != strlen (spec->shape))
      return fail_fill (spec, (guint) weir_tensor_count (spec->value), error);
  }
  return TRUE;
}

static gboolean
parse_channels (char *text, WeirChannelSpec *spec, GError **error)
{
  const WeirProblem problem = WEIR_PROBLEM_CHANNELS_SYNTAX;
  g_auto (Numbers) numbers = { 0 };
  g_autofree char *inner = NULL;

  if (!take_brackets (text, "[(", "])", problem, &inner, error))
    return FALSE;
  if (inner == NULL)
    return weir_problem_fail (error, problem, "'%.200s': expected NAME[a,b,c] or [a,b,c]",
                              text);
  if (!read_numbers (inner, problem, &numbers, error))
    return FALSE;
  if (numbers.values->len == 0 || numbers.logical)
    return weir_problem_fail (error, problem, "'%.200s': expected numbers, found [%.80s]",
                              text, inner);
  spec->name = *text != '\0' ? g_strdup (text) : NULL;
  spec->n = numbers.values->len;
  spec->values = g_memdup2 (numbers.values->data, spec->n * sizeof (double));
  return TRUE;
}

gboolean
weir_parse_channels (const char *text, GPtrArray **specs, GError **error)
{
  g_autoptr (GPtrArray) items =
      weir_option_split (text, WEIR_PROBLEM_CHANNELS_SYNTAX, error);
  const WeirChannelSpec *first;

  *specs = g_ptr_array_new_with_free_func (weir_channel_spec_free);
  for (guint i = 0; items != NULL && i < items->len; i++) {
    WeirChannelSpec *spec = g_new0 (WeirChannelSpec, 1);

    g_ptr_array_add (*specs, spec);
    first = (*specs)->pdata[0];
    if (!parse_channels (items->pdata[i], spec, error))
      return FALSE;
    if ((spec->name == NULL) != (first->name == NULL))
      return weir_problem_fail (error, WEIR_PROBLEM_CHANNELS_SYNTAX,
                                "'%.200s': all values need a name, or none", text);
  }
  return items != NULL;
}
