#include "custom-map.h"

#include "base/error.h"
#include "base/limits.h"

#include <string.h>

/* CustomLayersMapping.xml: any root with <CustomLayer NativeType="Foo" hasParam="true"
 * protoParamName="foo_param"/>. */

#define ELEMENT   "CustomLayer"
#define MAX_BYTES ((gsize) 4 << 20)

typedef struct {
  GHashTable *map;
  guint depth;
} Reader;

static void
free_custom (gpointer data)
{
  CfCustom *custom = data;

  g_free (custom->type);
  g_free (custom->param);
  g_free (custom);
}

static const char *
value_of (const char **names, const char **values, const char *name)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], name) == 0)
      return values[i];
  return NULL;
}

static void
fail_at (GMarkupParseContext *context, GError **error, const char *what)
{
  int line, column;

  g_markup_parse_context_get_position (context, &line, &column);
  weir_fail (error, WEIR_ERROR_FORMAT, "line %d, column %d: " ELEMENT ": %s", line,
             column, what);
}

static void
start (GMarkupParseContext *context, const char *element, const char **names,
       const char **values, gpointer data, GError **error)
{
  Reader *r = data;
  const char *type = value_of (names, values, "NativeType");
  const char *has = value_of (names, values, "hasParam");
  const char *param = value_of (names, values, "protoParamName");
  gboolean wants = has != NULL && g_ascii_strcasecmp (has, "true") == 0;
  CfCustom *custom;

  if (++r->depth > WEIR_MAX_DEPTH)
    weir_fail (error, WEIR_ERROR_LIMIT, "nested deeper than %d", WEIR_MAX_DEPTH);
  else if (strcmp (element, ELEMENT) != 0)
    return;
  else if (type == NULL || *type == '\0')
    fail_at (context, error, "there is no NativeType");
  else if (!wants && (has == NULL || g_ascii_strcasecmp (has, "false") != 0))
    fail_at (context, error, "hasParam: expected true or false");
  else if (wants && param == NULL)
    fail_at (context, error, "there is no protoParamName");
  else {
    custom = g_new0 (CfCustom, 1);
    custom->type = g_strdup (type);
    custom->param = wants ? g_strdup (param) : NULL;
    g_hash_table_replace (r->map, custom->type, custom);
  }
}

static void
end (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  (void) context;
  (void) element;
  (void) error;
  ((Reader *) data)->depth--;
}

static const GMarkupParser parser = { .start_element = start, .end_element = end };

static gboolean
parse (Reader *r, WeirSource *source, GError **error)
{
  WeirBytes bytes = weir_source_bytes (source);
  GMarkupParseContext *context;
  GError *local = NULL;
  gboolean good;

  if (bytes.size == 0)
    return weir_fail (error, WEIR_ERROR_FORMAT, "no XML: it is empty");
  if (bytes.size > MAX_BYTES)
    return weir_fail (error, WEIR_ERROR_LIMIT, "larger than %zu bytes", MAX_BYTES);
  context = g_markup_parse_context_new (&parser, 0, r, NULL);
  good = g_markup_parse_context_parse (context, (const char *) bytes.data,
                                       (gssize) bytes.size, &local) &&
         g_markup_parse_context_end_parse (context, &local);
  g_markup_parse_context_free (context);
  if (!good && local->domain != WEIR_ERROR)
    weir_fail (error, WEIR_ERROR_FORMAT, "no XML: %s", local->message);
  else if (!good)
    g_propagate_error (error, g_steal_pointer (&local));
  g_clear_error (&local);
  return good;
}

GHashTable *
cf_custom_map_read (WeirSource *source, GError **error)
{
  Reader r = { .map =
                   g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_custom) };

  if (parse (&r, source, error))
    return r.map;
  g_hash_table_unref (r.map);
  return NULL;
}
