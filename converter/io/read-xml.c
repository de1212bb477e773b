#include "read-xml.h"

#include "base/checked.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <string.h>

/* libxml2 counts in int. */
#define MAX_BYTES ((gsize) 1 << 30)
/* 32 bodies, one in the other, take three elements each. */
#define MAX_DEPTH 128
/* libxml2 compares each attribute of an element with every other. */
#define MAX_ATTRS 1024

typedef struct {
  const char *name;
  const char *value;
} Attr;

struct _WeirXmlNode {
  const char *name;
  const char *text;
  WeirXmlNode *child;
  WeirXmlNode *next;
  Attr *attrs;
  guint32 n_attrs;
  guint32 line;
};

/* Three blocks, as large as the census of the text says. */
struct _WeirXml {
  WeirXmlNode *nodes;
  Attr *attrs;
  char *strings;
};

/* What the text holds at most, counted from its `<` and `=` without parsing it. */
typedef struct {
  gsize nodes;
  gsize attrs;
  gsize strings;
} Census;

typedef struct {
  WeirXml *xml;
  Census room;
  Census used;
  WeirXmlNode *open[MAX_DEPTH];
  WeirXmlNode *last[MAX_DEPTH]; /* the latest child of each open element */
  guint depth;
  GString *text;
  xmlParserCtxt *context;
  GError *error;
} Parse;

static guint
line_at (const WeirBytes *bytes)
{
  guint line = 1;

  for (gsize i = 0; i < bytes->pos; i++)
    line += bytes->data[i] == '\n';
  return line;
}

/* From behind a tag's `<` to its `>`. */
static gboolean
count_tag (WeirBytes *bytes, Census *census, GError **error)
{
  gsize first = census->attrs;
  guint8 quote = 0;

  for (; bytes->pos < bytes->size; bytes->pos++) {
    guint8 c = bytes->data[bytes->pos];

    if (quote != 0) {
      quote = c == quote ? 0 : quote;
      continue;
    }
    if (c == '>' || c == '<')
      break;
    if (c == '"' || c == '\'')
      quote = c;
    census->attrs += c == '=';
    if (census->attrs - first > MAX_ATTRS)
      return weir_fail (error, WEIR_ERROR_LIMIT,
                        "line %u: an element with more than %d attributes",
                        line_at (bytes), MAX_ATTRS);
  }
  return TRUE;
}

static gboolean
census_take (WeirBytes bytes, Census *census, GError **error)
{
  for (;;) {
    weir_bytes_skip_behind (&bytes, "<");
    if (bytes.pos == bytes.size)
      return TRUE;
    if (weir_bytes_begins (&bytes, "!--")) {
      weir_bytes_skip_behind (&bytes, "-->");
    } else if (weir_bytes_begins (&bytes, "![CDATA[")) {
      weir_bytes_skip_behind (&bytes, "]]>");
    } else if (weir_bytes_begins (&bytes, "?")) {
      weir_bytes_skip_behind (&bytes, "?>");
    } else if (weir_bytes_begins (&bytes, "!")) {
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "line %u: a document type declaration is refused",
                        line_at (&bytes));
    } else if (!weir_bytes_begins (&bytes, "/")) {
      census->nodes++;
      if (!count_tag (&bytes, census, error))
        return FALSE;
    }
  }
}

/* The first error counts; what follows is noise. */
static void
parse_error (Parse *parse, WeirError code, const char *message)
{
  if (parse->error == NULL)
    weir_fail (&parse->error, code, "line %u: %s",
               (guint) MAX (xmlSAX2GetLineNumber (parse->context), 0), message);
}

static void
parse_stop (Parse *parse, WeirError code, const char *message)
{
  parse_error (parse, code, message);
  xmlStopParser (parse->context);
}

static char *
keep (Parse *parse, const char *text, gsize size)
{
  char *copy = parse->xml->strings + parse->used.strings;

  if (size >= parse->room.strings - parse->used.strings) {
    parse_stop (parse, WEIR_ERROR_FORMAT, "the text grows while it is read");
    return parse->xml->strings;
  }
  memcpy (copy, text, size);
  parse->used.strings += size + 1;
  return copy;
}

/* Where entities are not replaced, libxml2 hands every & in an attribute over as `&#38;`.
 */
static const char *
keep_value (Parse *parse, const char *text, gsize size)
{
  char *value = keep (parse, text, size), *to = value;

  for (const char *from = value; *from != '\0'; to++) {
    *to = *from;
    from += g_str_has_prefix (from, "&#38;") ? 5 : 1;
  }
  if (to != value)
    *to = '\0';
  return value;
}

/* SAX2 hands an attribute over as five pointers: name, prefix, URI, begin and end of
 * value. */
static void
keep_attrs (Parse *parse, WeirXmlNode *node, guint n, const xmlChar **from)
{
  if (n > parse->room.attrs - parse->used.attrs) {
    parse_stop (parse, WEIR_ERROR_FORMAT, "the attributes grow while they are read");
    return;
  }
  node->attrs = parse->xml->attrs + parse->used.attrs;
  node->n_attrs = n;
  parse->used.attrs += n;
  for (guint i = 0; i < n; i++, from += 5) {
    const char *name = (const char *) from[0], *value = (const char *) from[3];

    node->attrs[i].name = keep (parse, name, strlen (name));
    node->attrs[i].value =
        keep_value (parse, value, (gsize) ((const char *) from[4] - value));
  }
}

static void
append_child (Parse *parse, WeirXmlNode *node)
{
  guint parent = parse->depth - 1;

  if (parse->last[parent] != NULL)
    parse->last[parent]->next = node;
  else
    parse->open[parent]->child = node;
  parse->last[parent] = node;
}

static void
on_start (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
          int n_namespaces, const xmlChar **namespaces, int n_attrs, int n_defaulted,
          const xmlChar **attrs)
{
  Parse *parse = data;
  WeirXmlNode *node;

  (void) prefix, (void) uri, (void) n_namespaces, (void) namespaces, (void) n_defaulted;
  if (parse->depth == MAX_DEPTH || parse->used.nodes == parse->room.nodes) {
    parse_stop (parse, WEIR_ERROR_LIMIT, "elements are nested too deeply");
    return;
  }
  node = parse->xml->nodes + parse->used.nodes++;
  node->line = (guint) MAX (xmlSAX2GetLineNumber (parse->context), 0);
  node->name = keep (parse, (const char *) name, strlen ((const char *) name));
  node->text = "";
  keep_attrs (parse, node, (guint) n_attrs, attrs);
  if (parse->depth > 0)
    append_child (parse, node);
  parse->open[parse->depth] = node;
  parse->last[parse->depth] = NULL;
  parse->depth++;
  g_string_truncate (parse->text, 0);
}

static void
on_end (void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
  Parse *parse = data;
  WeirXmlNode *node;

  (void) name, (void) prefix, (void) uri;
  if (parse->depth == 0)
    return;
  node = parse->open[--parse->depth];
  if (node->child == NULL && parse->text->len > 0)
    node->text = keep (parse, parse->text->str, parse->text->len);
  g_string_truncate (parse->text, 0);
}

static void
on_text (void *data, const xmlChar *text, int size)
{
  Parse *parse = data;

  g_string_append_len (parse->text, (const char *) text, size);
}

static void
on_doctype (void *data, const xmlChar *name, const xmlChar *external,
            const xmlChar *system)
{
  (void) name, (void) external, (void) system;
  parse_stop (data, WEIR_ERROR_FORMAT, "a document type declaration is refused");
}

static void
on_error (void *data, xmlErrorPtr problem)
{
  Parse *parse = data;
  g_autofree char *message = NULL;

  if (problem->level < XML_ERR_ERROR || parse->error != NULL)
    return;
  /* Not stopped from here: the parser still holds pointers to its input. */
  message = g_strdup (problem->message != NULL ? problem->message : "not XML");
  parse_error (parse, WEIR_ERROR_FORMAT, g_strstrip (message));
}

static void
init_libxml (void)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    xmlInitParser ();
    g_once_init_leave (&once, 1);
  }
}

static gboolean
parse_run (Parse *parse, const WeirBytes *bytes, GError **error)
{
  static const xmlSAXHandler handler = {
    .initialized = XML_SAX2_MAGIC,
    .internalSubset = on_doctype,
    .startElementNs = on_start,
    .endElementNs = on_end,
    .characters = on_text,
    .cdataBlock = on_text,
    .serror = (xmlStructuredErrorFunc) on_error,
  };
  gboolean good;

  init_libxml ();
  parse->context =
      xmlCreateMemoryParserCtxt ((const char *) bytes->data, (int) bytes->size);
  if (parse->context == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "not XML");
  *parse->context->sax = handler;
  parse->context->userData = parse;
  xmlCtxtUseOptions (parse->context, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
  parse->text = g_string_new (NULL);
  xmlParseDocument (parse->context);
  good = parse->error == NULL && parse->context->wellFormed && parse->used.nodes > 0;
  xmlFreeDoc (parse->context->myDoc);
  xmlFreeParserCtxt (parse->context);
  g_string_free (parse->text, TRUE);
  if (parse->error != NULL)
    g_propagate_error (error, parse->error);
  else if (!good)
    weir_fail (error, WEIR_ERROR_FORMAT, "not well-formed XML");
  return good;
}

static gboolean
tree_alloc (WeirXml *xml, const Census *census, gsize text, WeirBudget *budget,
            GError **error)
{
  gsize nodes, attrs, sum;

  if (!weir_mul_size (census->nodes, sizeof *xml->nodes, &nodes) ||
      !weir_mul_size (census->attrs, sizeof *xml->attrs, &attrs) ||
      !weir_add_size (nodes, attrs, &sum) || !weir_add_size (sum, 2 * text, &sum) ||
      !weir_budget_take (budget, sum, "the tree of elements", error))
    return FALSE;
  xml->nodes = weir_try_alloc (nodes, error);
  if (xml->nodes != NULL)
    xml->attrs = weir_try_alloc (attrs, error);
  if (xml->attrs != NULL)
    xml->strings = weir_try_alloc (census->strings, error);
  return xml->strings != NULL;
}

static gboolean
check_text (WeirBytes *bytes, GError **error)
{
  const char *end;

  if (weir_bytes_begins (bytes, "\xEF\xBB\xBF"))
    *bytes = WEIR_BYTES (bytes->data + 3, bytes->size - 3);
  if (bytes->size == 0)
    return weir_fail (error, WEIR_ERROR_FORMAT, "expected XML, the file is empty");
  if (bytes->size > MAX_BYTES)
    return weir_fail (error, WEIR_ERROR_LIMIT, "more than %zu bytes of XML", MAX_BYTES);
  if (!g_utf8_validate ((const char *) bytes->data, (gssize) bytes->size, &end)) {
    bytes->pos = (gsize) ((const guint8 *) end - bytes->data);
    return weir_fail (error, WEIR_ERROR_FORMAT, "line %u: the text is not UTF-8",
                      line_at (bytes));
  }
  return TRUE;
}

WeirXml *
weir_xml_parse (const WeirBytes *bytes, WeirBudget *budget, GError **error)
{
  WeirBytes text = WEIR_BYTES (bytes->data, bytes->size);
  g_autoptr (WeirXml) xml = g_new0 (WeirXml, 1);
  Parse parse = { .xml = xml };

  if (!check_text (&text, error) || !census_take (text, &parse.room, error))
    return NULL;
  /* Markup around each string is longer than the byte that ends it here. */
  parse.room.strings = text.size + 1;
  if (!tree_alloc (xml, &parse.room, text.size, budget, error) ||
      !parse_run (&parse, &text, error))
    return NULL;
  return g_steal_pointer (&xml);
}

void
weir_xml_free (WeirXml *xml)
{
  if (xml == NULL)
    return;
  weir_free (xml->nodes);
  weir_free (xml->attrs);
  weir_free (xml->strings);
  g_free (xml);
}

const WeirXmlNode *
weir_xml_root (const WeirXml *xml)
{
  return xml->nodes;
}

const char *
weir_xml_name (const WeirXmlNode *node)
{
  return node->name;
}

gboolean
weir_xml_is (const WeirXmlNode *node, const char *name)
{
  return strcmp (node->name, name) == 0;
}

guint
weir_xml_line (const WeirXmlNode *node)
{
  return node->line;
}

const char *
weir_xml_text (const WeirXmlNode *node)
{
  return node->text;
}

static const WeirXmlNode *
first_called (const WeirXmlNode *node, const char *name)
{
  while (node != NULL && name != NULL && strcmp (node->name, name) != 0)
    node = node->next;
  return node;
}

const WeirXmlNode *
weir_xml_child (const WeirXmlNode *node, const char *name)
{
  return first_called (node->child, name);
}

const WeirXmlNode *
weir_xml_next (const WeirXmlNode *node, const char *name)
{
  return first_called (node->next, name);
}

const char *
weir_xml_attr (const WeirXmlNode *node, const char *name)
{
  for (guint i = 0; i < node->n_attrs; i++)
    if (strcmp (node->attrs[i].name, name) == 0)
      return node->attrs[i].value;
  return NULL;
}

guint
weir_xml_n_attrs (const WeirXmlNode *node)
{
  return node->n_attrs;
}

void
weir_xml_attr_at (const WeirXmlNode *node, guint index, const char **name,
                  const char **value)
{
  *name = node->attrs[index].name;
  *value = node->attrs[index].value;
}

gboolean
weir_xml_fail (const WeirXmlNode *node, GError **error, WeirError code,
               const char *format, ...)
{
  va_list args;
  g_autofree char *message = NULL;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  return weir_fail (error, code, "line %u: %s", node->line, message);
}
