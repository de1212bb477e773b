#include "io/io.h"
#include "ir/evaluate.h"

#include <stdio.h>

/* ir-run IN.xml FOLDER: computes an IR with the reference implementations. The elements
 * of its inputs are in FOLDER/in0, in1, …; those of its outputs go to FOLDER/out0, out1,
 * … */

static WeirTensor *
read_input (const WeirGraph *graph, guint index, const char *folder, GError **error)
{
  const WeirValueInfo *info = &weir_graph_parameter (graph, index)->outputs[0].info;
  g_autofree char *path = g_strdup_printf ("%s/in%u", folder, index);
  g_autoptr (WeirSource) source = weir_source_open (path, error);

  if (source == NULL)
    return NULL;
  return weir_tensor_new_from_bytes (
      info->dtype, &info->shape, weir_source_gbytes (source), 0,
      g_bytes_get_size (weir_source_gbytes (source)), error);
}

static gboolean
write_output (const WeirTensor *tensor, guint index, const char *folder, GError **error)
{
  g_autofree char *path = g_strdup_printf ("%s/out%u", folder, index);

  return g_file_set_contents (path, weir_tensor_data (tensor),
                              (gssize) weir_tensor_size (tensor), error);
}

static gboolean
run (const WeirGraph *graph, const char *folder, GError **error)
{
  guint n_in = weir_graph_n_parameters (graph), n_out = weir_graph_n_results (graph);
  g_autoptr (GPtrArray) inputs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_tensor_unref);
  g_autoptr (WeirState) state = weir_state_new ();
  g_autofree WeirTensor **outputs = g_new0 (WeirTensor *, n_out + 1);
  gboolean good = TRUE;

  for (guint i = 0; good && i < n_in; i++) {
    WeirTensor *input = read_input (graph, i, folder, error);

    good = input != NULL;
    if (good)
      g_ptr_array_add (inputs, input);
  }
  good = good && weir_graph_evaluate (graph, (WeirTensor *const *) inputs->pdata, outputs,
                                      state, error);
  for (guint i = 0; i < n_out; i++) {
    good = good && write_output (outputs[i], i, folder, error);
    weir_tensor_unref (outputs[i]);
  }
  return good;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WeirModel) model = NULL;

  if (argc != 3) {
    fprintf (stderr, "usage: %s IN.xml FOLDER\n", argv[0]);
    return 2;
  }
  model = weir_ir_read (argv[1], &error);
  if (model == NULL || !run (weir_model_graph (model), argv[2], &error)) {
    fprintf (stderr, "%s\n", error->message);
    return 1;
  }
  return 0;
}
