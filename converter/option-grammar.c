#include "option-grammar.h"

#include "base/error.h"

#include <errno.h>
#include <string.h>

#define MAX_ITEMS 4096

void
weir_input_spec_free (gpointer data)
{
  WeirInputSpec *spec = data;

  g_free (spec->name);
  g_free (spec->shape);
  weir_tensor_unref (spec->value);
  g_free (spec);
}

void
weir_output_spec_free (gpointer data)
{
  WeirOutputSpec *spec = data;

  g_free (spec->name);
  g_free (spec);
}

void
weir_channel_spec_free (gpointer data)
{
  WeirChannelSpec *spec = data;

  g_free (spec->name);
  g_free (spec->values);
  g_free (spec);
}

void
weir_layout_spec_free (gpointer data)
{
  WeirLayoutSpec *spec = data;

  g_free (spec->name);
  g_free (spec->source);
  g_free (spec->target);
  g_free (spec);
}

/* Splits at commas outside of all brackets. */
static GPtrArray *
split_items (const char *text, GError **error)
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
      weir_fail (error, WEIR_ERROR_ARGUMENT, "brackets do not match in '%.200s'", text);
      return NULL;
    }
    if (*p != '\0' && (*p != ',' || depth > 0))
      continue;
    g_ptr_array_add (items, g_strstrip (g_strndup (start, (gsize) (p - start))));
    start = p + 1;
    if (*p == '\0')
      break;
    if (items->len > MAX_ITEMS) {
      weir_fail (error, WEIR_ERROR_ARGUMENT, "more than %d items", MAX_ITEMS);
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

/* "0:node" is before, "node:0" after; "node" neither. */
static void
split_port (const char *text, char **name, int *port, gboolean *before)
{
  const char *first = strchr (text, ':'), *last = strrchr (text, ':');
  g_autofree char *head = first != NULL ? g_strndup (text, (gsize) (first - text)) : NULL;

  *port = -1;
  *before = FALSE;
  if (head != NULL && is_number (head) && first[1] != '\0') {
    *port = (int) g_ascii_strtoll (head, NULL, 10);
    *before = TRUE;
    *name = g_strdup (first + 1);
  } else if (last != NULL && is_number (last + 1)) {
    *port = (int) g_ascii_strtoll (last + 1, NULL, 10);
    *name = g_strndup (text, (gsize) (last - text));
  } else {
    *name = g_strdup (text);
  }
}

static gboolean
is_dim (const char *text)
{
  const char *dots = strstr (text, "..");

  if (strcmp (text, "?") == 0 || strcmp (text, "-1") == 0 || is_number (text))
    return TRUE;
  if (dots == NULL || strcmp (text, "..") == 0)
    return FALSE;
  return strspn (text, "0123456789") == (gsize) (dots - text) &&
         (dots[2] == '\0' || is_number (dots + 2));
}

/* "1,3 224" between brackets into the IR's spelling "1,3,224". */
static char *
parse_shape (const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit_set (text, ", \t", -1);
  GString *shape = g_string_new (NULL);

  for (guint i = 0; parts[i] != NULL; i++) {
    if (*parts[i] == '\0')
      continue;
    if (!is_dim (parts[i])) {
      weir_fail (error, WEIR_ERROR_ARGUMENT,
                 "'%.80s' is not a dimension: expected a number, -1, ?, a..b, a.. or ..b",
                 parts[i]);
      g_string_free (shape, TRUE);
      return NULL;
    }
    g_string_append_printf (shape, "%s%s", shape->len > 0 ? "," : "",
                            strcmp (parts[i], "-1") == 0 ? "?" : parts[i]);
  }
  return g_string_free (shape, FALSE);
}

/* Takes "[...]" or "(...)" from the end of @text; @inner is NULL where there is none. */
static gboolean
take_brackets (char *text, const char *open, const char *close, char **inner,
               GError **error)
{
  gsize length = strlen (text), start = strcspn (text, open);

  *inner = NULL;
  if (start == length)
    return TRUE;
  if (strchr (close, text[length - 1]) == NULL ||
      strcspn (text + start + 1, open) != strlen (text + start + 1))
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "'%.200s': expected one %c...%c at the end", text, *open, *close);
  text[length - 1] = '\0';
  *inner = g_strstrip (g_strdup (text + start + 1));
  text[start] = '\0';
  g_strchomp (text);
  return TRUE;
}

static gboolean
read_numbers (const char *text, GArray *values, gboolean *fraction, gboolean *logical,
              GError **error)
{
  g_auto (GStrv) parts = g_strsplit_set (text, ", \t[]", -1);

  for (guint i = 0; parts[i] != NULL; i++) {
    char *end;
    double value;

    if (*parts[i] == '\0')
      continue;
    if (g_ascii_strcasecmp (parts[i], "true") == 0 ||
        g_ascii_strcasecmp (parts[i], "false") == 0) {
      value = g_ascii_strcasecmp (parts[i], "true") == 0;
      *logical = TRUE;
      g_array_append_val (values, value);
      continue;
    }
    value = g_ascii_strtod (parts[i], &end);
    if (*end != '\0')
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "'%.80s' is not a number", parts[i]);
    *fraction = *fraction || strpbrk (parts[i], ".eE") != NULL;
    g_array_append_val (values, value);
  }
  return TRUE;
}

/* The value behind "->", in the type that was given, else the one that it looks like. */
static gboolean
parse_value (const char *text, WeirInputSpec *spec, GError **error)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));
  gboolean fraction = FALSE, logical = FALSE;
  WeirShape shape = WEIR_SHAPE_SCALAR;
  WeirDtype dtype = spec->dtype;

  if (!read_numbers (text, values, &fraction, &logical, error))
    return FALSE;
  if (*text == '[')
    shape = WEIR_SHAPE (values->len);
  if (spec->shape != NULL && !weir_shape_parse (spec->shape, &shape, error))
    return FALSE;
  if (!weir_shape_is_static (&shape) || weir_shape_elements (&shape) != values->len)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "input '%s': %u values do not fit the shape [%s]", spec->name,
                      values->len, spec->shape != NULL ? spec->shape : "");
  if (dtype == WEIR_DTYPE_UNKNOWN)
    dtype = logical ? WEIR_DTYPE_BOOL : fraction ? WEIR_DTYPE_F32 : WEIR_DTYPE_I64;
  spec->value = weir_tensor_new (dtype, &shape, error);
  if (spec->value == NULL)
    return FALSE;
  for (guint i = 0; i < values->len; i++)
    weir_dtype_store (dtype, weir_tensor_writable (spec->value), i,
                      g_array_index (values, double, i));
  return TRUE;
}

static gboolean
parse_input (char *text, WeirInputSpec *spec, GError **error)
{
  char *arrow = strstr (text, "->");
  g_autofree char *type = NULL;
  g_autofree char *shape = NULL;
  const char *value = NULL;

  if (arrow != NULL) {
    value = g_strstrip (arrow + 2);
    *arrow = '\0';
    g_strchomp (text);
    if (strstr (value, "->") != NULL)
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "'%.200s': more than one '->'", text);
  }
  if (!take_brackets (text, "{", "}", &type, error) ||
      !take_brackets (text, "[(", "])", &shape, error))
    return FALSE;
  if (type != NULL && (spec->dtype = weir_dtype_parse (type)) == WEIR_DTYPE_UNKNOWN)
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "'%.80s' is not an element type", type);
  if (shape != NULL && (spec->shape = parse_shape (shape, error)) == NULL)
    return FALSE;
  split_port (text, &spec->name, &spec->port, &spec->before);
  if (*spec->name == '\0')
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "an input without a name");
  return value == NULL || parse_value (value, spec, error);
}

gboolean
weir_parse_inputs (const char *text, GPtrArray **inputs, GError **error)
{
  g_autoptr (GPtrArray) items = split_items (text, error);

  *inputs = g_ptr_array_new_with_free_func (weir_input_spec_free);
  for (guint i = 0; items != NULL && i < items->len; i++) {
    WeirInputSpec *spec = g_new0 (WeirInputSpec, 1);

    spec->port = -1;
    g_ptr_array_add (*inputs, spec);
    if (!parse_input (items->pdata[i], spec, error))
      return FALSE;
  }
  return items != NULL;
}

gboolean
weir_parse_outputs (const char *text, GPtrArray **outputs, GError **error)
{
  g_autoptr (GPtrArray) items = split_items (text, error);

  *outputs = g_ptr_array_new_with_free_func (weir_output_spec_free);
  for (guint i = 0; items != NULL && i < items->len; i++) {
    WeirOutputSpec *spec = g_new0 (WeirOutputSpec, 1);

    g_ptr_array_add (*outputs, spec);
    split_port (items->pdata[i], &spec->name, &spec->port, &spec->before);
    if (*spec->name == '\0')
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "an output without a name");
  }
  return items != NULL;
}

gboolean
weir_parse_shapes (const char *text, GPtrArray **inputs, GError **error)
{
  g_autoptr (GPtrArray) items = split_items (text, error);
  gboolean named = *inputs != NULL;

  if (items == NULL)
    return FALSE;
  if (named && (*inputs)->len != items->len)
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "%u shapes for %u inputs", items->len,
                      (*inputs)->len);
  if (!named)
    *inputs = g_ptr_array_new_with_free_func (weir_input_spec_free);
  for (guint i = 0; i < items->len; i++) {
    WeirInputSpec *spec = named ? (*inputs)->pdata[i] : g_new0 (WeirInputSpec, 1);
    g_autofree char *inner = NULL;

    if (!named) {
      spec->port = -1;
      g_ptr_array_add (*inputs, spec);
    }
    if (spec->shape != NULL)
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "input '%s' has its shape twice",
                        spec->name);
    if (!take_brackets (items->pdata[i], "[(", "])", &inner, error))
      return FALSE;
    if (inner == NULL || *(char *) items->pdata[i] != '\0')
      return weir_fail (error, WEIR_ERROR_ARGUMENT,
                        "'%.200s' is not a shape: expected [1,3,224,224]", text);
    spec->shape = parse_shape (inner, error);
    if (spec->shape == NULL)
      return FALSE;
  }
  return TRUE;
}

gboolean
weir_parse_channels (const char *text, GPtrArray **specs, GError **error)
{
  g_autoptr (GPtrArray) items = split_items (text, error);

  *specs = g_ptr_array_new_with_free_func (weir_channel_spec_free);
  for (guint i = 0; items != NULL && i < items->len; i++) {
    g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));
    WeirChannelSpec *spec = g_new0 (WeirChannelSpec, 1);
    gboolean fraction = FALSE, logical = FALSE;
    g_autofree char *inner = NULL;
    char *item = items->pdata[i];

    g_ptr_array_add (*specs, spec);
    if (!take_brackets (item, "[(", "])", &inner, error) ||
        (inner != NULL && !read_numbers (inner, values, &fraction, &logical, error)))
      return FALSE;
    if (values->len == 0)
      return weir_fail (error, WEIR_ERROR_ARGUMENT,
                        "'%.200s': expected NAME[a,b,c] or [a,b,c]", text);
    spec->name = *item != '\0' ? g_strdup (item) : NULL;
    spec->n = values->len;
    spec->values = g_memdup2 (values->data, values->len * sizeof (double));
    if ((spec->name == NULL) != (((WeirChannelSpec *) (*specs)->pdata[0])->name == NULL))
      return weir_fail (error, WEIR_ERROR_ARGUMENT,
                        "'%.200s': all values need a name, or none", text);
  }
  return items != NULL;
}

static void
split_arrow (const char *text, WeirLayoutSpec *spec)
{
  const char *arrow = strstr (text, "->");

  if (arrow == NULL) {
    spec->source = g_strstrip (g_strdup (text));
    return;
  }
  spec->source = g_strstrip (g_strndup (text, (gsize) (arrow - text)));
  spec->target = g_strstrip (g_strdup (arrow + 2));
}

gboolean
weir_parse_layouts (const char *text, GPtrArray **layouts, GError **error)
{
  g_autoptr (GPtrArray) items = split_items (text, error);

  if (*layouts == NULL)
    *layouts = g_ptr_array_new_with_free_func (weir_layout_spec_free);
  for (guint i = 0; items != NULL && i < items->len; i++) {
    WeirLayoutSpec *spec = g_new0 (WeirLayoutSpec, 1);
    g_autofree char *inner = NULL;

    g_ptr_array_add (*layouts, spec);
    if (!take_brackets (items->pdata[i], "(", ")", &inner, error))
      return FALSE;
    if (inner != NULL && *(char *) items->pdata[i] != '\0')
      spec->name = g_strdup (items->pdata[i]);
    split_arrow (inner != NULL ? inner : items->pdata[i], spec);
    if (*spec->source == '\0' || (spec->target != NULL && *spec->target == '\0'))
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "'%.200s' is not a layout", text);
  }
  return items != NULL;
}

gboolean
weir_parse_layout_side (const char *text, gboolean target, GPtrArray **layouts,
                        GError **error)
{
  guint first = *layouts != NULL ? (*layouts)->len : 0;

  if (!weir_parse_layouts (text, layouts, error))
    return FALSE;
  for (guint i = first; i < (*layouts)->len; i++) {
    WeirLayoutSpec *spec = (*layouts)->pdata[i];

    if (spec->target != NULL)
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "'%.200s': '->' is for --layout",
                        text);
    if (target) {
      spec->target = spec->source;
      spec->source = NULL;
    }
  }
  return TRUE;
}
