#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

#include <string.h>

/* x [N, 3, 4, 5] in parts one long, joined with each part @times in turn. */
static WeirPort
joined_parts (WeirBuilder *b, WeirPort x, gint64 axis, guint n, guint times,
              gboolean turned)
{
  WeirPort inputs[2] = { x, weir_build_i64_scalar (b, "axis", axis) }, parts[24];
  WeirNode *split = weir_build_begin_outputs (b, "Split", "split", inputs, 2, n), *concat;

  weir_node_set_int (split, "num_splits", n);
  weir_build_end (b, split);
  for (guint i = 0; i < n * times; i++)
    parts[i] = WEIR_PORT (split, turned ? i % n : i / times);
  concat = weir_build_begin (b, "Concat", "joined", parts, n * times);
  weir_node_set_int (concat, "axis", axis);
  return weir_build_end (b, concat);
}

static WeirGraph *
make_parts (gint64 axis, guint n, gboolean turned, WeirDtype dtype)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", dtype, &WEIR_SHAPE (-1, 3, 4, 5));

  weir_build_result (&b, "y", joined_parts (&b, x, axis, n, 3, turned));
  g_assert_no_error (b.error);
  return graph;
}

/* run_pass() compares what both compute. */
static guint
resizes (WeirGraph *made)
{
  g_autoptr (WeirGraph) graph = made;
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_upsample, NULL);

  return count_op (after, "Interpolate");
}

static void
test_parts (void)
{
  g_assert_cmpuint (resizes (make_parts (2, 4, FALSE, WEIR_DTYPE_F32)), ==, 1);
  g_assert_cmpuint (resizes (make_parts (-1, 5, FALSE, WEIR_DTYPE_F32)), ==, 1);
  g_assert_cmpuint (resizes (make_parts (1, 3, FALSE, WEIR_DTYPE_F32)), ==, 1);
  /* Parts two long; all of them in a row again and again; no pictures. */
  g_assert_cmpuint (resizes (make_parts (2, 2, FALSE, WEIR_DTYPE_F32)), ==, 0);
  g_assert_cmpuint (resizes (make_parts (2, 4, TRUE, WEIR_DTYPE_F32)), ==, 0);
  g_assert_cmpuint (resizes (make_parts (2, 4, FALSE, WEIR_DTYPE_I32)), ==, 0);
}

/**
 * Case:
 * @in, @apart, @out: shapes, ended by 0
 * @times: how often each dimension of @apart is repeated
 * @factors: of the two last dimensions; 0: it is not recognised
 */
typedef struct {
  gint64 in[6], apart[8], times[7], out[6];
  double factors[2];
} Case;

static const Case cases[] = {
  { { 2, 3, 4, 5 },
    { 2, 3, 4, 1, 5, 1 },
    { 1, 1, 1, 2, 1, 3 },
    { 2, 3, 8, 15 },
    { 2, 3 } },
  { { -1, 3, 4, 5 },
    { -1, 3, 4, 1, 5, 1 },
    { 1, 1, 1, 2, 1, 1 },
    { -1, 3, 8, 5 },
    { 2, 1 } },
  { { 2, 1, 4, 5 }, { 2, 1, 4, 1, 5 }, { 1, 1, 1, 4, 1 }, { 2, 1, 16, 5 }, { 4, 1 } },
  /* The whole picture again, not each of its rows. */
  { { 2, 3, 4, 5 }, { 2, 3, 1, 4, 5 }, { 1, 1, 2, 1, 1 }, { 2, 3, 8, 5 }, { 0 } },
  /* Taken apart to other dimensions. */
  { { 2, 3, 4, 5 }, { 2, 4, 3, 1, 5 }, { 1, 1, 1, 2, 1 }, { 2, 3, 8, 5 }, { 0 } },
  /* Joined to others. */
  { { 2, 3, 4, 5 }, { 2, 3, 4, 5, 1 }, { 1, 1, 1, 1, 2 }, { 2, 3, 8, 5 }, { 0 } },
  /* The batch. */
  { { 2, 3, 4, 5 }, { 2, 1, 3, 4, 5 }, { 1, 2, 1, 1, 1 }, { 4, 3, 4, 5 }, { 0 } },
  /* No picture. */
  { { 2, 3, 4 }, { 2, 3, 4, 1 }, { 1, 1, 1, 2 }, { 2, 3, 8 }, { 0 } },
};

static gsize
length (const gint64 *dims)
{
  gsize n = 0;

  while (dims[n] != 0)
    n++;
  return n;
}

static WeirPort
by_broadcast (WeirBuilder *b, WeirPort x, const Case *c, gsize rank)
{
  gint64 target[7];
  WeirNode *node;

  for (gsize i = 0; i < rank; i++)
    target[i] = c->apart[i] > 1 ? c->apart[i] : c->times[i];
  node = weir_build_begin (b, "Broadcast", "r",
                           WEIR_INPUTS (x, weir_build_i64 (b, "t", target, rank)));
  weir_node_set_string (node, "mode", "bidirectional");
  return weir_build_end (b, node);
}

static WeirPort
by_concats (WeirBuilder *b, WeirPort x, const Case *c, gsize rank)
{
  for (gsize i = 0; i < rank; i++) {
    WeirPort parts[4] = { x, x, x, x };
    WeirNode *node;

    if (c->times[i] == 1)
      continue;
    node = weir_build_begin (b, "Concat", "r", parts, (guint) c->times[i]);
    weir_node_set_int (node, "axis", (gint64) i);
    x = weir_build_end (b, node);
  }
  return x;
}

/* @way: repeated by Tile, Broadcast, or Concat; @shown: what is between is an output. */
static WeirGraph *
make (const Case *c, guint way, gboolean shown)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  gsize rank = length (c->apart);
  WeirShape in = { .rank = (int) length (c->in) };
  WeirPort x;

  memcpy (in.dims, c->in, sizeof c->in);
  x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &in);
  x = weir_build_reshape (&b, "apart", x, c->apart, rank, FALSE);
  if (way == 0)
    x = weir_build2 (&b, "Tile", "r", x, weir_build_i64 (&b, "t", c->times, rank));
  else
    x = way == 1 ? by_broadcast (&b, x, c, rank) : by_concats (&b, x, c, rank);
  if (shown)
    weir_build_result (&b, "r", x);
  weir_build_result (&b, "y",
                     weir_build_reshape (&b, "y", x, c->out, length (c->out), FALSE));
  g_assert_no_error (b.error);
  return graph;
}

static void
check_factors (const WeirGraph *graph, const double *factors)
{
  const WeirNode *node = only_op (graph, "Interpolate");
  const WeirTensor *scales =
      weir_graph_node (graph, node->inputs[2].node)->outputs[0].info.value;
  gsize n = 0;

  for (guint i = 0; i < 2; i++)
    if (factors[i] != 1)
      g_assert_cmpfloat (weir_tensor_get (scales, n++), ==, factors[i]);
  g_assert_cmpuint (weir_tensor_count (scales), ==, n);
}

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint way = 0; way < 3; way++) {
      g_autoptr (WeirGraph) graph = make (&cases[i], way, FALSE);
      g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_upsample, NULL);

      g_test_message ("case %u, way %u", i, way);
      if (cases[i].factors[0] != 0)
        check_factors (after, cases[i].factors);
      else
        g_assert_cmpuint (count_op (after, "Interpolate"), ==, 0);
    }
}

static void
test_used_elsewhere (void)
{
  for (guint way = 0; way < 3; way++)
    g_assert_cmpuint (resizes (make (&cases[0], way, TRUE)), ==, 0);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make (&cases[0], 0, FALSE));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_upsample, NULL);

  check_factors (only_op (after, "If")->bodies[0].graph, cases[0].factors);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/fuse-upsample/parts", test_parts);
  g_test_add_func ("/passes/fuse-upsample/cases", test_cases);
  g_test_add_func ("/passes/fuse-upsample/used-elsewhere", test_used_elsewhere);
  g_test_add_func ("/passes/fuse-upsample/in-if", test_in_if);
  return g_test_run ();
}
