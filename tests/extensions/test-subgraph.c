#include "base/error.h"
#include "compare.h"
#include "convert-text.h"
#include "frontends/frontend.h"
#include "ir/evaluate.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

/* Sub-graphs of TensorFlow that an extension replaces, as a file describes them. x is 3;
 * its sum with one, 4, goes through what the graph itself cannot do. */

#define NODE(name, op, inputs) "node { name: '" name "' op: '" op "' " inputs " } "
#define INPUT(name)            "input: '" name "' "
#define FLOATS(name, dims, values)                                                       \
  NODE (name, "Const",                                                                   \
        "attr { key: 'dtype' value { type: DT_FLOAT } } attr { key: 'value' "            \
        "value { tensor { dtype: DT_FLOAT tensor_shape { " dims " } float_val: [" values \
        "] } } }")

#define GRAPH                                                         \
  FLOATS ("x", "", "3")                                               \
  FLOATS ("one", "", "1")                                             \
  NODE ("sum", "AddV2", INPUT ("x") INPUT ("one"))                    \
  FLOATS ("block/b", "dim { size: 2 }", "10, 20")                     \
  NODE ("block/in", "Strange", INPUT ("sum") INPUT ("block/b"))       \
  NODE ("block/mid", "Strange", INPUT ("sum:0") INPUT ("block/in"))   \
  NODE ("block/y", "Strange", INPUT ("block/mid") INPUT ("block/in")) \
  NODE ("block/split", "Strange", INPUT ("block/mid"))                \
  NODE ("out", "Neg", INPUT ("block/y"))                              \
  NODE ("count", "Identity", INPUT ("block/split:1"))
#define OTHER                                   \
  FLOATS ("other/b", "dim { size: 2 }", "1, 2") \
  NODE ("other/y", "Strange", INPUT ("out") INPUT ("other/b"))

#define ONE(id, rest)                                                          \
  "[{ \"id\": \"" id "\", \"custom_attributes\": { \"factor\": 2, \"count\": " \
  "\"Strange\" }, " rest " }]"
#define SCOPE(instances, rest) \
  "\"match_kind\": \"scope\", \"instances\": [" instances "]" rest

typedef struct {
  char *folder, *config;
  GHashTable *options;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("weir-subgraph-XXXXXX", NULL);
  f->config = g_build_filename (f->folder, "own.json", NULL);
  f->options = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_insert (f->options, (char *) "transformations_config", f->config);
  (void) data;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_unlink (f->config);
  g_rmdir (f->folder);
  g_free (f->folder);
  g_free (f->config);
  g_hash_table_unref (f->options);
  (void) data;
}

static WeirModel *
load (const Fixture *f, const char *graph, const char *json, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (graph, strlen (graph));
  g_autoptr (WeirSource) source = weir_source_new (bytes, "graph.pbtxt");
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  WeirFrontendInput input = { .source = source, .options = f->options };
  g_autofree char *library = library_path ("subgraph");

  g_assert_true (weir_convert_load_extensions (library, error));
  if (json != NULL)
    g_assert_true (g_file_set_contents (f->config, json, -1, NULL));
  return weir_frontend_tensorflow.load (&input, unsupported, error);
}

/* What output @name gives, which needs no input. */
static void
assert_gives (const WeirModel *model, const char *name, const float *values, gsize n)
{
  const WeirGraph *graph = weir_model_graph (model);
  WeirTensor *outputs[8];
  gboolean found = FALSE;
  GError *error = NULL;

  weir_graph_evaluate (weir_model_graph (model), NULL, outputs, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < weir_graph_n_results (graph); i++) {
    g_autofree char *own = g_strndup (weir_graph_result (graph, i)->name, strlen (name));

    if (strcmp (own, name) == 0) {
      found = TRUE;
      g_assert_cmpuint (weir_tensor_count (outputs[i]), ==, n);
      for (gsize k = 0; k < n; k++)
        g_assert_cmpfloat (weir_tensor_get (outputs[i], k), ==, values[k]);
    }
    weir_tensor_unref (outputs[i]);
  }
  g_assert_true (found);
}

/* 2 * 4 + b, negated behind the block; of its nodes, four are strange. Then twice that
 * plus b of the other one, which is an output of the network and keeps its name. */
static const float y[] = { -18, -28 }, count[] = { 4 }, other[] = { -35, -54 };

#define BOUNDS                                                                     \
  ", \"inputs\": [[{ \"node\": \"in$\", \"port\": 0 }, { \"node\": \"mid\", "      \
  "\"port\": 0 }]], \"outputs\": [{ \"node\": \"y$\", \"port\": 0 }, { \"node\": " \
  "\"split\", \"port\": 1 }]"

static const struct {
  const char *name, *json;
} same[] = {
  { "named", ONE ("AxpySubgraph", SCOPE ("\"block\"", BOUNDS)) },
  { "found", ONE ("AxpySubgraph", SCOPE ("\"blo.k/\"", "")) },
};

static void
test_scope (Fixture *f, gconstpointer data)
{
  (void) data;
  for (guint i = 0; i < G_N_ELEMENTS (same); i++) {
    GError *error = NULL;
    g_autoptr (WeirModel) model = NULL;

    g_test_message ("%s", same[i].name);
    model = load (f, GRAPH, same[i].json, &error);
    g_assert_no_error (error);
    assert_gives (model, "out", y, 2);
    assert_gives (model, "count", count, 1);
  }
}

static void
test_instances (Fixture *f, gconstpointer data)
{
  GError *error = NULL;
  g_autoptr (WeirModel) model =
      load (f, GRAPH OTHER, ONE ("AxpySubgraph", SCOPE ("\"block\", \"oth\\\\w+\"", "")),
            &error);

  (void) data;
  g_assert_no_error (error);
  assert_gives (model, "other/y", other, 2);
  assert_gives (model, "count", count, 1);
}

/* From a node to another: all between them, and what these read. The block's name is the
 * id then, under which there is a constant "b". */
#define POINTS                                                    \
  FLOATS ("x", "", "4")                                           \
  FLOATS ("AxpySubgraph/b", "dim { size: 2 }", "10, 20")          \
  FLOATS ("weights", "", "7")                                     \
  NODE ("start", "Strange", INPUT ("x") INPUT ("AxpySubgraph/b")) \
  NODE ("middle", "Strange", INPUT ("start") INPUT ("weights"))   \
  NODE ("end", "Strange", INPUT ("middle") INPUT ("start"))       \
  NODE ("out", "Neg", INPUT ("end"))

static const char points[] =
    ONE ("AxpySubgraph", "\"match_kind\": \"points\", \"instances\": { \"start_points\": "
                         "[\"start\"], \"end_points\": [\"end\"] }");
static const char general[] = ONE (
    "AxpySubgraph", "\"match_kind\": \"general\", \"inputs\": [[{ \"node\": \"start\" "
                    "}]], \"outputs\": [{ \"node\": \"end\" }]");

static void
test_points (Fixture *f, gconstpointer json)
{
  GError *error = NULL;
  g_autoptr (WeirModel) model = load (f, POINTS, json, &error);

  g_assert_no_error (error);
  assert_gives (model, "out", y, 2);
}

static const struct {
  const char *json, *message;
} bad[] = {
  { ONE ("Unknown", SCOPE ("\"block\"", "")),
    "replacement 'Unknown': neither Weir nor an extension has one of this id [W0304]" },
  { ONE ("AxpySubgraph", SCOPE ("\"none\"", "")),
    "the graph has no scope 'none' [W0305]" },
  { ONE ("AxpySubgraph", SCOPE ("\"blo(ck\"", "")), "blo(ck/" },
  { ONE ("AxpySubgraph", SCOPE ("\"block\", \"block\"", "")),
    "node 'block/y' is replaced twice" },
  { ONE ("AxpySubgraph", SCOPE ("\"block\"", ", \"inputs\": 1")),
    "expected 'inputs' to be a list" },
  { ONE ("AxpySubgraph", SCOPE ("\"block\"", ", \"inputs\": [[]]")),
    "inputs: expected a list of nodes for each input" },
  { ONE ("AxpySubgraph", SCOPE ("\"block\"", ", \"inputs\": [[{ \"port\": 0 }]]")),
    "expected an object with 'node', a pattern" },
  { ONE ("AxpySubgraph",
         SCOPE ("\"block\"", ", \"inputs\": [[{ \"node\": \"in\", \"port\": 2 }]]")),
    "node 'block/in' (Strange) has no input 2" },
  { ONE ("AxpySubgraph", SCOPE ("\"block\"", ", \"inputs\": [[{ \"node\": \"in\" }, "
                                             "{ \"node\": \"y\" }]]")),
    "one input reads 'sum:0' and 'block/mid:0'" },
  { ONE ("AxpySubgraph", SCOPE ("\"block\"", ", \"outputs\": [{ \"node\": \"z\" }]")),
    "the graph has no node 'block/z'" },
  { ONE ("AxpySubgraph", SCOPE ("\"block\"", ", \"outputs\": [{ \"node\": \"[iy]\" }]")),
    "pattern 'block/[iy]' fits 'block/in' and 'block/y'" },
  { ONE ("AxpySubgraph", "\"match_kind\": \"general\""),
    "nobody reads what is to be replaced" },
  { ONE ("AxpySubgraph",
         "\"match_kind\": \"points\", \"instances\": { \"start_points\": [\"none\"], "
         "\"end_points\": [\"out\"] }"),
    "the graph has no node 'none'" },
  { ONE ("CyclicSubgraph", SCOPE ("\"block\"", "")),
    "node 'block/y' (Strange) has no output 0" },
  { "[{ \"id\": \"AxpySubgraph\", " SCOPE ("\"block\"", "") " }]",
    "the extension failed and did not say why" },
};

static void
test_bad (Fixture *f, gconstpointer data)
{
  (void) data;
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    GError *error = NULL;
    g_autoptr (WeirModel) model = load (f, GRAPH, bad[i].json, &error);

    g_assert_null (model);
    g_assert_nonnull (error);
    g_test_message ("%s", error->message);
    assert_says (error, bad[i].message);
    g_error_free (error);
  }
}

/* A mapping does it too: its constants are the custom attributes. */
static void
test_mapping (Fixture *f, gconstpointer data)
{
  static const float doubled[] = { -8 };
  g_autofree char *mapping = g_build_filename (f->folder, "mapping.json", NULL);
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  (void) data;
  g_assert_true (g_file_set_contents (
      mapping,
      "{ \"operations\": [{ \"framework\": \"tensorflow\", \"domain\": \"subgraph\", "
      "\"op\": \"Mapped\", \"nodes\": [{ \"name\": \"y\", \"op\": \"Multiply\", "
      "\"inputs\": [\"$0\", \"const:factor\"] }], \"outputs\": [\"y\"] }] }",
      -1, NULL));
  g_assert_true (weir_convert_load_extensions (mapping, &error));
  g_assert_no_error (error);
  g_unlink (mapping);
  model = load (f, POINTS,
                ONE ("Mapped", "\"match_kind\": \"general\", \"inputs\": [[{ \"node\": "
                               "\"start\" }]], \"outputs\": [{ \"node\": \"end\" }]"),
                &error);
  g_assert_no_error (error);
  assert_gives (model, "out", doubled, 1);
}

/* What was found is written down, and finds the same again. */
static void
test_update (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  (void) data;
  g_hash_table_insert (f->options, (char *) "tensorflow_custom_operations_config_update",
                       f->config);
  model = load (f, GRAPH, ONE ("AxpySubgraph", SCOPE ("\"block\"", BOUNDS)), &error);
  g_assert_null (model);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_true (g_file_get_contents (f->config, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "\"node\" : \"in$\""));
  g_assert_nonnull (strstr (text, "\"node\" : \"mid$\""));
  g_assert_nonnull (strstr (text, "\"node\" : \"split$\""));
  g_assert_nonnull (strstr (text, "\"factor\" : 2"));

  g_hash_table_remove (f->options, "tensorflow_custom_operations_config_update");
  model = load (f, GRAPH, NULL, &error);
  g_assert_no_error (error);
  assert_gives (model, "out", y, 2);
  assert_gives (model, "count", count, 1);
}

/* An operation that Weir does not know, with a list among its attributes. */
static void
test_operation (Fixture *f, gconstpointer data)
{
  static const float scaled[] = { 30, -6 };
  GError *error = NULL;
  g_autoptr (WeirModel) model = NULL;

  (void) data;
  g_hash_table_remove (f->options, "transformations_config");
  model =
      load (f,
            FLOATS ("x", "", "12")
                NODE ("y", "ScaleEach",
                      INPUT ("x") "attr { key: 'factors' value { list { f: [2.5, -0.5] "
                                  "} } }"),
            NULL, &error);
  g_assert_no_error (error);
  assert_gives (model, "y", scaled, 2);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*run) (Fixture *f, gconstpointer data);
    const char *data;
  } tests[] = {
    { "scope", test_scope },
    { "instances", test_instances },
    { "points", test_points, points },
    { "general", test_points, general },
    { "bad", test_bad },
    { "mapping", test_mapping },
    { "update", test_update },
    { "operation", test_operation },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strconcat ("/extension/subgraph/", tests[i].name, NULL);

    g_test_add (path, Fixture, tests[i].data, set_up, tests[i].run, tear_down);
  }
  return g_test_run ();
}
