#include "extensions/mapping.h"
#include "frontends/extension-ops.h"
#include "fuzz.h"
#include "ir/verify.h"

/* A mapping of operations, and what it makes of a node whose attributes are texts. */

static gboolean
find_attr (const WeirForeignNode *node, const char *name, WeirAttrType wanted,
           WeirAttrType *found, WeirAttr *value)
{
  (void) node;
  return weir_extension_op_text (*name == 'a'   ? "2"
                                 : *name == 'b' ? "1, 0"
                                                : NULL,
                                 wanted, found, value);
}

static void
build (const Mapping *mapping)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  const WeirShape shape = WEIR_SHAPE (2, 3);
  WeirPort inputs[2], outputs[2] = { WEIR_PORT_NONE, WEIR_PORT_NONE };
  WeirForeignNode node = { .framework = "fuzz",
                           .domain = "",
                           .op = "Op",
                           .name = "y",
                           .inputs = inputs,
                           .n_inputs = G_N_ELEMENTS (inputs),
                           .outputs = outputs,
                           .n_outputs = G_N_ELEMENTS (outputs),
                           .find = find_attr };

  for (guint i = 0; i < G_N_ELEMENTS (inputs); i++)
    inputs[i] = weir_build_parameter (&builder, "x", WEIR_DTYPE_F32, &shape);
  mapping_build (&mapping->translation, &node, &builder);
  for (guint i = 0; builder.error == NULL && i < G_N_ELEMENTS (outputs); i++)
    if (!weir_port_is_none (outputs[i]))
      weir_build_result (&builder, "y", outputs[i]);
  if (builder.error == NULL)
    weir_graph_verify (graph, NULL);
  g_clear_error (&builder.error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (WeirSource) source = weir_source_new (bytes, "fuzz.json");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) mappings = mapping_read (source, &error);

  for (guint i = 0; mappings != NULL && i < mappings->len; i++)
    build (mappings->pdata[i]);
  return 0;
}
