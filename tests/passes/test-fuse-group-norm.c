#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/* Ways to normalise x [N, 6, 4, 5] in groups of two channels. */
typedef enum {
  PLAIN,
  SCALED,     /* and shifted, for each channel, behind */
  OF_GROUPS,  /* and shifted, for each group, between the Reshapes */
  BY_SHAPE,   /* the second Reshape takes the shape of x */
  FIVE,       /* the groups' channels a dimension of their own */
  ONE_FACTOR, /* for all */
  LAST_FUSED = ONE_FACTOR,
  ROWS_TOO,    /* groups that cross channels */
  NOT_BACK,    /* to other dimensions */
  OTHER_AXES,  /* the batch normalised too */
  OUTSIDE,     /* eps added to the deviation */
  NO_VARIANCE, /* the mean alone */
  SHOWN,       /* the groups are an output too */
  BATCH_APART, /* the batch mixed with the groups */
  LAST,
} Way;

static WeirPort
affine (WeirBuilder *b, WeirPort x, const WeirShape *shape)
{
  x = weir_build2 (b, "Multiply", "scaled", x,
                   weir_build_constant (b, "k", random_f32 (shape, 3)));
  return weir_build2 (b, "Add", "shifted",
                      weir_build_constant (b, "k", random_f32 (shape, 4)), x);
}

static WeirPort
normalize (WeirBuilder *b, Way way, WeirPort x)
{
  static const gint64 axes[] = { 2, 3, 4 }, all[] = { 0, 2 };
  WeirPort port = way == OTHER_AXES
                      ? weir_build_i64 (b, "axes", all, 2)
                      : weir_build_i64 (b, "axes", axes, way == FIVE ? 3 : 1);
  WeirNode *node = weir_build_begin (b, "MVN", "mvn", WEIR_INPUTS (x, port));

  weir_node_set_bool (node, "normalize_variance", way != NO_VARIANCE);
  weir_node_set_float (node, "eps", 1e-3);
  weir_node_set_string (node, "eps_mode",
                        way == OUTSIDE ? "outside_sqrt" : "inside_sqrt");
  return weir_build_end (b, node);
}

static WeirPort
to_groups (WeirBuilder *b, Way way, WeirPort x)
{
  static const gint64 flat[] = { 0, 3, -1 }, five[] = { 0, 3, 2, 4, 5 };
  static const gint64 rows[] = { 0, 4, -1 }, batch[] = { -1, 3, 20 };

  if (way == ROWS_TOO)
    return weir_build_reshape (b, "apart", x, rows, 3, TRUE);
  if (way == BATCH_APART)
    return weir_build_reshape (b, "apart", x, batch, 3, TRUE);
  return weir_build_reshape (b, "apart", x, way == FIVE ? five : flat,
                             way == FIVE ? 5 : 3, TRUE);
}

static WeirPort
back_to_shape (WeirBuilder *b, WeirPort y, WeirPort x)
{
  WeirNode *node = weir_build_begin (
      b, "Reshape", "back", WEIR_INPUTS (y, weir_build1 (b, "ShapeOf", "shape", x)));

  weir_node_set_bool (node, "special_zero", FALSE);
  return weir_build_end (b, node);
}

static WeirGraph *
make (Way way)
{
  static const gint64 same[] = { -1, 6, 4, 5 }, turned[] = { 0, 6, 5, 4 };
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 6, 4, 5)),
           y;

  y = to_groups (&b, way, x);
  y = normalize (&b, way, y);
  if (way == SHOWN)
    weir_build_result (&b, "groups", y);
  if (way == OF_GROUPS)
    y = affine (&b, y, &WEIR_SHAPE (3, 1));
  y = way == BY_SHAPE
          ? back_to_shape (&b, y, x)
          : weir_build_reshape (&b, "back", y, way == NOT_BACK ? turned : same, 4, TRUE);
  if (way == SCALED || way == ONE_FACTOR)
    y = affine (&b, y, way == SCALED ? &WEIR_SHAPE (1, 6, 1, 1) : &WEIR_SHAPE (1, 1, 1));
  weir_build_result (&b, "y", y);
  g_assert_no_error (b.error);
  return graph;
}

/* run_pass() compares what both compute. */
static void
test_fused (void)
{
  for (Way way = PLAIN; way <= LAST_FUSED; way++) {
    g_autoptr (WeirGraph) graph = make (way);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_group_norm, NULL);
    const WeirNode *node = only_op (after, "GroupNormalization");

    g_test_message ("way %u", way);
    g_assert_cmpint (weir_node_int (node, "num_groups"), ==, 3);
    g_assert_cmpuint (weir_graph_count (after) - count_op (after, "Constant"), ==, 3);
  }
}

static void
test_left_alone (void)
{
  for (Way way = LAST_FUSED + 1; way < LAST; way++) {
    g_autoptr (WeirGraph) graph = make (way);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_group_norm, NULL);

    g_test_message ("way %u", way);
    g_assert_cmpuint (count_op (after, "GroupNormalization"), ==, 0);
  }
}

/* Version 10 of the IR ends before it. */
static void
test_version_10 (void)
{
  WeirPassOptions options = { .ir_version = 10 };
  g_autoptr (WeirGraph) graph = make (SCALED);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_group_norm, &options);

  g_assert_cmpuint (count_op (after, "GroupNormalization"), ==, 0);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make (SCALED));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_group_norm, NULL);

  only_op (only_op (after, "If")->bodies[0].graph, "GroupNormalization");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/fuse-group-norm/fused", test_fused);
  g_test_add_func ("/passes/fuse-group-norm/left-alone", test_left_alone);
  g_test_add_func ("/passes/fuse-group-norm/version-10", test_version_10);
  g_test_add_func ("/passes/fuse-group-norm/in-if", test_in_if);
  return g_test_run ();
}
