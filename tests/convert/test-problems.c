#include "base/problem.h"

#include <gio/gio.h>
#include <string.h>

/* The row that docs/troubleshooting.md has for @row. */
static char *
line_of (const WeirProblemRow *row)
{
  return g_strdup_printf ("| W%04u | %s | %s | %s |\n", row->number, row->name,
                          row->remedy, row->faq != NULL ? row->faq : "");
}

/* Each code is explained, and nothing else is. WEIR_WRITE_DOCS prints the table. */
static void
test_page (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("WEIR_TEST_DATA"), "..", "docs",
                                            "troubleshooting.md", NULL);
  g_autofree char *page = NULL;
  guint rows = 0;
  GError *error = NULL;

  if (g_getenv ("WEIR_WRITE_DOCS") == NULL) {
    g_file_get_contents (path, &page, NULL, &error);
    g_assert_no_error (error);
  }
  for (WeirProblem i = 0; i < WEIR_N_PROBLEMS; i++) {
    g_autofree char *line = line_of (weir_problem_row (i));

    if (page == NULL)
      g_print ("%s", line);
    else if (strstr (page, line) == NULL)
      g_error ("docs/troubleshooting.md lacks %s", line);
  }
  for (const char *p = page; p != NULL && (p = strstr (p, "\n| W0")) != NULL; p++)
    rows++;
  g_assert_true (page == NULL || rows == WEIR_N_PROBLEMS);
}

static void
test_numbers (void)
{
  for (guint i = 1; i < WEIR_N_PROBLEMS; i++)
    g_assert_cmpuint (weir_problem_row ((WeirProblem) i)->number, >,
                      weir_problem_row ((WeirProblem) (i - 1))->number);
}

static void
settle (GError *error, const char *expected)
{
  weir_problem_settle (&error);
  g_assert_cmpstr (error->message, ==, expected);
  g_error_free (error);
}

/* A message gets one code, its own or that of its kind; errors of others get none. */
static void
test_settle (void)
{
  GError *error = NULL;

  g_assert_false (weir_problem_fail (&error, WEIR_PROBLEM_BATCH, "%d", 7));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_ARGUMENT);
  g_prefix_error (&error, "net: ");
  settle (error, "net: 7 [W0217]");
  settle (g_error_new_literal (WEIR_ERROR, WEIR_ERROR_SHAPE, "x [1]"), "x [1] [W0004]");
  settle (g_error_new_literal (WEIR_ERROR, WEIR_ERROR_INTERNAL, "x"), "x [W0008]");
  settle (g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "x"), "x");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/convert/problems/page", test_page);
  g_test_add_func ("/convert/problems/numbers", test_numbers);
  g_test_add_func ("/convert/problems/settle", test_settle);
  return g_test_run ();
}
