#include "read.h"

#include <string.h>

/* Which operation, of which operation set, a layer is. */

/* Model Optimizer wrote these into opset1, although they came with opset2. */
static const char *const written_as_opset1[] = { "MVN", "ROIPooling", "ReorgYolo" };

static gboolean
is_written_as_opset1 (const WeirOp *op)
{
  for (guint i = 0; i < G_N_ELEMENTS (written_as_opset1); i++)
    if (g_ascii_strcasecmp (op->name, written_as_opset1[i]) == 0)
      return TRUE;
  return FALSE;
}

/* `opsetN` to N. Operations of later sets were first written as "experimental" or
 * "extension": 0 stands for these. */
static gboolean
parse_opset (const char *text, guint64 *opset)
{
  *opset = 0;
  if (g_str_has_prefix (text, "opset"))
    return g_ascii_string_to_unsigned (text + strlen ("opset"), 10, 1, 255, opset, NULL);
  return strcmp (text, "experimental") == 0 || strcmp (text, "extension") == 0;
}

/* Operations of extensions have one version, called as the extension likes. */
static gboolean
check_extension (const WeirOp *op, const char *text, guint *version, GError **error)
{
  *version = op->versions[0];
  return g_strcmp0 (text, op->extension->version) == 0 ||
         weir_fail (error, WEIR_ERROR_FORMAT, "%s has version '%s' in %s, found '%.80s'",
                    op->name, op->extension->version, op->extension->library,
                    text != NULL ? text : "");
}

const WeirOp *
ir_find_op (const WeirXmlNode *xml, guint *version, GError **error)
{
  const char *type = weir_xml_attr (xml, "type"), *text = weir_xml_attr (xml, "version");
  const WeirOp *op = type != NULL ? weir_op_find (type) : NULL;
  guint64 opset;

  if (op == NULL) {
    weir_fail (error, WEIR_ERROR_UNSUPPORTED, "the operation is not known");
    return NULL;
  }
  if (op->extension != NULL)
    return check_extension (op, text, version, error) ? op : NULL;
  if (text == NULL || !parse_opset (text, &opset)) {
    weir_fail (error, WEIR_ERROR_FORMAT,
               "expected a version like 'opset1', found '%.80s'",
               text != NULL ? text : "");
    return NULL;
  }
  if (opset == 0 || (opset == 1 && is_written_as_opset1 (op)))
    opset = MAX (opset, op->versions[0]);
  if (!weir_op_has_version (op, (guint) opset)) {
    weir_fail (error, WEIR_ERROR_FORMAT, "%s came with opset%u, %s does not have it",
               op->name, op->versions[0], text);
    return NULL;
  }
  for (guint i = 0; i < WEIR_MAX_VERSIONS && op->versions[i] != 0; i++)
    if (op->versions[i] <= opset)
      *version = op->versions[i];
  return op;
}

/* One kind of layer that is not known: where it is first, and how often. */
typedef struct {
  const WeirXmlNode *first;
  guint count;
} Unknown;

static void
collect_unknown (const WeirXmlNode *net, guint depth, GHashTable *types, GPtrArray *found)
{
  static const char *const bodies[] = { "body", "then_body", "else_body" };
  const WeirXmlNode *layer = weir_xml_child (net, "layers");

  layer = layer != NULL ? weir_xml_child (layer, "layer") : NULL;
  for (; layer != NULL; layer = weir_xml_next (layer, "layer")) {
    const char *type = weir_xml_attr (layer, "type");
    Unknown *unknown;

    for (guint i = 0; depth < WEIR_MAX_BODY_DEPTH && i < G_N_ELEMENTS (bodies); i++) {
      const WeirXmlNode *body = weir_xml_child (layer, bodies[i]);
      if (body != NULL)
        collect_unknown (body, depth + 1, types, found);
    }
    if (type == NULL || weir_op_find (type) != NULL)
      continue;
    unknown = g_hash_table_lookup (types, type);
    if (unknown == NULL) {
      unknown = g_new0 (Unknown, 1);
      unknown->first = layer;
      g_hash_table_insert (types, (char *) type, unknown);
      g_ptr_array_add (found, unknown);
    }
    unknown->count++;
  }
}

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

gboolean
ir_check_types (const WeirXmlNode *net, GError **error)
{
  g_autoptr (GHashTable) types = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) list = g_string_new (NULL);

  collect_unknown (net, 0, types, found);
  for (guint i = 0; i < found->len; i++) {
    const Unknown *unknown = found->pdata[i];
    const WeirXmlNode *xml = unknown->first;

    g_string_append_printf (list, "%s%.80s of %.20s ('%.80s' on line %u",
                            i > 0 ? ", " : "", weir_xml_attr (xml, "type"),
                            or_empty (weir_xml_attr (xml, "version")),
                            or_empty (weir_xml_attr (xml, "name")), weir_xml_line (xml));
    if (unknown->count > 1)
      g_string_append_printf (list, " and %u more", unknown->count - 1);
    g_string_append_c (list, ')');
    if (list->len > WEIR_MAX_NAME && i + 1 < found->len) {
      g_string_append_printf (list, ", and %u more types", found->len - i - 1);
      break;
    }
  }
  return found->len == 0 || weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                                       "layers that are not supported: %s", list->str);
}
