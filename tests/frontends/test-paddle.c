#include "base/error.h"
#include "compare.h"
#include "frontends/frontend.h"
#include "ir/evaluate.h"
#include "paddle-net.h"
#include "tensor-text.h"

#include <string.h>

/* One operation a case; expected values are worked out by hand. */

static const PaddleCase nn[] = {
  { "conv2d",
    "strides=[1,1] paddings=[0,0] dilations=[1,1] groups=1",
    { "Input 1x1x2x3: 1 2 3 4 5 6", "@Filter 1x1x2x2: 1 0 0 1" },
    "Output 1x1x1x2: 6 8" },
  { "conv2d",
    "strides=[1,1] paddings=[0,0,1,0] groups=1",
    { "Input 1x1x1x2: 1 2", "@Filter 1x1x1x2: 10 1" },
    "Output 1x1x1x2: 1 12" },
  { "depthwise_conv2d",
    "padding_algorithm=SAME groups=2 data_format=NHWC",
    { "Input 1x1x2x2: 1 2 3 4", "@Filter 2x1x1x1: 10 100" },
    "Output 1x1x2x2: 10 200 30 400" },
  { "conv2d_transpose",
    "strides=[2,2] paddings=[0,0]",
    { "Input 1x1x1x2: 1 10", "@Filter 1x1x2x2: 1 2 3 4" },
    "Output 1x1x2x4: 1 2 10 20 3 4 30 40" },
  { "conv2d_transpose",
    "strides=[2,2] output_size=[1,4]",
    { "Input 1x1x1x2: 1 10", "@Filter 1x1x1x1: 2" },
    "Output 1x1x1x4: 2 0 20 0" },
  { "pool2d",
    "pooling_type=max ksize=[2,2] strides=[2,2] paddings=[0,0]",
    { "X 1x1x2x4: 1 2 3 4 5 6 7 8" },
    "1x1x1x2: 6 8" },
  { "pool2d",
    "pooling_type=avg ksize=[1,2] strides=[1,2] paddings=[0,0,1,1] exclusive=true",
    { "X 1x1x1x2: 4 8" },
    "1x1x1x2: 4 8" },
  { "pool2d",
    "pooling_type=avg ksize=[1,1] adaptive=true",
    { "X 1x2x1x2: 1 3 5 7" },
    "1x2x1x1: 2 6" },
  { "max_pool2d_with_index",
    "ksize=[1,2] strides=[1,2]",
    { "X 1x1x2x2: 1 2 4 3" },
    "Mask 1x1x2x1: 1 2" },
  { "batch_norm",
    "epsilon=0.0",
    { "X 1x2x1x1: 3 5", "@Scale 2: 2 3", "@Bias 2: 1 -1", "@Mean 2: 1 2",
      "@Variance 2: 4 9" },
    "Y 1x2x1x1: 3 2" },
  { "layer_norm",
    "epsilon=0.0 begin_norm_axis=1",
    { "X 1x2: 1 3", "@Scale 2: 2 2", "@Bias 2: 1 1" },
    "Y 1x2: -1 3" },
  { "instance_norm", "epsilon=0.0", { "X 1x1x1x2: 1 3" }, "Y 1x1x1x2: -1 1" },
  { "norm", "axis=1 epsilon=0.0", { "X 1x2: 3 4" }, "1x2: 0.6 0.8" },
  { "dropout", "dropout_prob=0.25", { "X 2: 4 8" }, "2: 3 6" },
  { "softmax", "axis=-1", { "X 1x2: 3 3" }, "1x2: 0.5" },
  { "leaky_relu", "alpha=0.5", { "X 2: -2 2" }, "2: -1 2" },
  { "hard_swish",
    "threshold=4.0 scale=2.0 offset=2.0",
    { "X 3: -3 1 5" },
    "3: 0 1.5 10" },
  { "hard_sigmoid", "slope=0.25 offset=0.5", { "X 3: -3 1 5" }, "3: 0 0.75 1" },
  { "prelu",
    "mode=channel",
    { "X 1x2x1x1: -1 -1", "@Alpha 2: 0.5 0.25" },
    "1x2x1x1: -0.5 -0.25" },
  { "nearest_interp_v2",
    "interp_method=nearest align_corners=false scale=[1.0,2.0]",
    { "X 1x1x1x2: 1 2" },
    "1x1x1x4: 1 1 2 2" },
  { "bilinear_interp",
    "interp_method=bilinear align_corners=true out_h=1 out_w=3",
    { "X 1x1x1x2: 1 3" },
    "1x1x1x3: 1 2 3" },
  { NULL },
};

static const PaddleCase math[] = {
  { "elementwise_add", "axis=-1", { "X 2: 1 2", "Y 2: 3 4" }, "2: 4 6" },
  { "elementwise_mul", "axis=0", { "X 2x2: 1 2 3 4", "Y 2: 1 10" }, "2x2: 1 2 30 40" },
  { "elementwise_div", "", { "X/i32 2: -7 7", "Y/i32 2: 2 2" }, "2: -3 3" },
  { "elementwise_floordiv", "", { "X 2: -7 7", "Y 2: 2 2" }, "2: -4 3" },
  { "elementwise_mod", "", { "X 2: -7 7", "Y 2: 3 3" }, "2: 2 1" },
  { "less_than", "", { "X 2: 1 2", "Y 2: 2 1" }, "2: 1 0" },
  { "logical_not", "", { "X/bool 2: 1 0" }, "2: 0 1" },
  { "scale", "scale=2.0 bias=1.0 bias_after_scale=false", { "X 2: 1 2" }, "2: 4 6" },
  { "scale", "scale=2.0 bias=1.0 bias_after_scale=true", { "X 2: 1 2" }, "2: 3 5" },
  { "cast", "out_dtype=2", { "X 2: 1.5 -1.5" }, "2: 1 -1" },
  { "clip", "min=0.0 max=1.0", { "X 3: -1 0.5 2" }, "3: 0 0.5 1" },
  { "pow", "factor=2.0", { "X 2: -2 3" }, "2: 4 9" },
  { "rsqrt", "", { "X 2: 4 16" }, "2: 0.5 0.25" },
  { "log2", "", { "X 2: 4 16" }, "2: 2 4" },
  { "round", "", { "X 3: 0.5 -0.5 1.4" }, "3: 1 -1 1" },
  { "sum", "", { "X 2: 1 2", "X 2: 3 4", "X 2: 5 6" }, "2: 9 12" },
  { "matmul_v2", "trans_y=true", { "X 1x2: 1 2", "Y 1x2: 3 4" }, "1x1: 11" },
  { "matmul", "alpha=0.5", { "X 1x2: 1 2", "Y 2x1: 3 4" }, "1x1: 5.5" },
  { "mul",
    "x_num_col_dims=1 y_num_col_dims=1",
    { "X 1x1x2: 1 2", "@Y 2x1: 3 4" },
    "1x1: 11" },
  { "addmm",
    "Alpha=2.0 Beta=3.0",
    { "X 1x1: 2", "Y 1x1: 3", "Input 1x1: 1" },
    "1x1: 15" },
  { "reduce_sum", "dim=[1] keep_dim=true", { "X 2x2: 1 2 3 4" }, "2x1: 3 7" },
  { "reduce_max", "reduce_all=true keep_dim=true", { "X 2x2: 1 2 3 4" }, "1x1: 4" },
  { "p_norm", "porder=2.0 axis=1", { "X 1x2: 3 4" }, "1: 5" },
  { "arg_max", "axis=1 dtype=3", { "X 2x2: 1 2 4 3" }, "2: 1 0" },
  { "top_k_v2", "k=1 axis=1", { "X 1x3: 1 3 2" }, "Indices 1x1: 1" },
  { "argsort", "axis=0 descending=true", { "X 3: 1 3 2" }, "3: 3 2 1" },
  { "cumsum", "axis=0 reverse=true", { "X 3: 1 2 3" }, "3: 6 5 3" },
  { NULL },
};

static const PaddleCase shape[] = {
  { "reshape2", "shape=[0,-1]", { "X 1x2x2: 1 2 3 4" }, "1x4: 1 2 3 4" },
  { "reshape2", "", { "X 1x4: 1 2 3 4", "@Shape/i32 2: 2 2" }, "2x2: 1 2 3 4" },
  { "reshape2",
    "",
    { "X 1x4: 1 2 3 4", "@ShapeTensor/i32 1: 2", "@ShapeTensor/i32 1: 2" },
    "2x2: 1 2 3 4" },
  { "transpose2", "axis=[1,0]", { "X 2x2: 1 2 3 4" }, "2x2: 1 3 2 4" },
  { "flatten_contiguous_range",
    "start_axis=0 stop_axis=1",
    { "X 1x2x2: 1 2 3 4" },
    "2x2: 1 2 3 4" },
  { "squeeze2", "axes=[0]", { "X 1x2: 1 2" }, "2: 1 2" },
  { "unsqueeze2", "axes=[0,2]", { "X 2: 1 2" }, "1x2x1: 1 2" },
  { "shape", "", { "Input 2x3: 1" }, "2: 2 3" },
  { "expand_v2", "shape=[2,-1]", { "X 1x2: 1 2" }, "2x2: 1 2 1 2" },
  { "tile", "repeat_times=[1,2]", { "X 1x2: 1 2" }, "1x4: 1 2 1 2" },
  { "slice", "axes=[1] starts=[1] ends=[3]", { "Input 1x4: 1 2 3 4" }, "1x2: 2 3" },
  { "slice",
    "axes=[0] starts=[-1] ends=[9] decrease_axis=[0]",
    { "Input 2x2: 1 2 3 4" },
    "2: 3 4" },
  { "strided_slice",
    "axes=[0] starts=[3] ends=[-1] strides=[-2]",
    { "Input 4: 1 2 3 4" },
    "2: 4 2" },
  { "split", "num=1 axis=0", { "X 2: 1 2" }, "2: 1 2" },
  { "concat", "axis=1", { "X 1x1: 1", "X 1x2: 2 3" }, "1x3: 1 2 3" },
  { "stack", "axis=1", { "X 2: 1 2", "X 2: 3 4" }, "Y 2x2: 1 3 2 4" },
  { "pad3d",
    "paddings=[1,0,0,0,0,1] mode=constant value=9.0 data_format=NCDHW",
    { "X 1x1x1x1x1: 1" },
    "1x1x2x1x2: 9 1 9 9" },
  { "pad2d", "paddings=[0,0,1,1] mode=edge", { "X 1x1x1x2: 1 2" }, "1x1x1x4: 1 1 2 2" },
  { "roll", "shifts=[1] axis=[0]", { "X 3: 1 2 3" }, "3: 3 1 2" },
  { "flip", "axis=[0]", { "X 3: 1 2 3" }, "3: 3 2 1" },
  { "pixel_shuffle", "upscale_factor=2", { "X 1x4x1x1: 1 2 3 4" }, "1x1x2x2: 1 2 3 4" },
  { "fill_any_like", "value=3.0 dtype=-1", { "X 2: 1 2" }, "2: 3 3" },
  { "fill_constant_batch_size_like",
    "shape=[7,2] value=1.5 dtype=5",
    { "Input 1x5: 0" },
    "1x2: 1.5 1.5" },
  { "range", "", { "Start 1: 1", "End 1: 4", "Step 1: 2" }, "2: 1 3" },
  { "linspace", "dtype=5", { "Start 1: 1", "Stop 1: 3", "@Num/i32 1: 3" }, "3: 1 2 3" },
  { "one_hot_v2", "depth=3 dtype=5", { "X/i64 2: 2 0" }, "2x3: 0 0 1 1 0 0" },
  { "tril_triu", "lower=true diagonal=0", { "X 2x2: 1 2 3 4" }, "2x2: 1 0 3 4" },
  { "lookup_table_v2",
    "padding_idx=1",
    { "Ids/i64 2: 1 0", "@W 2x2: 1 2 3 4" },
    "2x2: 0 0 1 2" },
  { "gather", "axis=1", { "X 1x3: 1 2 3", "Index/i64 2: 2 0" }, "1x2: 3 1" },
  { "gather_nd", "", { "X 2x2: 1 2 3 4", "Index/i64 1x2: 1 0" }, "1: 3" },
  { "scatter",
    "overwrite=true",
    { "X 2x1: 1 2", "Ids/i64 1: 1", "Updates 1x1: 9" },
    "2x1: 1 9" },
  { "where", "", { "Condition/bool 2: 1 0", "X 2: 1 2", "Y 2: 3 4" }, "2: 1 4" },
  { "where_index", "", { "Condition 3: 0 1 1" }, "2x1: 1 2" },
  { NULL },
};

/* One cell of one anchor: sigmoid (0) is a half. The picture is 64 x 32, the box as large
 * as the anchor, 16 x 8, scaled by picture / (stride * cells) = (2, 1). */
static const PaddleCase detect[] = {
  { "yolo_box",
    "anchors=[16,8] class_num=1 conf_thresh=0.1 downsample_ratio=32 clip_bbox=false "
    "scale_x_y=1.0",
    { "X 1x6x1x1: 0", "ImgSize/i32 1x2: 32 64" },
    "Boxes 1x1x4: 16 12 48 20" },
  { "yolo_box",
    "anchors=[16,8] class_num=1 conf_thresh=0.6 downsample_ratio=32 clip_bbox=true",
    { "X 1x6x1x1: 0", "ImgSize/i32 1x2: 32 64" },
    "Scores 1x1x1: 0" },
  { "roi_align",
    "pooled_height=1 pooled_width=1 spatial_scale=1.0 sampling_ratio=1",
    { "X 2x1x2x2: 1 2 3 4 10 20 30 40", "ROIs 1x4: 0 0 1 1", "RoisNum/i32 2: 0 1" },
    "1x1x1x1: 25" },
  { NULL },
};

static void
run_cases (gconstpointer table)
{
  for (const PaddleCase *c = table; c->op != NULL; c++)
    paddle_run (c);
}

#define IN(p, v)  "inputs { parameter: '" p "' arguments: '" v "' }"
#define SET(n, v) "attrs { name: '" n "' " v " }"
#define NOTHING   ""
#define VAR(n, d) "vars { name: '" n "' " d " } } } }"
#define TENSOR    "type { type: 7 lod_tensor { tensor { data_type: "
#define OP(type, in, out, set)                                                           \
  "ops { type: '" type "' " in " outputs { parameter: 'Out' arguments: '" out "' } " set \
  " }"
#define FETCH_Y "ops { type: 'fetch' " IN ("X", "y") "}"
#define FEED_X  VAR ("x", TENSOR "5 dims: 2") OP ("feed", NOTHING, "x", NOTHING)
#define FEED_C \
  VAR ("c", TENSOR "0 dims: 1") OP ("feed", NOTHING, "c", SET ("col", "i: 1"))
#define PROGRAM(ops) "blocks { idx: 0 parent_idx: -1 " ops FETCH_Y " }"
#define MORE(ops)    "blocks { idx: 1 parent_idx: 0 " ops " }"
#define UNDER_C(n) \
  OP ("conditional_block", IN ("Cond", "c"), "y", SET ("sub_block", "block_idx: " n))

static const struct {
  const char *program;
  int code;
  const char *message;
} refused[] = {
  { "version { version: 0 }", WEIR_ERROR_FORMAT, "no blocks" },
  { MORE (FEED_X), WEIR_ERROR_FORMAT, "no outputs" },
  { PROGRAM (NOTHING), WEIR_ERROR_FORMAT, "nothing writes" },
  { PROGRAM (OP ("feed", NOTHING, "x", NOTHING)), WEIR_ERROR_FORMAT, "input 'x'" },
  { PROGRAM (VAR ("w", "persistable: true " TENSOR "5 dims: 2")), WEIR_ERROR_ARGUMENT,
    "parameters are missing" },
  { PROGRAM (FEED_X OP ("strange", IN ("X", "x"), "y", NOTHING)), WEIR_ERROR_UNSUPPORTED,
    "'y' (strange)" },
  { PROGRAM (FEED_X OP ("relu", NOTHING, "y", NOTHING)), WEIR_ERROR_FORMAT,
    "input 'X' is missing" },
  { PROGRAM (FEED_X OP ("relu", IN ("X", "z"), "y", NOTHING)), WEIR_ERROR_FORMAT,
    "nothing writes variable 'z'" },
  { PROGRAM ("ops { outputs { parameter: 'Out' arguments: 'y' } }"), WEIR_ERROR_FORMAT,
    "has no type" },
  { PROGRAM (FEED_X OP ("elu", IN ("X", "x"), "y", SET ("alpha", "s: 'a'"))),
    WEIR_ERROR_FORMAT, "attribute 'alpha': expected a number" },
  { PROGRAM (FEED_X OP ("cast", IN ("X", "x"), "y", SET ("out_dtype", "i: 23"))),
    WEIR_ERROR_UNSUPPORTED, "elements of type 23" },
  { PROGRAM (FEED_C UNDER_C ("7")), WEIR_ERROR_FORMAT, "there is no block 7" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autoptr (GBytes) program = paddle_encode (refused[i].program);
    g_autoptr (WeirModel) model = NULL;
    GError *error = NULL;

    g_test_message ("%s", refused[i].program);
    model = paddle_load (program, NULL, &error);
    g_assert_null (model);
    g_assert_error (error, WEIR_ERROR, refused[i].code);
    assert_says (error, refused[i].message);
    g_error_free (error);
  }
}

/* A block that calls itself does not end. */
static void
test_deep (void)
{
  g_autoptr (GBytes) program =
      paddle_encode (PROGRAM (FEED_C UNDER_C ("1")) MORE (UNDER_C ("1")));
  g_autoptr (WeirModel) model = NULL;
  g_autoptr (GError) error = NULL;

  model = paddle_load (program, NULL, &error);
  g_assert_null (model);
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_LIMIT);
  assert_says (error, "nested more than 32 deep");
}

/* Operations that no output needs may be unknown. */
static void
test_unneeded (void)
{
  g_autoptr (GBytes) program = paddle_encode (PROGRAM (FEED_X OP (
      "strange", IN ("X", "x"), "z", NOTHING) OP ("relu", IN ("X", "x"), "y", NOTHING)));
  g_autoptr (WeirModel) model = NULL;
  g_autoptr (GError) error = NULL;

  model = paddle_load (program, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (model);
}

static const char twice_if[] =
    PROGRAM (FEED_X FEED_C OP ("assign", IN ("X", "x"), "y", NOTHING) UNDER_C ("1"))
        MORE (OP ("elementwise_add", IN ("X", "x") IN ("Y", "x"), "y", NOTHING));

/* Doubles what came in where it is true, and else hands it on. */
static void
test_condition (void)
{
  g_autoptr (GBytes) program = paddle_encode (twice_if);
  g_autoptr (WeirTensor) x = tensor_from_text ("2: 1 2");
  g_autoptr (WeirModel) model = NULL;
  g_autoptr (GError) error = NULL;

  model = paddle_load (program, NULL, &error);
  g_assert_no_error (error);
  for (int yes = 0; yes < 2; yes++) {
    g_autoptr (WeirTensor) real = tensor_from_text (yes ? "1: 1" : "1: 0");
    g_autoptr (WeirTensor) condition = weir_tensor_convert (real, WEIR_DTYPE_BOOL, NULL);
    g_autoptr (WeirTensor) wanted = tensor_from_text (yes ? "2: 2 4" : "2: 1 2");
    g_autoptr (WeirTensor) out = NULL;
    WeirTensor *in[] = { x, condition };

    weir_graph_evaluate (weir_model_graph (model), in, &out, NULL, &error);
    g_assert_no_error (error);
    assert_equal (out, wanted);
  }
}

/* Parameters that end too early, wherever that is, or too late. */
static void
test_params (void)
{
  const PaddleCase *c = &nn[0];
  g_autoptr (GBytes) params = NULL;
  g_autoptr (GBytes) program = paddle_program (c, &params);
  gsize whole = g_bytes_get_size (params);
  g_autoptr (GByteArray) more = g_byte_array_new ();

  g_byte_array_append (more, g_bytes_get_data (params, NULL), (guint) whole);
  g_byte_array_append (more, (const guint8 *) "", 1);
  for (gsize size = 0; size <= whole + 1; size++) {
    g_autoptr (GBytes) part = g_bytes_new (more->data, size);
    g_autoptr (WeirModel) model = NULL;
    g_autoptr (GError) error = NULL;

    model = paddle_load (program, part, &error);
    if (size == whole) {
      g_assert_no_error (error);
      continue;
    }
    g_assert_null (model);
    g_assert_error (error, WEIR_ERROR, WEIR_ERROR_FORMAT);
    assert_says (error, size < whole ? "parameter 'v1'" : "expected the end");
  }
}

/* A directory: the program under a usual name, and a file for each parameter. */
static void
test_folder (void)
{
  g_autoptr (GBytes) params = NULL;
  g_autoptr (GBytes) program = paddle_program (&nn[0], &params);
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);

  for (int whole = 0; whole < 2; whole++) {
    g_autoptr (GPtrArray) parts =
        g_ptr_array_new_with_free_func ((GDestroyNotify) weir_source_unref);
    g_autoptr (WeirFolder) here = NULL;
    g_autoptr (WeirModel) model = NULL;
    g_autoptr (GError) error = NULL;

    g_ptr_array_add (parts,
                     weir_source_new (program, whole ? "model.pdmodel" : "__model__"));
    here = weir_folder_new_parts (parts, "test");
    g_assert_true (weir_frontend_probe_folder (here) == &weir_frontend_paddle);
    model = weir_frontend_paddle.load (&(WeirFrontendInput){ .folder = here },
                                       unsupported, &error);
    g_assert_null (model);
    g_assert_error (error, WEIR_ERROR, WEIR_ERROR_ARGUMENT);
    g_clear_error (&error);
    g_clear_pointer (&here, weir_folder_free);
    g_ptr_array_add (parts, weir_source_new (params, whole ? "model.pdiparams" : "v1"));
    here = weir_folder_new_parts (parts, "test");
    model = weir_frontend_paddle.load (&(WeirFrontendInput){ .folder = here },
                                       unsupported, &error);
    g_assert_no_error (error);
    g_assert_nonnull (model);
  }
}

static void
test_probe (void)
{
  g_autoptr (GBytes) params = NULL;
  g_autoptr (GBytes) program = paddle_program (&nn[0], &params);
  gsize size;
  const guint8 *data = g_bytes_get_data (program, &size);
  WeirBytes head = WEIR_BYTES (data, size);
  g_autofree char *name = weir_frontend_paddle.topology_name ("a.b.pdmodel");
  g_autofree char *old = weir_frontend_paddle.topology_name ("__model__");

  g_assert_true (weir_frontend_probe (&head, NULL) == &weir_frontend_paddle);
  g_assert_cmpstr (name, ==, "a.b.pdiparams");
  g_assert_cmpstr (old, ==, "__params__");
  g_assert_null (weir_frontend_paddle.topology_name ("other"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/paddle/nn", nn, run_cases);
  g_test_add_data_func ("/paddle/math", math, run_cases);
  g_test_add_data_func ("/paddle/shape", shape, run_cases);
  g_test_add_data_func ("/paddle/detect", detect, run_cases);
  g_test_add_func ("/paddle/refused", test_refused);
  g_test_add_func ("/paddle/deep", test_deep);
  g_test_add_func ("/paddle/unneeded", test_unneeded);
  g_test_add_func ("/paddle/condition", test_condition);
  g_test_add_func ("/paddle/params", test_params);
  g_test_add_func ("/paddle/folder", test_folder);
  g_test_add_func ("/paddle/probe", test_probe);
  return g_test_run ();
}
