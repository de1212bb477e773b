#include "base/checked.h"
#include "ir/infer.h"
#include "read.h"

#include <string.h>

/* An IR from its two files. */

static void
skip_space (WeirBytes *bytes)
{
  while (bytes->pos < bytes->size && g_ascii_isspace (bytes->data[bytes->pos]))
    bytes->pos++;
}

gboolean
weir_ir_probe (const WeirBytes *bytes)
{
  WeirBytes at = WEIR_BYTES (bytes->data, bytes->size);

  if (weir_bytes_begins (&at, "\xEF\xBB\xBF"))
    weir_bytes_skip (&at, 3);
  for (;;) {
    skip_space (&at);
    if (weir_bytes_begins (&at, "<?")) {
      if (!weir_bytes_skip_behind (&at, "?>"))
        return FALSE;
    } else if (weir_bytes_begins (&at, "<!--")) {
      if (!weir_bytes_skip_behind (&at, "-->"))
        return FALSE;
    } else {
      break;
    }
  }
  if (weir_bytes_begins (&at, "<!DOCTYPE"))
    return TRUE;
  return weir_bytes_left (&at) > 4 && weir_bytes_begins (&at, "<net") &&
         (g_ascii_isspace (at.data[at.pos + 4]) || at.data[at.pos + 4] == '>');
}

static gboolean
read_version (const WeirXmlNode *net, guint *version, GError **error)
{
  const char *text = weir_xml_attr (net, "version");
  guint64 number;

  if (!weir_xml_is (net, "net"))
    return weir_xml_fail (net, error, WEIR_ERROR_FORMAT, "expected <net>, found <%.80s>",
                          weir_xml_name (net));
  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 10, 11, &number, NULL))
    return weir_xml_fail (net, error, WEIR_ERROR_UNSUPPORTED,
                          "expected IR version 10 or 11, found '%.80s'",
                          text != NULL ? text : "");
  *version = (guint) number;
  return TRUE;
}

/* Where a node's inference fails, the error says on which line its layer is. */
static gboolean
infer_layers (WeirGraph *graph, const WeirXmlNode *net, GError **error)
{
  g_autoptr (GArray) order = weir_graph_order (graph, error);
  g_autofree guint *lines = g_new0 (guint, weir_graph_size (graph) + 1);
  const WeirXmlNode *layer = weir_xml_child (weir_xml_child (net, "layers"), "layer");

  if (order == NULL)
    return FALSE;
  for (guint i = 0; layer != NULL; layer = weir_xml_next (layer, "layer"))
    lines[i++] = weir_xml_line (layer);
  for (guint i = 0; i < order->len; i++) {
    WeirNodeId id = g_array_index (order, WeirNodeId, i);

    if (weir_node_infer (graph, weir_graph_node (graph, id), error))
      continue;
    g_prefix_error (error, "line %u: ", lines[id]);
    return FALSE;
  }
  return TRUE;
}

static WeirModel *
read_net (IrReader *reader, const WeirXmlNode *net, GError **error)
{
  const char *name = weir_xml_attr (net, "name");
  g_autoptr (WeirModel) model = NULL;
  WeirGraph *graph;

  if (!read_version (net, &reader->version, error) || !ir_check_types (net, error) ||
      (graph = ir_read_graph (reader, net, 0, error)) == NULL)
    return NULL;
  model = weir_model_new (graph, name != NULL ? name : "", "ir");
  if (!infer_layers (graph, net, error) || !ir_check_ports (graph, net, error) ||
      !ir_read_info (model, net, error))
    return NULL;
  return g_steal_pointer (&model);
}

/* Both files are in memory already: they count, too. */
static void
budget_init (IrReader *reader, gsize xml_size)
{
  gsize bin_size =
      reader->bin != NULL ? g_bytes_get_size (weir_source_gbytes (reader->bin)) : 0;
  gsize total;

  if (!weir_add_size (xml_size, bin_size, &total))
    total = G_MAXSIZE;
  weir_budget_init (&reader->budget, total);
  weir_budget_take (&reader->budget, total, "the files", NULL);
}

WeirModel *
weir_ir_read_sources (WeirSource *xml, WeirSource *bin, GError **error)
{
  WeirBytes text = weir_source_bytes (xml);
  IrReader reader = { .bin = bin };
  g_autoptr (WeirXml) document = NULL;
  WeirModel *model = NULL;

  budget_init (&reader, text.size);
  document = weir_xml_parse (&text, &reader.budget, error);
  if (document != NULL)
    model = read_net (&reader, weir_xml_root (document), error);
  if (model == NULL)
    g_prefix_error (error, "%s: ", weir_source_name (xml));
  return model;
}

static char *
bin_beside (const char *xml_path)
{
  gsize size = strlen (xml_path);

  if (size > 4 && g_ascii_strcasecmp (xml_path + size - 4, ".xml") == 0)
    size -= 4;
  return g_strdup_printf ("%.*s.bin", (int) size, xml_path);
}

WeirModel *
weir_ir_read (const char *xml_path, GError **error)
{
  g_autofree char *bin_path = bin_beside (xml_path);
  g_autoptr (WeirSource) xml = weir_source_open (xml_path, error);
  g_autoptr (WeirSource) bin = NULL;

  if (xml == NULL)
    return NULL;
  /* A network without weights needs no BIN. */
  if (g_file_test (bin_path, G_FILE_TEST_EXISTS)) {
    bin = weir_source_open (bin_path, error);
    if (bin == NULL)
      return NULL;
  }
  return weir_ir_read_sources (xml, bin, error);
}
