#include "base/problem.h"
#include "compare.h"
#include "option-grammar.h"

#include <string.h>

typedef gboolean (*Parse) (const char *text, GPtrArray **list, GError **error);

static GPtrArray *
parse (Parse function, const char *text)
{
  GPtrArray *list = NULL;
  GError *error = NULL;

  g_assert_true (function (text, &list, &error));
  g_assert_no_error (error);
  return list;
}

static void
refuse (Parse function, const char *text, WeirProblem problem, const char *what)
{
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *code = g_strdup_printf ("[W%04u]", weir_problem_row (problem)->number);

  if (function (text, &list, &error))
    g_error ("'%s': expected '%s' and %s, found no error", text, what, code);
  g_assert_error (error, WEIR_ERROR, (int) weir_problem_row (problem)->kind);
  if (!g_str_has_suffix (error->message, code) || strstr (error->message, what) == NULL)
    g_error ("'%s': expected '%s' and %s, found '%s'", text, what, code, error->message);
}

static void
test_inputs (void)
{
  g_autoptr (GPtrArray) list =
      parse (weir_parse_inputs, "0:conv[1,3,8,8]{f16}, model/x:0 ,b:1[2 ?,1..4]{boolean},"
                                "c[]->2,d{i32}[2]->[20,15],e->True,f(3)->[1 2 3],g->1.5");
  const WeirInputSpec *const *spec = (const WeirInputSpec *const *) list->pdata;

  g_assert_cmpuint (list->len, ==, 8);
  g_assert_cmpstr (spec[0]->name, ==, "conv");
  g_assert_cmpint (spec[0]->port, ==, 0);
  g_assert_true (spec[0]->before);
  g_assert_cmpstr (spec[0]->shape, ==, "1,3,8,8");
  g_assert_cmpint (spec[0]->dtype, ==, WEIR_DTYPE_F16);
  g_assert_cmpstr (spec[1]->name, ==, "model/x");
  g_assert_cmpint (spec[1]->port, ==, 0);
  g_assert_false (spec[1]->before);
  g_assert_null (spec[1]->shape);
  g_assert_cmpint (spec[1]->dtype, ==, WEIR_DTYPE_UNKNOWN);
  g_assert_cmpstr (spec[2]->shape, ==, "2,?,1..4");
  g_assert_cmpint (spec[2]->dtype, ==, WEIR_DTYPE_BOOL);
  g_assert_cmpstr (spec[3]->shape, ==, "");
  assert_ints (spec[3]->value, (gint64[]){ 2 }, 1);
  assert_shape (weir_tensor_shape (spec[3]->value), "[]");
  g_assert_cmpint (weir_tensor_dtype (spec[4]->value), ==, WEIR_DTYPE_I32);
  assert_ints (spec[4]->value, (gint64[]){ 20, 15 }, 2);
  g_assert_cmpint (weir_tensor_dtype (spec[5]->value), ==, WEIR_DTYPE_BOOL);
  assert_shape (weir_tensor_shape (spec[6]->value), "[3]");
  assert_f32 (spec[7]->value, (float[]){ 1.5 }, 1);
}

static void
test_inputs_wrong (void)
{
  const WeirProblem syntax = WEIR_PROBLEM_INPUT_SYNTAX;

  refuse (weir_parse_inputs, "x[1,2][3]", syntax, "expected one [...] at the end");
  refuse (weir_parse_inputs, "x[1,2", syntax, "brackets do not match");
  refuse (weir_parse_inputs, "x{f32}{f16}", syntax, "expected one {...}");
  refuse (weir_parse_inputs, "x{float8}", syntax, "'float8' is not an element type");
  refuse (weir_parse_inputs, "x->1->2", syntax, "more than one '->'");
  refuse (weir_parse_inputs, "x->[1,2", syntax, "brackets do not match");
  refuse (weir_parse_inputs, "x->one", syntax, "'one' is not a number");
  refuse (weir_parse_inputs, "x,,y", syntax, "without a name");
  refuse (weir_parse_inputs, "[1,2]", syntax, "without a name");
  refuse (weir_parse_inputs, "x[1,-2]", WEIR_PROBLEM_SHAPE_SYNTAX, "1,-2");
  refuse (weir_parse_inputs, "x[4..2]", WEIR_PROBLEM_SHAPE_SYNTAX, "4..2");
  refuse (weir_parse_inputs, "x[...]", WEIR_PROBLEM_SHAPE_SYNTAX, "...");
  refuse (weir_parse_inputs, "x[1,1,1,1,1,1,1,1,1]", WEIR_PROBLEM_SHAPE_SYNTAX,
          "at most 8");
  refuse (weir_parse_inputs, "x[3]->[1,2]", WEIR_PROBLEM_FREEZE_SHAPE,
          "input 'x': 2 values do not fill the shape [3]");
  refuse (weir_parse_inputs, "x[?]->[1,2]", WEIR_PROBLEM_FREEZE_SHAPE, "[?]");
}

static void
test_frozen (void)
{
  g_autoptr (GPtrArray) list = parse (weir_parse_inputs, "a->1,b[2]");
  const WeirInputSpec *spec;
  GError *error = NULL;

  g_assert_true (weir_parse_frozen ("b->[3 4],c->True,a->1", &list, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 3);
  spec = list->pdata[1];
  assert_ints (spec->value, (gint64[]){ 3, 4 }, 2);
  spec = list->pdata[2];
  g_assert_cmpstr (spec->name, ==, "c");
  g_assert_false (weir_parse_frozen ("a->2", &list, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "input 'a' has another value already, found '2' [W0206]");
  g_error_free (error);
  refuse (weir_parse_frozen, "a", WEIR_PROBLEM_INPUT_SYNTAX, "expected name->value");
  refuse (weir_parse_frozen, "->1", WEIR_PROBLEM_INPUT_SYNTAX, "expected name->value");
  refuse (weir_parse_frozen, "a->1->2", WEIR_PROBLEM_INPUT_SYNTAX, "name->value");
}

static void
test_shapes (void)
{
  g_autoptr (GPtrArray) list =
      parse (weir_parse_shapes, "[ 1, 3 ,224,224], (2,-1),[..5,2..,?],[]");
  g_autoptr (GPtrArray) named = parse (weir_parse_inputs, "a,b");
  GError *error = NULL;

  g_assert_cmpuint (list->len, ==, 4);
  g_assert_cmpstr (((WeirInputSpec *) list->pdata[0])->shape, ==, "1,3,224,224");
  g_assert_cmpstr (((WeirInputSpec *) list->pdata[1])->shape, ==, "2,?");
  g_assert_cmpstr (((WeirInputSpec *) list->pdata[2])->shape, ==, "..5,2..,?");
  g_assert_cmpstr (((WeirInputSpec *) list->pdata[3])->shape, ==, "");
  g_assert_false (weir_parse_shapes ("[1]", &named, &error));
  g_assert_cmpstr (
      error->message, ==,
      "expected a shape for each of the 2 inputs of --input, found 1 [W0202]");
  g_error_free (error);
  refuse (weir_parse_shapes, "1,2", WEIR_PROBLEM_SHAPE_SYNTAX, "is not a shape");
  refuse (weir_parse_shapes, "x[1]", WEIR_PROBLEM_SHAPE_SYNTAX, "is not a shape");
  refuse (weir_parse_shapes, "[1,x]", WEIR_PROBLEM_SHAPE_SYNTAX, "'1,x'");
  refuse (weir_parse_shapes, "[99999999999999999999]", WEIR_PROBLEM_SHAPE_SYNTAX, "999");
}

static void
test_outputs (void)
{
  g_autoptr (GPtrArray) list = parse (weir_parse_outputs, "conv:1,0:fc,scope/name");
  const WeirOutputSpec *const *spec = (const WeirOutputSpec *const *) list->pdata;

  g_assert_cmpstr (spec[0]->name, ==, "conv");
  g_assert_cmpint (spec[0]->port, ==, 1);
  g_assert_true (spec[1]->before);
  g_assert_cmpint (spec[2]->port, ==, -1);
  refuse (weir_parse_outputs, "a,", WEIR_PROBLEM_INPUT_SYNTAX, "without a name");
}

static void
test_channels (void)
{
  g_autoptr (GPtrArray) list = parse (weir_parse_channels, "data[104,-117.5,1e2],x(4)");
  const WeirChannelSpec *const *spec = (const WeirChannelSpec *const *) list->pdata;
  const WeirProblem syntax = WEIR_PROBLEM_CHANNELS_SYNTAX;

  g_assert_cmpstr (spec[0]->name, ==, "data");
  g_assert_cmpuint (spec[0]->n, ==, 3);
  g_assert_cmpfloat (spec[0]->values[1], ==, -117.5);
  g_assert_cmpfloat (spec[0]->values[2], ==, 100);
  g_assert_cmpuint (spec[1]->n, ==, 1);
  refuse (weir_parse_channels, "[1,2,3],x[4]", syntax, "all values need a name, or none");
  refuse (weir_parse_channels, "x[1],[4]", syntax, "all values need a name, or none");
  refuse (weir_parse_channels, "1,2,3", syntax, "expected NAME[a,b,c] or [a,b,c]");
  refuse (weir_parse_channels, "[]", syntax, "expected numbers");
  refuse (weir_parse_channels, "[1,True]", syntax, "expected numbers");
  refuse (weir_parse_channels, "[1,2", syntax, "brackets do not match");
}

static void
test_layouts (void)
{
  g_autoptr (GPtrArray) list =
      parse (weir_parse_layouts, "in(nhwc->nchw), out([n,...]) ,x(nc)");
  g_autoptr (GPtrArray) plain = parse (weir_parse_layouts, "[n,h,w,c]->[n,c,h,w]");
  const WeirLayoutSpec *const *spec = (const WeirLayoutSpec *const *) list->pdata;
  const WeirLayoutSpec *only = plain->pdata[0];
  const WeirProblem syntax = WEIR_PROBLEM_LAYOUT_SYNTAX;

  g_assert_cmpstr (spec[0]->name, ==, "in");
  g_assert_cmpstr (spec[0]->source, ==, "nhwc");
  g_assert_cmpstr (spec[0]->target, ==, "nchw");
  g_assert_cmpstr (spec[1]->source, ==, "[n,...]");
  g_assert_null (spec[1]->target);
  g_assert_null (only->name);
  g_assert_cmpstr (only->target, ==, "[n,c,h,w]");
  refuse (weir_parse_layouts, "nhwc,x(nc)", syntax, "all layouts need a name, or none");
  refuse (weir_parse_layouts, "nhwc->", syntax, "expected a layout");
  refuse (weir_parse_layouts, "x()", syntax, "expected a layout");
  refuse (weir_parse_layouts, "x(nc)y", syntax, "expected name(layout)");
  refuse (weir_parse_layouts, "[n,c,h]->[n*c,h]", syntax, "cannot be joined");
}

/* Both sides of one input come from two options, by name or by place. */
static void
test_layout_sides (void)
{
  g_autoptr (GPtrArray) list = NULL, named = NULL;
  const WeirLayoutSpec *spec;
  GError *error = NULL;

  g_assert_true (weir_parse_layout_side ("nchw,nc", FALSE, &list, &error));
  g_assert_true (weir_parse_layout_side ("nhwc", TRUE, &list, &error));
  g_assert_cmpuint (list->len, ==, 2);
  spec = list->pdata[0];
  g_assert_cmpstr (spec->source, ==, "nchw");
  g_assert_cmpstr (spec->target, ==, "nhwc");
  g_assert_true (weir_parse_layout_side ("a(nc),b(nc)", FALSE, &named, &error));
  g_assert_true (weir_parse_layout_side ("b(cn),c(cn)", TRUE, &named, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (named->len, ==, 3);
  spec = named->pdata[1];
  g_assert_cmpstr (spec->target, ==, "cn");
  g_assert_false (weir_parse_layout_side ("a(nc->cn)", TRUE, &named, &error));
  assert_says (error, "'->' is for --layout");
  g_error_free (error);
}

static void
test_transforms (void)
{
  g_autoptr (GPtrArray) list =
      parse (weir_parse_transforms, "LowLatency2[use_const_initializer=False],Pruning,"
                                    "MakeStateful[param_res_names={'a':'b','c':'d'}]");
  g_autoptr (GPtrArray) none = parse (weir_parse_transforms, "");
  const WeirTransformSpec *const *spec = (const WeirTransformSpec *const *) list->pdata;
  const WeirProblem syntax = WEIR_PROBLEM_TRANSFORM_SYNTAX;

  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (list->len, ==, 3);
  g_assert_cmpstr (g_hash_table_lookup (spec[0]->arguments, "use_const_initializer"), ==,
                   "False");
  g_assert_cmpstr (g_hash_table_lookup (spec[2]->arguments, "param_res_names"), ==,
                   "{'a':'b','c':'d'}");
  refuse (weir_parse_transforms, "LowLatency", WEIR_PROBLEM_TRANSFORM_NAME,
          "expected one of LowLatency2, MakeStateful, Pruning");
  refuse (weir_parse_transforms, "Pruning[a=1]", syntax, "expected no argument");
  refuse (weir_parse_transforms, "LowLatency2[a]", syntax, "expected key=value");
  refuse (weir_parse_transforms, "LowLatency2[a=1]x", syntax, "expected LowLatency2[");
  refuse (weir_parse_transforms, "LowLatency2[a=1]", syntax,
          "expected use_const_initializer, found 'a'");
}

static void
test_patterns (void)
{
  g_autoptr (GPtrArray) list = parse (weir_parse_patterns, "^conv[0-9],fc$");

  g_assert_true (g_regex_match (list->pdata[0], "conv1/x", 0, NULL));
  g_assert_false (g_regex_match (list->pdata[1], "fc1", 0, NULL));
  refuse (weir_parse_patterns, "(", WEIR_PROBLEM_INPUT_SYNTAX, "(");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/convert/grammar/inputs", test_inputs);
  g_test_add_func ("/convert/grammar/inputs-wrong", test_inputs_wrong);
  g_test_add_func ("/convert/grammar/frozen", test_frozen);
  g_test_add_func ("/convert/grammar/shapes", test_shapes);
  g_test_add_func ("/convert/grammar/outputs", test_outputs);
  g_test_add_func ("/convert/grammar/channels", test_channels);
  g_test_add_func ("/convert/grammar/layouts", test_layouts);
  g_test_add_func ("/convert/grammar/layout-sides", test_layout_sides);
  g_test_add_func ("/convert/grammar/transforms", test_transforms);
  g_test_add_func ("/convert/grammar/patterns", test_patterns);
  return g_test_run ();
}
