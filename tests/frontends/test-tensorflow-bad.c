#include "base/error.h"
#include "compare.h"
#include "frontends/frontend.h"

#include <string.h>

/* Graphs that break the rules of their operations, or that Weir does not convert, and
 * what it says of them. */

#define PLACE(name, type, dims)                                                       \
  "node { name: '" name "' op: 'Placeholder' attr { key: 'dtype' value { type: " type \
  " } } attr { key: 'shape' value { shape { " dims " } } } }\n"
#define D(n) "dim { size: " n " } "
#define X    PLACE ("x", "DT_FLOAT", D ("1") D ("4") D ("4") D ("2"))
#define OPEN PLACE ("o", "DT_INT32", D ("2"))
#define INTS(name, n, list)                                                             \
  "node { name: '" name "' op: 'Const' attr { key: 'dtype' value { type: DT_INT32 } } " \
  "attr { key: 'value' value { tensor { dtype: DT_INT32 tensor_shape { " n              \
  "} int_val: [" list "] } } } }\n"
#define FLOATS(name, n, list)                                                           \
  "node { name: '" name "' op: 'Const' attr { key: 'dtype' value { type: DT_FLOAT } } " \
  "attr { key: 'value' value { tensor { dtype: DT_FLOAT tensor_shape { " n              \
  "} float_val: [" list "] } } } }\n"
#define NODE(op, inputs, attrs) "node { name: 'y' op: '" op "' " inputs attrs "}\n"
#define IN(name)                "input: '" name "' "
#define LIST(name, list)        "attr { key: '" name "' value { list { i: [" list "] } } } "
#define TEXT(name, text)        "attr { key: '" name "' value { s: '" text "' } } "

static const struct {
  const char *text, *message;
} cases[] = {
  /* The graph itself. */
  { "node { op: 'Abs' }", "node 0 has no name or no operation" },
  { X "node { name: 'x' op: 'Abs' input: 'x' }", "there are two nodes 'x'" },
  { NODE ("Abs", IN ("gone"), ""), "node 'y' (Abs): there is no node 'gone'" },
  { X NODE ("Abs", IN ("x:1"), ""), "node 'x' (Placeholder) has no output 1" },
  { X NODE ("Abs", "", ""), "input 0 is missing" },
  { NODE ("Abs", IN ("z"), "") "node { name: 'z' op: 'Abs' input: 'y' }",
    "the graph has no output" },
  { NODE ("Abs", IN ("z"), "") "node { name: 'z' op: 'Neg' input: 'w' }"
                               "node { name: 'w' op: 'Neg' input: 'z' }",
    "the graph has a cycle" },
  { "node { name: 'n' op: 'NoOp' }" NODE ("Abs", IN ("n"), ""),
    "'n' (NoOp): it gives no value" },
  { X NODE ("XlaDotV2", IN ("x") IN ("x"), ""), "export the model without XLA" },
  { X NODE ("RestoreSlice", IN ("x"), ""), "the graph has no output" },
  { X "node { name: 'a' op: 'AssignAdd' input: 'x' input: 'x' }"
      "node { name: 'y' op: 'Abs' input: 'a' }",
    "'a' (AssignAdd): it belongs to training or to saving" },

  /* Windows. */
  { X FLOATS ("f", D ("1") D ("1") D ("2") D ("1"), "1") NODE (
        "Conv2D", IN ("x") IN ("f"), LIST ("strides", "1, 1") TEXT ("padding", "SAME")),
    "attribute 'strides': expected 4 numbers, found 2" },
  { X NODE ("MaxPool", IN ("x"),
            LIST ("strides", "1, 1, 1, 1") LIST ("ksize", "1, 2, 2")
                TEXT ("padding", "SAME")),
    "attribute 'ksize': expected 4 numbers, found 3" },
  { X FLOATS ("f", D ("1") D ("1") D ("2") D ("1"), "1")
        NODE ("Conv2D", IN ("x") IN ("f"),
              LIST ("strides", "1, 1, 1, 1") TEXT ("padding", "EXPLICIT")
                  LIST ("explicit_paddings", "1, 1")),
    "expected 8 numbers, found 2" },

  /* Lists and axes. */
  { X NODE ("ConcatV2", IN ("x"), ""), "expected at least 2 inputs, found 1" },
  { X NODE ("Concat", IN ("x"), ""), "expected at least 2 inputs, found 1" },
  { X NODE ("Pack", "", ""), "expected at least 1 input, found none" },
  { X OPEN NODE ("ConcatV2", IN ("x") IN ("x") IN ("o"), ""), "the axis" },
  { X OPEN NODE ("Reverse", IN ("x") IN ("o"), ""), "the dimensions" },
  { X INTS ("b", D ("4"), "0") INTS ("s", D ("2"), "1")
        NODE ("Slice", IN ("x") IN ("b") IN ("s"), ""),
    "4 begins, but 2 sizes" },

  /* Bounds. */
  { X FLOATS ("low", "", "1") FLOATS ("high", "", "2")
        NODE ("FakeQuantWithMinMaxVars", IN ("x") IN ("low") IN ("high"), ""),
    "bounds 1 and 2 do not enclose 0" },
  { X FLOATS ("low", D ("2"), "-1") FLOATS ("high", D ("3"), "2")
        NODE ("FakeQuantWithMinMaxVarsPerChannel", IN ("x") IN ("low") IN ("high"), ""),
    "2 lower, but 3 upper bounds" },

  /* What an iterator or a queue gives. */
  { "node { name: 'q' op: 'IteratorV2' }" NODE (
        "IteratorGetNext", IN ("q"),
        "attr { key: 'output_types' value { list { type: DT_STRING } } }"),
    "an input of type DT_STRING" },
  { "node { name: 'q' op: 'IteratorV2' }" NODE (
        "IteratorGetNext", IN ("q"),
        "attr { key: 'output_types' value { list { type: [DT_FLOAT, DT_FLOAT] } } } attr "
        "{ "
        "key: 'output_shapes' value { list { shape { } } } }"),
    "expected 2 shapes, one a type, found 1" },
  { "node { name: 'q' op: 'FIFOQueueV2' attr { key: 'shapes' value { list { shape { " D (
        "1") D ("1") D ("1") D ("1") D ("1") D ("1") D ("1")
        D ("1") " } } } } }"
                "node { name: 'd' op: 'QueueDequeueUpToV2' input: 'q' attr { key: "
                "'component_types' value { list { type: DT_FLOAT } } } }"
                "node { name: 'y' op: 'Abs' input: 'd' }",
    "an input of rank 9" },
  { "node { name: 'd' op: 'QueueDequeueV2' }"
    "node { name: 'y' op: 'Abs' input: 'd' }",
    "input 0 is missing" },

  /* Constants. */
  { "node { name: 'c' op: 'Const' attr { key: 'dtype' value { type: DT_STRING } } attr { "
    "key: 'value' value { tensor { dtype: DT_STRING tensor_shape { } } } } }"
    "node { name: 'y' op: 'Abs' input: 'c' }",
    "elements of type DT_STRING" },
  { "node { name: 'c' op: 'Const' attr { key: 'dtype' value { type: DT_FLOAT } } attr { "
    "key: 'value' value { tensor { dtype: DT_FLOAT tensor_shape { unknown_rank: true } } "
    "} "
    "} } node { name: 'y' op: 'Abs' input: 'c' }",
    "the shape of a constant is not known" },
  { PLACE ("p", "DT_FLOAT",
           D ("1") D ("1") D ("1") D ("1") D ("1") D ("1") D ("1") D ("1") D ("1"))
        NODE ("Abs", IN ("p"), ""),
    "rank 9; at most 8 is supported" },
};

static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GBytes) bytes = g_bytes_new_static (cases[i].text, strlen (cases[i].text));
    g_autoptr (WeirSource) source = weir_source_new (bytes, "test.pbtxt");
    g_autoptr (GPtrArray) unsupported =
        g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
    WeirFrontendInput input = { .source = source };
    GError *error = NULL;
    g_autoptr (WeirModel) model = NULL;

    model = weir_frontend_tensorflow.load (&input, unsupported, &error);
    if (model != NULL)
      g_test_message ("'%s' was converted", cases[i].text);
    g_assert_null (model);
    assert_says (error, cases[i].message);
    g_error_free (error);
  }
}

/* First bytes: a node is field 1, in which name and operation are fields 1 and 2. */
static void
test_probe (void)
{
  static const guint8 graph[] = {
    0x0a, 0x08, 0x0a, 0x01, 'x', 0x12, 0x03, 'A', 'b', 's'
  };
  static const guint8 meta[] = { 0x0a, 0x03, 0x22, 0x01, 't' };
  static const char text[] = " \n node { name: 'x' }";
  WeirBytes bytes = WEIR_BYTES (graph, sizeof graph);

  g_assert_cmpint (weir_frontend_tensorflow.probe (&bytes, NULL), ==, 80);
  bytes = WEIR_BYTES (meta, sizeof meta);
  g_assert_cmpint (weir_frontend_tensorflow.probe (&bytes, "m.meta"), ==, 70);
  g_assert_cmpint (weir_frontend_tensorflow.probe (&bytes, "m.pb"), ==, 0);
  bytes = WEIR_BYTES ((const guint8 *) text, strlen (text));
  g_assert_cmpint (weir_frontend_tensorflow.probe (&bytes, NULL), ==, 60);
  bytes = WEIR_BYTES ((const guint8 *) "nodes {", 7);
  g_assert_cmpint (weir_frontend_tensorflow.probe (&bytes, NULL), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tensorflow/bad/messages", test_bad);
  g_test_add_func ("/tensorflow/bad/probe", test_probe);
  return g_test_run ();
}
