#include "ir/registry.h"
#include "load.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Input: a configuration of sub-graphs, after a '+' one that is to be written down first,
 * a byte of 0, and a graph of TensorFlow as text. An extension replaces what has the id
 * "Own": by the sum of the inputs, or by the first node's value, if there are none. */

static char *path; /* of the configuration: an option names a file */

static void
build (const WeirTranslation *translation, const WeirForeignNode *node,
       WeirBuilder *builder)
{
  WeirPort sum = node->n_inputs > 0 ? node->inputs[0] : WEIR_PORT_NONE;
  const char *op;

  (void) translation;
  for (guint i = 1; i < node->n_inputs; i++)
    sum = weir_build2 (builder, "Add", node->name, sum, node->inputs[i]);
  if (node->n_inputs == 0 && node->graph->n_nodes > 0)
    node->graph->value (node, node->graph->node (node, 0, &op), &sum, &builder->error);
  for (guint i = 0; i < node->n_outputs; i++)
    node->outputs[i] = sum;
}

static void
remove_file (void)
{
  g_unlink (path);
}

static void
prepare (void)
{
  static const WeirTranslation own = {
    .framework = "tensorflow", .domain = "subgraph", .op = "Own", .build = build
  };
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  path = g_strdup_printf ("%s/weir-fuzz-%d.json", g_get_tmp_dir (), (int) getpid ());
  g_ptr_array_add (all, (gpointer) &own);
  if (!weir_registry_add ("fuzz", none, all, NULL))
    g_error ("the translation is refused");
  atexit (remove_file);
}

static void
load (WeirSource *graph, gboolean update)
{
  g_autoptr (GHashTable) options = g_hash_table_new (g_str_hash, g_str_equal);
  const WeirFrontendInput input = { .source = graph, .options = options };

  g_hash_table_insert (options,
                       (char *) (update ? "tensorflow_custom_operations_config_update"
                                        : "transformations_config"),
                       path);
  fuzz_load_input (&weir_frontend_tensorflow, &input);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  gboolean update = size > 0 && *data == '+';
  const uint8_t *zero = size > 0 ? memchr (data, 0, size) : NULL;
  size_t length = zero != NULL ? (size_t) (zero - data) : size;
  size_t rest = zero != NULL ? size - length - 1 : 0;
  g_autoptr (WeirSource) graph = fuzz_source (data + (size - rest), rest, "fuzz.pbtxt");

  if (path == NULL)
    prepare ();
  if (!g_file_set_contents_full (path, (const char *) data + update,
                                 (gssize) (length - update), G_FILE_SET_CONTENTS_NONE,
                                 0600, NULL))
    return 0;
  if (update)
    load (graph, TRUE);
  load (graph, FALSE);
  return 0;
}
