#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

enum { STEPS = 3, BATCH = 2, INPUTS = 4, HIDDEN = 2 };

/**
 * Case:
 * @op: what comes of it; %NULL: the loop stays
 * @lstm: an LSTM, else a plain cell with @activation
 * @both: one product of [x, h], or of [h, x] if @h_first
 * @forget: is added to the forget gate
 * @rounds: fewer than there are rows, where it is not 0
 * @same_gate: input and output gate are one
 * @twice: more is added to what the cell makes
 * @gru: a GRU
 * @joined_cell: the states of the cell are handed out, joined
 */
typedef struct {
  const char *op;
  gboolean lstm;
  const char *activation;
  gboolean both, h_first;
  double forget;
  gint64 rounds;
  gboolean same_gate, twice, joined_cell, gru;
} Case;

static WeirPort
weights (WeirBuilder *b, gint64 rows, gint64 columns, guint32 seed)
{
  return weir_build_constant (b, "w", random_f32 (&WEIR_SHAPE (rows, columns), seed));
}

/* All that the gates are made of. */
static WeirPort
sum_of (WeirBuilder *b, const Case *c, WeirPort x, WeirPort h, gint64 columns)
{
  WeirPort bias = weir_build_constant (b, "b", random_f32 (&WEIR_SHAPE (columns), 3)),
           sum;
  WeirNode *node;

  if (c->both) {
    node = weir_build_begin (b, "Concat", "xh",
                             WEIR_INPUTS (c->h_first ? h : x, c->h_first ? x : h));
    weir_node_set_int (node, "axis", 1);
    sum = weir_build2 (b, "MatMul", "product", weir_build_end (b, node),
                       weights (b, INPUTS + HIDDEN, columns, 1));
  } else {
    sum =
        weir_build2 (b, "Add", "sum",
                     weir_build2 (b, "MatMul", "xw", x, weights (b, INPUTS, columns, 1)),
                     weir_build2 (b, "MatMul", "hr", h, weights (b, HIDDEN, columns, 2)));
  }
  return weir_build2 (b, "Add", "gates", bias, sum);
}

/* h after a round; the cell's state is replaced. */
static WeirPort
lstm (WeirBuilder *b, const Case *c, WeirPort x, WeirPort h, WeirPort *state)
{
  WeirPort sum = sum_of (b, c, x, h, 4 * HIDDEN), input, forget;
  WeirNode *split = weir_build_begin_outputs (
      b, "Split", "split", WEIR_INPUTS (sum, weir_build_i64_scalar (b, "axis", 1)), 4);

  weir_node_set_int (split, "num_splits", 4);
  weir_build_end (b, split);
  forget = WEIR_PORT (split, 2);
  if (c->forget != 0)
    forget = weir_build2 (b, "Add", "f", forget,
                          weir_build_scalar (b, "more", forget, c->forget));
  input = weir_build2 (b, "Multiply", "ig",
                       weir_build1 (b, "Tanh", "g", WEIR_PORT (split, 1)),
                       weir_build1 (b, "Sigmoid", "i", WEIR_PORT (split, 0)));
  *state = weir_build2 (b, "Add", "c", input,
                        weir_build2 (b, "Multiply", "fc", *state,
                                     weir_build1 (b, "Sigmoid", "sf", forget)));
  return weir_build2 (
      b, "Multiply", "h",
      weir_build1 (b, "Sigmoid", "o", WEIR_PORT (split, c->same_gate ? 0 : 3)),
      weir_build1 (b, "Tanh", "tc", *state));
}

/* A GRU as Keras writes it: gates z, r, g; what is made of h is reset behind the product.
 */
static WeirPort
gru (WeirBuilder *b, const Case *c, WeirPort x, WeirPort h)
{
  WeirPort from[2], parts[2][3], gates[2], one, new;

  from[0] = weir_build2 (b, "MatMul", "xw", x, weights (b, INPUTS, 3 * HIDDEN, 1));
  from[1] = weir_build2 (b, "MatMul", "hr", h, weights (b, HIDDEN, 3 * HIDDEN, 2));
  for (guint i = 0; i < 2; i++) {
    WeirPort bias =
        weir_build_constant (b, "b", random_f32 (&WEIR_SHAPE (3 * HIDDEN), 3 + i));
    WeirPort axis = weir_build_i64_scalar (b, "axis", 1);
    WeirNode *split = weir_build_begin_outputs (
        b, "Split", "split",
        WEIR_INPUTS (weir_build2 (b, "Add", "sum", from[i], bias), axis), 3);

    weir_node_set_int (split, "num_splits", 3);
    weir_build_end (b, split);
    for (guint k = 0; k < 3; k++)
      parts[i][k] = WEIR_PORT (split, c->same_gate ? 0 : k);
  }
  for (guint k = 0; k < 2; k++)
    gates[k] = weir_build1 (b, "Sigmoid", "gate",
                            weir_build2 (b, "Add", "s", parts[0][k], parts[1][k]));
  new = weir_build2 (b, "Multiply", "reset", gates[1], parts[1][2]);
  new = weir_build1 (b, "Tanh", "g", weir_build2 (b, "Add", "n", parts[0][2], new));
  one = weir_build_scalar (b, "one", h, 1);
  return weir_build2 (b, "Add", "h", weir_build2 (b, "Multiply", "zh", gates[0], h),
                      weir_build2 (b, "Multiply", "zg",
                                   weir_build2 (b, "Subtract", "z", one, gates[0]), new));
}

static void
add_map (GArray *maps, gint64 external, guint internal, gint64 axis)
{
  WeirPortMap map = { .external = external,
                      .internal = internal,
                      .axis = axis,
                      .end = axis < 0 ? 0 : -1,
                      .stride = 1,
                      .part_size = 1 };

  g_array_append_val (maps, map);
}

/* Results: h, c of an LSTM, a row of all, whether to go on. */
static void
fill_body (WeirBody *body, const Case *c)
{
  WeirBuilder b = WEIR_BUILDER (body->graph);
  const gint64 first = 0;
  WeirShape shape = WEIR_SHAPE (BATCH, HIDDEN);
  WeirPort row =
      weir_build_parameter (&b, "row", WEIR_DTYPE_F32, &WEIR_SHAPE (1, BATCH, INPUTS));
  WeirPort h = weir_build_parameter (&b, "h", WEIR_DTYPE_F32, &shape);
  WeirPort x = weir_build_squeeze (&b, "x", row, &first, 1), state = h, next;

  if (c->lstm)
    state = weir_build_parameter (&b, "c", WEIR_DTYPE_F32, &shape);
  next = c->gru    ? gru (&b, c, x, h)
         : c->lstm ? lstm (&b, c, x, h, &state)
                   : weir_build1 (&b, c->activation, "a", sum_of (&b, c, x, h, HIDDEN));
  if (c->twice)
    next = weir_build2 (
        &b, "Add", "more", next,
        weir_build2 (&b, "MatMul", "again", x, weights (&b, INPUTS, HIDDEN, 4)));
  weir_build_result (&b, "h_next", next);
  if (c->lstm)
    weir_build_result (&b, "c_next", state);
  weir_build_result (
      &b, "out",
      weir_build_unsqueeze (&b, "r", c->joined_cell ? state : next, &first, 1));
  weir_build_result (
      &b, "go",
      weir_build_constant (&b, "true", weir_tensor_new_scalar (WEIR_DTYPE_BOOL, 1)));
  g_assert_no_error (b.error);
}

static WeirGraph *
make (const Case *c)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirShape shape = WEIR_SHAPE (BATCH, HIDDEN);
  WeirPort x =
      weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (STEPS, BATCH, INPUTS));
  WeirPort h = weir_build_parameter (&b, "h", WEIR_DTYPE_F32, &shape);
  WeirPort state = weir_build_parameter (&b, "c", WEIR_DTYPE_F32, &shape);
  WeirPort go =
      weir_build_constant (&b, "true", weir_tensor_new_scalar (WEIR_DTYPE_BOOL, 1));
  gint64 rounds = c->rounds != 0 ? c->rounds : STEPS;
  WeirPort trips = weir_build_i64_scalar (&b, "trips", rounds);
  const WeirPort inputs[] = { trips, go, x, h, state };
  guint states = c->lstm ? 2 : 1;
  WeirNode *loop =
      weir_build_begin_outputs (&b, "Loop", "loop", inputs, 3 + states, states + 1);
  WeirBody *body = weir_edit_add_body (loop);

  fill_body (body, c);
  add_map (body->inputs, 2, 0, 0);
  for (guint i = 0; i < states; i++) {
    WeirBackEdge edge = { .from = i, .to = i + 1 };

    g_array_append_val (body->back_edges, edge);
    add_map (body->inputs, 3 + i, i + 1, -1);
  }
  for (guint i = 0; i <= states; i++)
    add_map (body->outputs, i, i, i == states ? 0 : -1);
  body->condition = (int) states + 1;
  weir_build_end (&b, loop);
  g_assert_no_error (b.error);
  for (guint i = 0; i <= states; i++)
    weir_build_result (&b,
                       i == states ? "all"
                       : i == 0    ? "last"
                                   : "cell",
                       WEIR_PORT (loop, i));
  return graph;
}

/* run_pass() compares what both compute. */
static void
test_cases (void)
{
  static const Case cases[] = {
    { "LSTMSequence", .lstm = TRUE },
    { "LSTMSequence", .lstm = TRUE, .both = TRUE, .forget = 1 },
    { "LSTMSequence", .lstm = TRUE, .both = TRUE, .h_first = TRUE },
    { "LSTMSequence", .lstm = TRUE, .rounds = 2 },
    { "RNNSequence", .activation = "Tanh" },
    { "RNNSequence", .activation = "Relu", .both = TRUE, .rounds = 1 },
    { "GRUSequence", .gru = TRUE },
    { "GRUSequence", .gru = TRUE, .rounds = 2 },
    { NULL, .gru = TRUE, .same_gate = TRUE },
    { NULL, .lstm = TRUE, .same_gate = TRUE },
    { NULL, .lstm = TRUE, .twice = TRUE },
    { NULL, .lstm = TRUE, .joined_cell = TRUE },
    { NULL, .activation = "Exp" },
    { NULL, .activation = "Tanh", .twice = TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (WeirGraph) before = make (&cases[i]);
    g_autoptr (WeirGraph) after = NULL;

    g_test_message ("case %u", i);
    after = run_pass (before, weir_pass_loop_to_sequence, NULL);
    g_assert_cmpuint (count_op (after, "Loop"), ==, cases[i].op == NULL);
    if (cases[i].op != NULL)
      only_op (after, cases[i].op);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/loop-to-sequence/cases", test_cases);
  return g_test_run ();
}
