#include "kaldi.h"

#include <string.h>

/* nnet3 (nnet3/nnet-nnet.cc): lines that say which nodes there are, then the components
 * that they name. */

/* Lines that a network may have. */
#define MAX_LINES 100000

/* The text of key=…, up to the next key; (nullable) (transfer full). */
static char *
value_of (const char *line, const char *key)
{
  g_autofree char *search = g_strconcat (" ", key, "=", NULL);
  const char *begin = strstr (line, search), *end;
  char *value;

  if (begin == NULL)
    return NULL;
  begin += strlen (search);
  end = strchr (begin, '=');
  if (end == NULL)
    return g_strstrip (g_strdup (begin));
  while (end > begin && !g_ascii_isspace (*end))
    end--;
  value = g_strndup (begin, (gsize) (end - begin));
  return g_strstrip (value);
}

static gboolean
whole_of (const char *line, const char *key, gint64 *value, GError **error)
{
  g_autofree char *text = value_of (line, key);

  if (text != NULL && g_ascii_string_to_signed (text, 10, 0, G_MAXINT32, value, NULL))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_FORMAT, "expected %s=NUMBER in '%.120s'", key,
                    line);
}

static gboolean
add_described (KdNet *net, KdNodeKind kind, const char *name, const char *line,
               const char *key, GError **error)
{
  g_autofree char *text = value_of (line, key);
  g_autofree char *component = value_of (line, "component");
  KdNode *node;
  KdTerm *term;

  if (text == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "expected %s=… in '%.120s'", key, line);
  term = kd_term_parse (text, error);
  if (term == NULL) {
    g_prefix_error (error, "node '%s': ", name);
    return FALSE;
  }
  node = kd_net_add (net, kind, name, term);
  if (kind != KD_COMPONENT)
    return kind != KD_RANGE || (whole_of (line, "dim-offset", &node->first, error) &&
                                whole_of (line, "dim", &node->dim, error));
  if (component == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "node '%s' names no component", name);
  node->component_name = g_strdup (component);
  return TRUE;
}

static const struct {
  const char *word;
  KdNodeKind kind;
  const char *input_key;
} lines[] = {
  { "input-node", KD_INPUT, NULL },
  { "component-node", KD_COMPONENT, "input" },
  { "dim-range-node", KD_RANGE, "input-node" },
  { "output-node", KD_OUTPUT, "input" },
};

static gboolean
read_line (KdNet *net, const char *line, GError **error)
{
  g_autofree char *name = value_of (line, "name");

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    if (!g_str_has_prefix (line, lines[i].word))
      continue;
    if (name == NULL)
      return weir_fail (error, WEIR_ERROR_FORMAT, "expected name=… in '%.120s'", line);
    if (lines[i].kind != KD_INPUT)
      return add_described (net, lines[i].kind, name, line, lines[i].input_key, error);
    return whole_of (line, "dim", &kd_net_add (net, KD_INPUT, name, NULL)->dim, error);
  }
  return weir_fail (error, WEIR_ERROR_FORMAT, "expected a node, found '%.120s'", line);
}

static gboolean
read_lines (KdReader *reader, KdNet *net, GError **error)
{
  for (guint i = 0; i < MAX_LINES && !kd_peek (reader, "<NumComponents>"); i++) {
    g_autofree char *line = kd_line (reader, error);

    if (line == NULL)
      return FALSE;
    if (*line != '\0' && !read_line (net, line, error))
      return FALSE;
  }
  return kd_expect (reader, "<NumComponents>", error);
}

static gboolean
read_component (KdReader *reader, KdNet *net, GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *opening = NULL;
  KdComponent *component;

  if (!kd_expect (reader, "<ComponentName>", error) ||
      (name = kd_token (reader, error)) == NULL ||
      (opening = kd_token (reader, error)) == NULL ||
      (component = kd_component_read (reader, opening, name, error)) == NULL)
    return FALSE;
  return g_hash_table_insert (net->components, g_strdup (name), component) ||
         weir_fail (error, WEIR_ERROR_FORMAT, "there are two components '%s'", name);
}

/* Lines name components that come behind them. */
static gboolean
bind_components (KdNet *net, GError **error)
{
  for (guint i = 0; i < net->nodes->len; i++) {
    KdNode *node = net->nodes->pdata[i];

    if (node->component_name == NULL)
      continue;
    node->component = g_hash_table_lookup (net->components, node->component_name);
    if (node->component == NULL)
      return weir_fail (error, WEIR_ERROR_FORMAT, "node '%s': there is no component '%s'",
                        node->name, node->component_name);
  }
  return TRUE;
}

/* nnet3/am-nnet-simple.cc: how far the network looks, and the priors. */
static gboolean
read_trailer (KdReader *reader, KdNet *net, GError **error)
{
  gint64 ignored;

  if (!kd_peek (reader, "<LeftContext>"))
    return TRUE;
  return kd_expect (reader, "<LeftContext>", error) && kd_int (reader, &ignored, error) &&
         kd_expect (reader, "<RightContext>", error) &&
         kd_int (reader, &ignored, error) && kd_expect (reader, "<Priors>", error) &&
         kd_net_read_priors (reader, net, error);
}

gboolean
kd_nnet3_read (KdReader *reader, KdNet *net, GError **error)
{
  gint64 count;

  if (!kd_expect (reader, "<Nnet3>", error) || !read_lines (reader, net, error) ||
      !kd_int (reader, &count, error))
    return FALSE;
  for (gint64 i = 0; i < count; i++)
    if (!read_component (reader, net, error))
      return FALSE;
  return kd_expect (reader, "</Nnet3>", error) && bind_components (net, error) &&
         read_trailer (reader, net, error);
}
