#include "extension-ops.h"

#include "base/error.h"
#include "make.h"

const WeirTranslation *
weir_extension_op (const char *framework, const char *domain, const char *op)
{
  return weir_registry_translation (framework, domain, op);
}

gboolean
weir_extension_op_convert (const WeirTranslation *translation,
                           const WeirForeignNode *node, WeirBuilder *builder)
{
  const WeirMake make = { .b = builder, .name = node->name };
  guint first = weir_graph_size (builder->graph);

  if (weir_build_failed (builder))
    return FALSE;
  for (guint i = 0; i < node->n_outputs; i++)
    node->outputs[i] = WEIR_PORT_NONE;
  translation->build (translation, node, builder);
  for (guint i = 0; builder->error == NULL && i < node->n_outputs; i++)
    if (weir_port_is_none (node->outputs[i]))
      weir_build_fail (builder, WEIR_ERROR_UNSUPPORTED,
                       "the extension has not set output %u of %u", i, node->n_outputs);
  if (weir_build_failed (builder))
    return FALSE;
  if (node->n_outputs > 0)
    weir_make_name (&make, first, node->outputs[0]);
  return TRUE;
}

gboolean
weir_extension_op_text (const char *text, WeirAttrType wanted, WeirAttrType *found,
                        WeirAttr *value)
{
  gboolean is_true;

  if (text == NULL)
    return FALSE;
  is_true = g_ascii_strcasecmp (text, "true") == 0;
  if (wanted != WEIR_ATTR_STRING &&
      (is_true || g_ascii_strcasecmp (text, "false") == 0)) {
    *found = WEIR_ATTR_BOOL;
    value->i = is_true;
  } else {
    *found = WEIR_ATTR_STRING;
    value->s = g_strdup (text);
  }
  return TRUE;
}

GPtrArray *
weir_extension_op_names (const char *framework)
{
  g_autoptr (GPtrArray) list = weir_registry_translated (framework);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < list->len; i++) {
    const WeirTranslation *t = list->pdata[i];

    g_ptr_array_add (names,
                     g_strconcat (t->domain, *t->domain != '\0' ? "." : "", t->op, NULL));
  }
  return names;
}
