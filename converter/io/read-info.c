#include "read.h"

#include <string.h>

/* What is known of the whole network: `rt_info` of v11, `meta_data` of v10. */

/* Each path is compared with every other. */
#define MAX_INFO 4096

/* The key of an element. A key that is no name in XML stands in an attribute. */
static const char *
key_of (const WeirXmlNode *node)
{
  const char *name = weir_xml_is (node, "info") ? weir_xml_attr (node, "name") : NULL;

  return name != NULL ? name : weir_xml_name (node);
}

static gboolean
add_info (WeirModel *model, const char *path, const WeirXmlNode *node, GError **error)
{
  const char *value = weir_xml_attr (node, "value");

  if (value == NULL && weir_xml_child (node, NULL) != NULL)
    return TRUE;
  if (weir_model_n_info (model) >= MAX_INFO || strlen (path) > WEIR_MAX_NAME)
    return weir_xml_fail (node, error, WEIR_ERROR_LIMIT,
                          "more than %d notes on the network, or too long a name",
                          MAX_INFO);
  weir_model_set_info (model, path, value != NULL ? value : weir_xml_text (node));
  return TRUE;
}

static gboolean
read_notes (WeirModel *model, const char *path, const WeirXmlNode *list, GError **error)
{
  for (const WeirXmlNode *node = weir_xml_child (list, NULL); node != NULL;
       node = weir_xml_next (node, NULL)) {
    const char *key = key_of (node);
    g_autofree char *full = NULL;

    /* v10's name for what v11 calls conversion_parameters; `unset` lists what is not. */
    if (*path == '\0' && strcmp (key, "cli_parameters") == 0)
      key = "conversion_parameters";
    else if (strcmp (key, "unset") == 0)
      continue;
    full = g_strconcat (path, *path != '\0' ? "/" : "", key, NULL);
    if (!add_info (model, full, node, error) || !read_notes (model, full, node, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
ir_read_info (WeirModel *model, const WeirXmlNode *net, GError **error)
{
  static const char *const lists[] = { "meta_data", "rt_info" };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++) {
    const WeirXmlNode *list = weir_xml_child (net, lists[i]);

    if (list != NULL && !read_notes (model, "", list, error))
      return FALSE;
  }
  return TRUE;
}
