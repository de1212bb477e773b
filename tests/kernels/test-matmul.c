#include "compare.h"
#include "graphs.h"
#include "harness.h"
#include "ir/infer.h"

/* Products of matrices of every instruction set against the reference evaluators. */

typedef struct {
  gint64 batch, m, k, n;
  gboolean transpose_a, transpose_b;
  gboolean constant, shared; /* the right matrix: the same for all of the batch */
  guint threads;
} Case;

static const Case cases[] = {
  { 1, 1, 64, 100, FALSE, FALSE, TRUE, TRUE, 1 },
  { 1, 40, 30, 65, FALSE, TRUE, TRUE, TRUE, 2 },
  { 2, 13, 7, 33, FALSE, FALSE, FALSE, FALSE, 2 },
  { 3, 5, 9, 16, FALSE, TRUE, FALSE, FALSE, 1 },
  { 1, 40, 30, 65, TRUE, FALSE, TRUE, TRUE, 3 },
  { 1, 6, 11, 5, TRUE, TRUE, FALSE, TRUE, 1 },
  { 4, 25, 8, 40, TRUE, FALSE, TRUE, TRUE, 2 },
  { 2, 14, 3, 70, TRUE, TRUE, FALSE, FALSE, 2 },
};

static WeirTensor *
matrices (gint64 batch, gint64 rows, gint64 columns, gboolean transposed, guint seed)
{
  WeirShape shape = WEIR_SHAPE (batch, rows, columns);

  if (transposed)
    shape = WEIR_SHAPE (batch, columns, rows);
  return random_f32 (&shape, seed);
}

static void
check (const Case *c, WeirIsa isa)
{
  WeirTensor *inputs[2] = { matrices (c->batch, c->m, c->k, c->transpose_a, 1),
                            matrices (c->shared ? 1 : c->batch, c->k, c->n,
                                      c->transpose_b, 2) };
  WeirBuilder builder = WEIR_BUILDER (weir_graph_new ());
  WeirNode *node =
      begin_op_constants (&builder, "MatMul", inputs, 2, c->constant ? 1 : 2, 1);
  KernelCase kernel = {
    .graph = builder.graph, .node = node, .inputs = inputs, .threads = c->threads
  };
  GError *error = NULL;

  weir_node_set_bool (node, "transpose_a", c->transpose_a);
  weir_node_set_bool (node, "transpose_b", c->transpose_b);
  weir_node_infer (builder.graph, node, &error);
  g_assert_no_error (error);
  for (guint at_end = 0; at_end < 2; at_end++) {
    g_autoptr (WeirTensor) expected = kernel_expect (&kernel, 0);
    g_autoptr (WeirTensor) found = NULL;

    kernel.at_end = (gboolean) at_end;
    found = kernel_run (kernel_find (isa, "matmul", "MatMul"), &kernel, 0);
    g_assert_nonnull (found);
    assert_close (found, expected, 1e-5);
  }
  weir_tensor_unref (inputs[0]);
  weir_tensor_unref (inputs[1]);
  weir_graph_free (builder.graph);
}

static void
test_cases (gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("case %u", i);
    check (&cases[i], (WeirIsa) GPOINTER_TO_UINT (data));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint isa = 0; isa <= weir_features ()->isa; isa++) {
    g_autofree char *name = g_strdup_printf ("/kernels/matmul/%s", weir_isa_name (isa));

    g_test_add_data_func (name, GUINT_TO_POINTER (isa), test_cases);
  }
  return g_test_run ();
}
