#include "base/error.h"
#include "compare.h"
#include "mxnet-files.h"

/* Symbols within symbols that break the rules; those that keep them stand in
 * mxnet-cases.txt. */

/* A node "y" over x, [3, 2], and s, [2]. */
#define SYMBOL(op, attrs, symbols)                                                     \
  "{\"nodes\": [{\"op\": \"null\", \"name\": \"x\", \"attrs\": {\"__shape__\": \"(3, " \
  "2)\"}, \"inputs\": []}, {\"op\": \"null\", \"name\": \"s\", \"attrs\": "            \
  "{\"__shape__\": \"(2,)\"}, \"inputs\": []}, {\"op\": \"" op                         \
  "\", \"name\": \"y\", \"attrs\": {" attrs                                            \
  "}, \"inputs\": [[0, 0, 0], [1, 0, 0]], \"subgraphs\": [" symbols                    \
  "]}], \"heads\": [[2, 0, 0]]}"

#define NULLS                                        \
  "{\"op\": \"null\", \"name\": \"a\", \"inputs\": " \
  "[]}, {\"op\": \"null\", \"name\": \"b\", \"inputs\": []}"
#define INNER(op) \
  "{\"op\": \"" op "\", \"name\": \"inner\", \"inputs\": [[0, 0, 0], [1, 0, 0]]}"
#define BODY(op) \
  "{\"nodes\": [" NULLS ", " INNER (op) "], \"heads\": [[2, 0, 0], [2, 0, 0]]}"
#define IDENTITY                                                                        \
  "{\"nodes\": [{\"op\": \"null\", \"name\": \"a\", \"inputs\": []}], \"heads\": [[0, " \
  "0]]}"

#define PLACES \
  "\"in_data_locs\": \"[0]\", \"in_state_locs\": \"[1]\", \"remain_locs\": \"[]\", "
#define COUNTS "\"num_out_data\": \"1\", \"num_outputs\": \"2\""
#define VARIABLES                                                                      \
  "\"cond_input_locs\": \"[1]\", \"func_input_locs\": \"[0, 1]\", \"func_var_locs\": " \
  "\"[1]\", \"num_out_data\": \"1\", \"num_outputs\": \"2\", "

static const struct {
  const char *symbol;
  int code;
  const char *message;
} bad[] = {
  { SYMBOL ("_foreach", PLACES COUNTS, ""), WEIR_ERROR_FORMAT,
    "node 'y' (_foreach): symbol 0: 0 symbols within it; expected one more" },
  { SYMBOL ("_foreach", PLACES COUNTS, "7"), WEIR_ERROR_FORMAT,
    "symbol 0: not a symbol of MXNet" },
  { SYMBOL ("_foreach", PLACES COUNTS, IDENTITY), WEIR_ERROR_FORMAT,
    "symbol 0: 1 inputs; expected 2" },
  { SYMBOL ("_foreach", PLACES "\"num_out_data\": \"2\", \"num_outputs\": \"3\"",
            BODY ("elemwise_add")),
    WEIR_ERROR_FORMAT, "symbol 0: 2 outputs; expected 3" },
  { SYMBOL ("_foreach", PLACES "\"num_out_data\": \"2\", \"num_outputs\": \"2\"",
            BODY ("elemwise_add")),
    WEIR_ERROR_FORMAT, "expected 2 outputs and 1 states, found 2 in all" },
  { SYMBOL ("_foreach", COUNTS, BODY ("elemwise_add")), WEIR_ERROR_FORMAT,
    "expected a place for each of 2 inputs, found 0 of data" },
  { SYMBOL ("_foreach", "\"in_data_locs\": \"[0]\", \"in_state_locs\": \"[0]\", " COUNTS,
            BODY ("elemwise_add")),
    WEIR_ERROR_FORMAT, "expected a place for each of 2 inputs" },
  { SYMBOL ("_foreach", "\"in_data_locs\": \"[2]\", " COUNTS, BODY ("elemwise_add")),
    WEIR_ERROR_FORMAT, "attribute 'in_data_locs': expected numbers below 2, found 2" },
  { SYMBOL ("_foreach", "\"in_data_locs\": \"[0, 1, 0]\", " COUNTS, ""),
    WEIR_ERROR_FORMAT, "attribute 'in_data_locs': expected a shorter list" },
  { SYMBOL ("_foreach", PLACES COUNTS, BODY ("stack")), WEIR_ERROR_FORMAT,
    "state 0: expected [2] again, found [2,2]" },
  { SYMBOL ("_foreach", PLACES COUNTS, BODY ("odd")), WEIR_ERROR_UNSUPPORTED,
    "'inner' (odd): an unknown operation" },
  { SYMBOL ("_while_loop", VARIABLES "\"max_iterations\": \"0\"", ""), WEIR_ERROR_FORMAT,
    "attribute 'max_iterations': expected 1 or more, found 0" },
  { SYMBOL ("_while_loop", VARIABLES "\"max_iterations\": \"5\"", IDENTITY),
    WEIR_ERROR_SHAPE,
    "node 'y' (_while_loop): node 'y' (Reshape): [2] cannot be reshaped" },
  { SYMBOL ("_cond",
            "\"cond_input_locs\": \"[1]\", \"then_input_locs\": \"[0]\", "
            "\"else_input_locs\": \"[0]\", \"num_outputs\": \"1\"",
            IDENTITY ", " IDENTITY),
    WEIR_ERROR_SHAPE, "node 'y' (_cond): node 'y' (Reshape): [2] cannot be reshaped" },
};

static void
expect (const char *symbol, int code, const char *message)
{
  g_autoptr (GBytes) params = mxnet_params (NULL, NULL, 0);
  g_autoptr (WeirModel) model = NULL;
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", symbol);
  model = mxnet_load (symbol, params, NULL, &error);
  g_assert_null (model);
  g_assert_error (error, WEIR_ERROR, code);
  assert_says (error, message);
}

static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    expect (bad[i].symbol, bad[i].code, bad[i].message);
}

/* Loops within loops within loops. */
static void
test_deep (void)
{
  g_autoptr (GString) text = g_string_new (BODY ("elemwise_add"));

  for (guint i = 0; i < 9; i++) {
    g_autofree char *inner = g_string_free (g_steal_pointer (&text), FALSE);

    text = g_string_new (NULL);
    g_string_printf (text,
                     "{\"nodes\": [" NULLS ", {\"op\": \"_foreach\", \"name\": \"n\", "
                     "\"attrs\": {" PLACES COUNTS "}, \"inputs\": [[0, 0], [1, 0]], "
                     "\"subgraphs\": [%s]}], \"heads\": [[2, 0], [2, 1]]}",
                     inner);
  }
  expect (text->str, WEIR_ERROR_LIMIT, "at most 8 symbols within each other are taken");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mxnet/flow/bad", test_bad);
  g_test_add_func ("/mxnet/flow/deep", test_deep);
  return g_test_run ();
}
