#include "compare.h"
#include "ir/evaluate.h"
#include "tensorflow-text.h"

#include <math.h>
#include <string.h>

/* Loops, branches, TensorArrays and cells of TensorFlow, in graphs as text. What is
 * expected follows from the numbers in the graph; that of cells is TensorFlow 2.21's. */

#define MOST 12

#define ATTR(key, value)     " attr { key: \"" key "\" value { " value " } }"
#define NODE(name, op, rest) " node { name: \"" name "\" op: \"" op "\"" rest " }"
#define IN(text)             " input: \"" text "\""
#define PLACEHOLDER(name, type, dims) \
  NODE (name, "Placeholder",          \
        ATTR ("dtype", "type: " type) ATTR ("shape", "shape { " dims " }"))
#define TENSOR(type, dims, values) \
  "tensor { dtype: " type " tensor_shape { " dims " } " values " }"
#define CONST(name, type, dims, values) \
  NODE (name, "Const",                  \
        ATTR ("dtype", "type: " type) ATTR ("value", TENSOR (type, dims, values)))
#define INT(name, value) CONST (name, "DT_INT32", "", "int_val: " value)
#define ENTER(name, value) \
  NODE (name, "Enter", IN (value) ATTR ("frame_name", "s: \"f\""))
#define MERGE(name, a, b)  NODE (name, "Merge", IN (a) IN (b))
#define SWITCH(name, x, p) NODE (name, "Switch", IN (x) IN (p))
#define DIM2               "dim { size: 2 }"

/* i = @start; while i < n. */
#define COUNTER(start)                                                              \
  INT ("start", start)                                                              \
  INT ("one", "1")                                                                  \
  ENTER ("i/e", "start")                                                            \
  ENTER ("n/e", "n")                                                                \
  MERGE ("i/m", "i/e", "i/n")                                                       \
  NODE ("less", "Less", IN ("i/m") IN ("n/e")) NODE ("go", "LoopCond", IN ("less")) \
      SWITCH ("i/s", "i/m", "go") NODE ("add", "AddV2", IN ("i/s:1") IN ("one"))    \
          NODE ("i/n", "NextIteration", IN ("add"))

/* A variable that begins as @first and goes on as @next. */
#define VARIABLE(name, first, next)       \
  ENTER (name "/e", first)                \
  MERGE (name "/m", name "/e", name "/n") \
  SWITCH (name "/s", name "/m", "go") NODE (name "/n", "NextIteration", IN (next))
#define LEFT(name) NODE (name "/x", "Exit", IN (name "/s"))

/* The element of a TensorArray that no round writes is zeros. */
#define ARRAY(name, size)                          \
  NODE (name, "TensorArrayV3",                     \
        IN (size) ATTR ("dtype", "type: DT_FLOAT") \
            ATTR ("element_shape", "shape { " DIM2 " }"))

/*
 * Case:
 * @inputs: what is fed: numbers of the placeholders, one after the other
 * @operation: (nullable): must be in the graph
 */
typedef struct {
  const char *text;
  double inputs[MOST];
  double expected[MOST];
  guint count;
  const char *operation;
} Case;

#define X2 PLACEHOLDER ("x", "DT_FLOAT", DIM2)
#define N  PLACEHOLDER ("n", "DT_INT32", "")
#define P  PLACEHOLDER ("p", "DT_BOOL", "")

static const Case loops[] = {
  /* x, and three times x more. */
  { INT ("n", "3") X2 COUNTER ("0") ENTER ("x/e", "x") VARIABLE ("y", "x", "sum")
        NODE ("sum", "AddV2", IN ("y/s:1") IN ("x/e")) NODE ("z", "Identity", IN ("y/x"))
            LEFT ("y"),
    { 1, -2 },
    { 4, -8 },
    2,
    "Loop" },
  /* The number of rounds is fed, and counts from 1. */
  { N X2 COUNTER ("1") ENTER ("x/e", "x") VARIABLE ("y", "x", "sum")
        NODE ("sum", "AddV2", IN ("y/s:1") IN ("x/e")) NODE ("z", "Identity", IN ("y/x"))
            LEFT ("y"),
    { 4, 1, -2 },
    { 4, -8 },
    2,
    "Loop" },
  /* No round at all. */
  { N X2 COUNTER ("1") ENTER ("x/e", "x") VARIABLE ("y", "x", "sum")
        NODE ("sum", "AddV2", IN ("y/s:1") IN ("x/e")) NODE ("z", "Identity", IN ("y/x"))
            LEFT ("y"),
    { -7, 1, -2 },
    { 1, -2 },
    2,
    "Loop" },
  /* The counter itself, after the loop. */
  { N COUNTER ("2") NODE ("i/x", "Exit", IN ("i/s")) NODE ("z", "Identity", IN ("i/x")),
    { 9 },
    { 9 },
    1,
    NULL },
  /* A condition that no count says: doubled until it is no longer below n. */
  { PLACEHOLDER ("x", "DT_INT32", "") N ENTER ("n/e", "n") VARIABLE ("y", "x", "twice")
        NODE ("less", "Less", IN ("y/m") IN ("n/e")) NODE ("go", "LoopCond", IN ("less"))
            NODE ("twice", "AddV2", IN ("y/s:1") IN ("y/s:1"))
                NODE ("z", "Identity", IN ("y/x")) LEFT ("y"),
    { 3, 40 },
    { 48 },
    1,
    "Loop" },
  { NULL },
};

static const Case arrays[] = {
  /* Written in each round, two elements are left as zeros. */
  { N X2 INT ("size", "4") ARRAY ("a", "size") COUNTER ("0") ENTER ("a/h", "a")
        ENTER ("x/e", "x") VARIABLE ("y", "x", "sum")
            NODE ("sum", "AddV2", IN ("y/s:1") IN ("x/e")) VARIABLE ("f", "a:1", "write")
                NODE ("write", "TensorArrayWriteV3",
                      IN ("a/h") IN ("i/s:1") IN ("sum") IN ("f/s:1"))
                    CONST ("all", "DT_INT32", "dim { size: 4 }", "int_val: [0, 1, 2, 3]")
                        NODE ("z", "TensorArrayGatherV3", IN ("a") IN ("all") IN ("f/x"))
                            LEFT ("f"),
    { 2, 1, 10 },
    { 2, 20, 3, 30, 0, 0, 0, 0 },
    8,
    "Loop" },
  /* Read by the number of the round: the sum of the rows. */
  { INT ("n", "3") PLACEHOLDER ("x", "DT_FLOAT", "dim { size: 3 } " DIM2) ARRAY ("a", "n")
        CONST ("all", "DT_INT32", "dim { size: 3 }", "int_val: [0, 1, 2]") NODE (
            "in", "TensorArrayScatterV3", IN ("a") IN ("all") IN ("x") IN ("a:1"))
            COUNTER ("0") ENTER ("a/h", "a") ENTER ("a/f", "in") CONST (
                "zero", "DT_FLOAT", DIM2, "float_val: 0.0") VARIABLE ("y", "zero", "sum")
                NODE ("row", "TensorArrayReadV3", IN ("a/h") IN ("i/s:1") IN ("a/f"))
                    NODE ("sum", "AddV2", IN ("y/s:1") IN ("row"))
                        NODE ("z", "Identity", IN ("y/x")) LEFT ("y"),
    { 1, 2, 3, 4, 5, 6 },
    { 9, 12 },
    2,
    "Loop" },
  /* Each element is the sum of the one before it and x. */
  { INT ("n", "3") X2 ARRAY ("a", "n") INT ("none", "0") NODE (
        "w0", "TensorArrayWriteV3", IN ("a") IN ("none") IN ("x") IN ("a:1"))
        COUNTER ("1") ENTER ("a/h", "a") ENTER ("x/e", "x") VARIABLE ("f", "w0", "write")
            NODE ("last", "Sub", IN ("i/s:1") IN ("one"))
                NODE ("row", "TensorArrayReadV3", IN ("a/h") IN ("last") IN ("f/s:1"))
                    NODE ("sum", "AddV2", IN ("row") IN ("x/e"))
                        NODE ("write", "TensorArrayWriteV3",
                              IN ("a/h") IN ("i/s:1") IN ("sum") IN ("f/s:1"))
                            CONST ("two", "DT_INT32", DIM2, "int_val: [2, 1]")
                                NODE ("z", "TensorArrayGatherV3",
                                      IN ("a") IN ("two") IN ("f/x")) LEFT ("f"),
    { 1, 10 },
    { 3, 30, 2, 20 },
    4,
    "Loop" },
  { NULL },
};

#define BRANCHES         \
  SWITCH ("s", "x", "p") \
  NODE ("yes", "Neg", IN ("s:1")) NODE ("no", "Square", IN ("s")) MERGE ("m", "no", "yes")

#define CHOSEN(output) P X2 BRANCHES NODE ("z", "Identity", IN (output))

static const Case branches[] = {
  { CHOSEN ("m"), { 1, 3, -4 }, { -3, 4 }, 2, "If" },
  { CHOSEN ("m"), { 0, 3, -4 }, { 9, 16 }, 2, "If" },
  /* Which of the Merge's inputs has come. */
  { CHOSEN ("m:1"), { 1, 3, -4 }, { 1 }, 1, NULL },
  { CHOSEN ("m:1"), { 0, 3, -4 }, { 0 }, 1, NULL },
  /* What is known before is chosen before. */
  { CONST ("p", "DT_BOOL", "", "bool_val: true")
        X2 BRANCHES NODE ("z", "Identity", IN ("m")),
    { 3, -4 },
    { -3, 4 },
    2,
    "Negative" },
  /* A branch within a branch. */
  { P PLACEHOLDER ("q", "DT_BOOL", "") X2 SWITCH ("s", "x", "p") SWITCH ("t", "q", "p")
        SWITCH ("u", "s:1", "t:1") NODE ("yy", "Neg", IN ("u:1"))
            NODE ("yn", "Square", IN ("u")) MERGE ("inner", "yn", "yy")
                NODE ("no", "Abs", IN ("s")) MERGE ("m", "no", "inner")
                    NODE ("z", "Identity", IN ("m")),
    { 1, 0, 3, -4 },
    { 9, 16 },
    2,
    "If" },
  { NULL },
};

#define ARGUMENT(kind, name, type) " " kind " { name: \"" name "\" type: " type " }"
#define FUNCTION(name, signature, nodes) \
  " function { signature { name: \"" name "\"" signature " }" nodes " }"
#define INNER(name, op, rest) " node_def { name: \"" name "\" op: \"" op "\"" rest " }"
#define RETURN(name, value)   " ret { key: \"" name "\" value: \"" value "\" }"
#define TWO \
  ARGUMENT ("input_arg", "i", "DT_INT32") ARGUMENT ("input_arg", "y", "DT_FLOAT")
#define BELOW_3                                                               \
  FUNCTION ("c", TWO ARGUMENT ("output_arg", "o", "DT_BOOL"),                 \
            INNER ("k", "Const",                                              \
                   ATTR ("dtype", "type: DT_INT32")                           \
                       ATTR ("value", TENSOR ("DT_INT32", "", "int_val: 3"))) \
                INNER ("l", "Less", IN ("i") IN ("k:output:0")) RETURN ("o", "l:z:0"))
#define ONE_MORE                                                    \
  INNER ("k", "Const",                                              \
         ATTR ("dtype", "type: DT_INT32")                           \
             ATTR ("value", TENSOR ("DT_INT32", "", "int_val: 1"))) \
  INNER ("a", "AddV2", IN ("i") IN ("k:output:0"))
#define DOUBLED                                                                    \
  FUNCTION ("b",                                                                   \
            TWO ARGUMENT ("output_arg", "j", "DT_INT32")                           \
                ARGUMENT ("output_arg", "w", "DT_FLOAT"),                          \
            ONE_MORE INNER ("d", "AddV2", IN ("y") IN ("y")) RETURN ("j", "a:z:0") \
                RETURN ("w", "d:z:0"))
#define WHILE                                                      \
  INT ("zero", "0")                                                \
  NODE ("w", "StatelessWhile",                                     \
        IN ("zero") IN ("x") ATTR ("cond", "func { name: \"c\" }") \
            ATTR ("body", "func { name: \"b\" }"))
#define UNARY(name, op)                                   \
  FUNCTION (name,                                         \
            ARGUMENT ("input_arg", "v", "DT_FLOAT")       \
                ARGUMENT ("output_arg", "o", "DT_FLOAT"), \
            INNER ("u", op, IN ("v")) RETURN ("o", "u:y:0"))

#define OF_THREE                                                               \
  N X2 NODE ("f", "Case",                                                      \
             IN ("n") IN ("x")                                                 \
                 ATTR ("branches", "list { func { name: \"t\" } func { name: " \
                                   "\"e\" } func { name: \"g\" } }"))          \
      NODE ("z", "Identity", IN ("f")) " library {" UNARY ("t", "Neg")         \
          UNARY ("e", "Square") UNARY ("g", "Abs") " }"

static const Case calls[] = {
  { X2 WHILE NODE ("z", "Identity", IN ("w:1")) " library {" BELOW_3 DOUBLED " }",
    { 1, -2 },
    { 8, -16 },
    2,
    "Loop" },
  { P X2 NODE ("f", "If",
               IN ("p") IN ("x") ATTR ("then_branch", "func { name: \"t\" }")
                   ATTR ("else_branch", "func { name: \"e\" }"))
        NODE ("z", "Identity", IN ("f")) " library {" UNARY ("t", "Neg")
            UNARY ("e", "Square") " }",
    { 0, 3, -4 },
    { 9, 16 },
    2,
    "If" },
  /* A number that is none chooses the last branch. */
  { OF_THREE, { -1, 3, -4 }, { 3, 4 }, 2, "If" },
  { OF_THREE, { 1, 3, -4 }, { 9, 16 }, 2, "If" },
  { NULL },
};

/* (transfer full): the inputs of @graph, filled with @numbers. */
static GPtrArray *
feed (const WeirGraph *graph, const double *numbers)
{
  GPtrArray *inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_tensor_unref);

  for (guint i = 0; i < weir_graph_n_parameters (graph); i++) {
    const WeirValueInfo *info = &weir_graph_parameter (graph, i)->outputs[0].info;
    WeirTensor *tensor = weir_tensor_new (info->dtype, &info->shape, NULL);

    g_assert_nonnull (tensor);
    for (gsize k = 0; k < weir_tensor_count (tensor); k++)
      weir_dtype_store (info->dtype, weir_tensor_writable (tensor), k, *numbers++);
    g_ptr_array_add (inputs, tensor);
  }
  return inputs;
}

static gboolean
has_operation (const WeirGraph *graph, const char *op)
{
  for (guint id = 0; id < weir_graph_size (graph); id++)
    if (weir_node_is (weir_graph_node (graph, id), op))
      return TRUE;
  return FALSE;
}

static void
run_case (const Case *c)
{
  g_autoptr (WeirModel) model = NULL;
  g_autoptr (GPtrArray) inputs = NULL;
  WeirTensor *outputs[1];
  WeirGraph *graph;
  GError *error = NULL;

  g_test_message ("%s", c->text);
  model = load_text (c->text, &error);
  g_assert_no_error (error);
  graph = weir_model_graph (model);
  g_assert_cmpuint (weir_graph_n_results (graph), ==, 1);
  g_assert_true (c->operation == NULL || has_operation (graph, c->operation));
  inputs = feed (graph, c->inputs);
  weir_graph_evaluate (graph, (WeirTensor **) inputs->pdata, outputs, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (weir_tensor_count (outputs[0]), ==, c->count);
  for (guint i = 0; i < c->count; i++)
    g_assert_cmpfloat_with_epsilon (weir_tensor_get (outputs[0], i), c->expected[i],
                                    1e-5 * MAX (1, fabs (c->expected[i])));
  weir_tensor_unref (outputs[0]);
}

static void
run_cases (gconstpointer table)
{
  for (const Case *c = table; c->text != NULL; c++)
    run_case (c);
}

static const struct {
  const char *text, *message;
} bad[] = {
  { X2 NODE ("a", "AddV2", IN ("b") IN ("x")) NODE ("b", "Identity", IN ("a"))
        NODE ("z", "Identity", IN ("b")),
    "the graph has a cycle" },
  { X2 NODE ("e", "Exit", IN ("x")) NODE ("z", "Identity", IN ("e")),
    "node 'e' (Exit): it leaves no loop" },
  { X2 INT ("n", "3") COUNTER ("0") ENTER ("y/e", "x") MERGE ("y/m", "y/e", "x")
        SWITCH ("y/s", "y/m", "go") LEFT ("y") NODE ("z", "Identity", IN ("y/x")),
    "the loop 'f' does not close: Merge 'y/m' reads no NextIteration" },
  { X2 VARIABLE ("y", "x", "y/s:1") LEFT ("y") NODE ("go", "LoopCond", "")
        NODE ("z", "Identity", IN ("y/x")),
    "the loop 'f' has no condition" },
  { X2 ENTER ("e", "x") NODE ("z", "Identity", IN ("e")), "the graph has no output" },
  { X2 MERGE ("m", "x", "x") NODE ("z", "Identity", IN ("m")),
    "no Switch decides between the two values" },
  { P X2 SWITCH ("s", "x", "p") MERGE ("m", "s", "s") NODE ("z", "Identity", IN ("m")),
    "the two values are not the two branches of one Switch" },
  { P PLACEHOLDER ("q", "DT_BOOL", "") X2 SWITCH ("s", "x", "p") SWITCH ("t", "x", "q")
        MERGE ("m", "s", "t:1") NODE ("z", "Identity", IN ("m")),
    "the two values are not the two branches of one Switch" },
  { X2 WHILE NODE ("z", "Identity", IN ("w:1")) " library {" BELOW_3 " }",
    "attribute 'body': there is no function 'b'" },
  { X2 WHILE NODE ("z", "Identity", IN ("w:1")) " library {" BELOW_3 FUNCTION (
        "b", TWO ARGUMENT ("output_arg", "w", "DT_FLOAT"), RETURN ("w", "y")) " }",
    "function 'b' returns 1 values, expected 2" },
  /* A loop whose body is the loop. */
  { X2 WHILE NODE ("z", "Identity", IN ("w:1")) " library {" BELOW_3 FUNCTION (
        "b",
        TWO ARGUMENT ("output_arg", "j", "DT_INT32")
            ARGUMENT ("output_arg", "w", "DT_FLOAT"),
        INNER ("v", "While",
               IN ("i") IN ("y") ATTR ("cond", "func { name: \"c\" }")
                   ATTR ("body", "func { name: \"b\" }")) RETURN ("j", "v:output:0")
            RETURN ("w", "v:output:1")) " }",
    "functions call each other more than 32 deep" },
  { X2 INT ("n", "3") ARRAY ("a", "n") NODE ("y", "Neg", IN ("a:1"))
        NODE ("z", "Identity", IN ("y")),
    "input 0 is a TensorArray or a list" },
  { X2 INT ("i", "0") NODE ("z", "TensorArrayReadV3", IN ("x") IN ("i") IN ("x")),
    "its input is no TensorArray and no list" },
  { INT ("n", "3") NODE ("a", "TensorArrayV3", IN ("n") ATTR ("dtype", "type: DT_FLOAT"))
        INT ("i", "0") NODE ("z", "TensorArrayReadV3", IN ("a") IN ("i") IN ("a:1")),
    "the shape of the elements of a TensorArray or list is not known" },
};

static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_refused (bad[i].text, bad[i].message);
}

/* Each Switch stands behind the one before it: branches within branches. */
static void
test_deep_branches (void)
{
  g_autoptr (GString) text = g_string_new (X2);
  const char *data = "x";
  g_autofree char *last = NULL;

  for (guint i = 0; i < 40; i++) {
    g_string_append_printf (text,
                            " node { name: 'p%u' op: 'Placeholder' attr { key: 'dtype' "
                            "value { type: DT_BOOL } "
                            "} attr { key: 'shape' value { shape { } } } }"
                            " node { name: 's%u' op: 'Switch' input: '%s' input: 'p%u' }",
                            i, i, data, i);
    g_free (last);
    data = last = g_strdup_printf ("s%u:1", i);
  }
  g_string_append_printf (text, " node { name: 'm40' op: 'Neg' input: '%s' }", data);
  for (guint i = 40; i-- > 0;)
    g_string_append_printf (
        text, " node { name: 'm%u' op: 'Merge' input: 's%u' input: 'm%u' }", i, i, i + 1);
  g_string_append (text, " node { name: 'z' op: 'Identity' input: 'm0' }");
  assert_refused (text->str, "nested more than 32 deep");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/tensorflow/flow/loops", loops, run_cases);
  g_test_add_data_func ("/tensorflow/flow/arrays", arrays, run_cases);
  g_test_add_data_func ("/tensorflow/flow/branches", branches, run_cases);
  g_test_add_data_func ("/tensorflow/flow/calls", calls, run_cases);
  g_test_add_func ("/tensorflow/flow/bad", test_bad);
  g_test_add_func ("/tensorflow/flow/deep-branches", test_deep_branches);
  return g_test_run ();
}
