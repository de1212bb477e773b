#include "base/error.h"
#include "base/expression.h"
#include "compare.h"

#include <string.h>

static gboolean
number_of (const char *name, gpointer data, double *value, GError **error)
{
  (void) data;
  *value = name[0] == 'a' ? 3 : 0.5;
  return strlen (name) == 1 || weir_fail (error, WEIR_ERROR_FORMAT, "no '%s'", name);
}

static void
test_values (void)
{
  static const struct {
    const char *text;
    double value;
  } cases[] = {
    { "1", 1 },
    { " 2.5e1 ", 25 },
    { "1 + 2 * 3", 7 },
    { "(1 + 2) * 3", 9 },
    { "8 / 2 / 2", 2 },
    { "8 - 2 - 2", 4 },
    { "-a", -3 },
    { "2 - -a", 5 },
    { "a * b - (a - b) / 5", 1 },
    { "+1", 1 },
    { "((((((((7))))))))", 7 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    GError *error = NULL;
    double value;

    g_assert_true (
        weir_expression_evaluate (cases[i].text, number_of, NULL, &value, &error));
    g_assert_cmpfloat (value, ==, cases[i].value);
  }
}

static void
expect_refused (const char *text, const char *message)
{
  GError *error = NULL;
  double value;

  g_assert_false (weir_expression_evaluate (text, number_of, NULL, &value, &error));
  assert_says (error, message);
  g_error_free (error);
}

static void
test_refused (void)
{
  g_autofree char *open = g_strnfill (100000, '(');
  g_autofree char *minus = g_strnfill (100000, '-');
  g_autofree char *name = g_strnfill (100000, 'a');

  expect_refused ("", "expected a number, a name or '('");
  expect_refused ("1 +", "expected a number, a name or '('");
  expect_refused ("1 2", "expected the end, found '2'");
  expect_refused ("(1", "expected ')'");
  expect_refused ("1)", "expected the end");
  expect_refused ("foo", "no 'foo'");
  expect_refused ("inf", "no 'inf'");
  expect_refused ("0 / 0", "no finite number");
  expect_refused ("1e308 * 10", "no finite number");
  expect_refused (open, "nested less deep");
  expect_refused (minus, "nested less deep");
  expect_refused (name, "no 'aaa");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/expression/values", test_values);
  g_test_add_func ("/base/expression/refused", test_refused);
  return g_test_run ();
}
