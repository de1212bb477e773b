#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/* Two resizes of x [N, 2, 4, 5], the first of dimension 2. */
typedef struct {
  const char *mode, *coordinates;
  guint version;
  gboolean scales;
  gint64 second; /* dimension of the second */
} Way;

static WeirPort
resize (WeirBuilder *b, WeirPort x, const Way *way, gint64 axis, gint64 size,
        float factor)
{
  WeirPort inputs[4] = { x }, axes = weir_build_i64 (b, "axes", &axis, 1);
  WeirPort sizes = weir_build_i64 (b, "sizes", &size, 1);
  WeirPort scales =
      weir_build_constant (b, "scales", weir_tensor_new_f32 (&WEIR_SHAPE (1), &factor));
  gboolean old = way->version == 4;
  WeirNode *node;

  inputs[1] = old || !way->scales ? sizes : scales;
  inputs[2] = old ? scales : axes;
  inputs[3] = axes;
  node = weir_build_begin (b, "Interpolate", "resized", inputs, old ? 4 : 3);
  weir_edit_set_version (node, way->version);
  weir_node_set_string (node, "mode", way->mode);
  weir_node_set_string (node, "shape_calculation_mode", way->scales ? "scales" : "sizes");
  weir_node_set_string (node, "coordinate_transformation_mode", way->coordinates);
  return weir_build_end (b, node);
}

static WeirGraph *
make (const Way *first, const Way *second, gboolean shown)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 2, 4, 5));
  gint64 in = second->second == 2 ? 8 : 5;

  x = resize (&b, x, first, 2, 8, 2);
  if (shown)
    weir_build_result (&b, "between", x);
  weir_build_result (&b, "y",
                     resize (&b, x, second, second->second, in * 3 / 2 + 3,
                             (float) (in * 3 / 2 + 3) / (float) in));
  g_assert_no_error (b.error);
  return graph;
}

static guint
left (const Way *first, const Way *second, gboolean shown)
{
  g_autoptr (WeirGraph) graph = make (first, second, shown);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_interpolate, NULL);

  return count_op (after, "Interpolate");
}

static void
test_merged (void)
{
  static const char *const modes[] = { "nearest", "linear", "linear_onnx", "cubic" };
  static const char *const coordinates[] = { "half_pixel", "align_corners",
                                             "asymmetric" };

  for (guint i = 0; i < G_N_ELEMENTS (modes) * G_N_ELEMENTS (coordinates) * 4; i++) {
    Way way = { .mode = modes[i % 4],
                .coordinates = coordinates[i / 4 % 3],
                .version = i / 12 % 2 == 0 ? 4 : 11,
                .scales = i / 24 == 0,
                .second = 3 };

    g_test_message ("%s %s %u %d", way.mode, way.coordinates, way.version, way.scales);
    g_assert_cmpuint (left (&way, &way, FALSE), ==, 1);
  }
}

static void
test_left_alone (void)
{
  static const Way way = { "nearest", "asymmetric", 4, TRUE, 3 };
  static const Way others[] = {
    { "nearest", "asymmetric", 4, TRUE, 2 },     /* the same dimension again */
    { "linear_onnx", "asymmetric", 4, TRUE, 3 }, /* another mode */
    { "nearest", "half_pixel", 4, TRUE, 3 },     /* other coordinates */
    { "nearest", "asymmetric", 11, TRUE, 3 },    /* another version */
    { "nearest", "asymmetric", 4, FALSE, 3 },    /* by size, not by factor */
  };
  static const Way pillow = { "bilinear_pillow", "half_pixel", 11, FALSE, 3 };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_cmpuint (left (&way, &others[i], FALSE), ==, 2);
  g_assert_cmpuint (left (&pillow, &pillow, FALSE), ==, 2);
  g_assert_cmpuint (left (&way, &way, TRUE), ==, 2);
}

static void
test_in_if (void)
{
  static const Way way = { "linear_onnx", "half_pixel", 4, FALSE, 3 };
  g_autoptr (WeirGraph) graph = wrap_in_if (make (&way, &way, FALSE));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_interpolate, NULL);

  only_op (only_op (after, "If")->bodies[0].graph, "Interpolate");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/merge-interpolate/merged", test_merged);
  g_test_add_func ("/passes/merge-interpolate/left-alone", test_left_alone);
  g_test_add_func ("/passes/merge-interpolate/in-if", test_in_if);
  return g_test_run ();
}
