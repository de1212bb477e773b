#include "compare.h"
#include "graphs.h"
#include "harness.h"
#include "ir/infer.h"

#include <math.h>

/* LSTM and GRU of every instruction set against the reference evaluators, which are
 * compared with OpenVINO's in tests/ops. */

typedef struct {
  const char *op, *direction; /* NULL: a cell */
  gint64 batch, steps, input, hidden;
  guint threads;
} Case;

static const Case cases[] = {
  { "LSTMCell", NULL, 1, 1, 257, 128, 1 },
  { "LSTMCell", NULL, 3, 1, 7, 5, 2 },
  { "GRUCell", NULL, 1, 1, 40, 33, 1 },
  { "GRUCell", NULL, 2, 1, 16, 16, 2 },
  { "LSTMSequence", "forward", 1, 1, 257, 128, 2 },
  { "LSTMSequence", "forward", 2, 5, 3, 2, 1 },
  { "LSTMSequence", "reverse", 2, 19, 21, 18, 3 },
  { "LSTMSequence", "bidirectional", 3, 35, 13, 20, 2 },
  { "GRUSequence", "forward", 1, 16, 30, 48, 2 },
  { "GRUSequence", "reverse", 2, 3, 5, 1, 1 },
  { "GRUSequence", "bidirectional", 1, 33, 64, 50, 3 },
};

typedef struct {
  WeirGraph *graph;
  WeirTensor *inputs[7];
  guint n_inputs;
  KernelCase kernel;
} Made;

static WeirTensor *
lengths_of (const Case *c)
{
  WeirShape shape = WEIR_SHAPE (c->batch);
  gint64 values[8];

  for (gint64 i = 0; i < c->batch; i++)
    values[i] = c->steps;
  return ints (&shape, values);
}

/* Weights of such a size that no gate is always open or shut. */
static WeirTensor *
weights_of (const Case *c, gint64 rows, gint64 columns, guint seed)
{
  gboolean both = g_strcmp0 (c->direction, "bidirectional") == 0;
  WeirShape cell = WEIR_SHAPE (rows * c->hidden, columns);
  WeirShape sequence = WEIR_SHAPE (both ? 2 : 1, rows * c->hidden, columns);
  WeirTensor *tensor = random_f32 (c->direction != NULL ? &sequence : &cell, seed);
  float *values = weir_tensor_writable (tensor);

  for (gsize i = 0; i < weir_tensor_count (tensor); i++)
    values[i] *= 2 / sqrtf ((float) columns);
  return tensor;
}

static WeirTensor *
bias_of (const Case *c)
{
  gboolean both = g_strcmp0 (c->direction, "bidirectional") == 0;
  WeirShape cell = WEIR_SHAPE (4 * c->hidden);
  WeirShape sequence = WEIR_SHAPE (both ? 2 : 1, 4 * c->hidden);

  return random_f32 (c->direction != NULL ? &sequence : &cell, 9);
}

static void
add_inputs (Made *made, const Case *c)
{
  gint64 gates = g_str_has_prefix (c->op, "LSTM") ? 4 : 3;
  gint64 directions = g_strcmp0 (c->direction, "bidirectional") == 0 ? 2 : 1;
  WeirShape x = WEIR_SHAPE (c->batch, c->input), h = WEIR_SHAPE (c->batch, c->hidden);

  if (c->direction != NULL) {
    x = WEIR_SHAPE (c->batch, c->steps, c->input);
    h = WEIR_SHAPE (c->batch, directions, c->hidden);
  }
  made->inputs[made->n_inputs++] = random_f32 (&x, 1);
  made->inputs[made->n_inputs++] = random_f32 (&h, 2);
  if (gates == 4)
    made->inputs[made->n_inputs++] = random_f32 (&h, 3);
  if (c->direction != NULL)
    made->inputs[made->n_inputs++] = lengths_of (c);
  made->inputs[made->n_inputs++] = weights_of (c, gates, c->input, 4);
  made->inputs[made->n_inputs++] = weights_of (c, gates, c->hidden, 5);
  made->inputs[made->n_inputs++] = bias_of (c);
}

static void
make (Made *made, const Case *c)
{
  WeirBuilder builder = WEIR_BUILDER (weir_graph_new ());
  gboolean lstm = g_str_has_prefix (c->op, "LSTM");
  GError *error = NULL;
  WeirNode *node;

  *made = (Made){ .graph = builder.graph };
  add_inputs (made, c);
  node = begin_op_constants (&builder, c->op, made->inputs, made->n_inputs, lstm ? 3 : 2,
                             (guint) lstm + (c->direction != NULL ? 2 : 1));
  weir_node_set_int (node, "hidden_size", c->hidden);
  if (c->direction != NULL)
    weir_node_set_string (node, "direction", c->direction);
  if (!lstm)
    weir_node_set_bool (node, "linear_before_reset", TRUE);
  weir_node_infer (builder.graph, node, &error);
  g_assert_no_error (error);
  made->kernel = (KernelCase){
    .graph = made->graph, .node = node, .inputs = made->inputs, .threads = c->threads
  };
}

static void
made_clear (Made *made)
{
  for (guint i = 0; i < made->n_inputs; i++)
    weir_tensor_unref (made->inputs[i]);
  weir_graph_free (made->graph);
}

static void
check (const Made *made, WeirIsa isa)
{
  const WeirKernel *kernel = kernel_find (isa, "recurrent", NULL);

  for (guint port = 0; port < made->kernel.node->n_outputs; port++) {
    g_autoptr (WeirTensor) expected = kernel_expect (&made->kernel, port);
    g_autoptr (WeirTensor) found = kernel_run (kernel, &made->kernel, port);

    g_assert_nonnull (found);
    assert_close (found, expected, 1e-5);
  }
}

static void
test_cases (gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    Made made;

    g_test_message ("case %u", i);
    make (&made, &cases[i]);
    for (guint at_end = 0; at_end < 2; at_end++) {
      made.kernel.at_end = (gboolean) at_end;
      check (&made, (WeirIsa) GPOINTER_TO_UINT (data));
    }
    made_clear (&made);
  }
}

/* What the kernel leaves to the reference evaluators. */
static void
test_refused (gconstpointer data)
{
  const WeirKernel *kernel =
      kernel_find ((WeirIsa) GPOINTER_TO_UINT (data), "recurrent", NULL);
  const Case lstm = { "LSTMSequence", "forward", 2, 5, 3, 2, 1 };
  const Case gru = { "GRUCell", NULL, 2, 1, 3, 2, 1 };
  Made made;

  make (&made, &lstm);
  weir_node_set_float (weir_graph_node (made.graph, made.kernel.node->id), "clip", 3);
  g_assert_null (kernel_run (kernel, &made.kernel, 0));
  made_clear (&made);
  make (&made, &lstm);
  weir_node_set_string (weir_graph_node (made.graph, made.kernel.node->id), "activations",
                        "sigmoid, relu, tanh");
  g_assert_null (kernel_run (kernel, &made.kernel, 0));
  made_clear (&made);
  make (&made, &lstm);
  ((gint64 *) weir_tensor_writable (made.inputs[3]))[1] = 4;
  g_assert_null (kernel_run (kernel, &made.kernel, 0));
  made_clear (&made);
  make (&made, &gru);
  weir_node_set_bool (weir_graph_node (made.graph, made.kernel.node->id),
                      "linear_before_reset", FALSE);
  g_assert_null (kernel_run (kernel, &made.kernel, 0));
  made_clear (&made);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint isa = 0; isa <= weir_features ()->isa; isa++) {
    g_autofree char *all =
        g_strdup_printf ("/kernels/recurrent/%s/cases", weir_isa_name (isa));
    g_autofree char *refused =
        g_strdup_printf ("/kernels/recurrent/%s/refused", weir_isa_name (isa));

    g_test_add_data_func (all, GUINT_TO_POINTER (isa), test_cases);
    g_test_add_data_func (refused, GUINT_TO_POINTER (isa), test_refused);
  }
  return g_test_run ();
}
