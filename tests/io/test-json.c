#include "base/error.h"
#include "base/json.h"

#include <string.h>

static JsonNode *
parse (const char *text, GError **error)
{
  WeirBytes bytes = WEIR_BYTES ((const guint8 *) text, strlen (text));

  return weir_json_parse (&bytes, error);
}

static void
test_members (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root =
      parse ("{\"a\": {\"b\": [1, 2.5, \"x\", null]}, \"]\\\"[\": 3}", &error);
  JsonObject *object = weir_json_node_object (root);
  JsonArray *array = weir_json_array (weir_json_object (object, "a"), "b");
  double number;
  gint64 whole;

  g_assert_no_error (error);
  g_assert_cmpuint (json_array_get_length (array), ==, 4);
  g_assert_true (weir_json_node_int (json_array_get_element (array, 0), &whole));
  g_assert_cmpint (whole, ==, 1);
  g_assert_false (weir_json_node_int (json_array_get_element (array, 1), &whole));
  g_assert_true (weir_json_node_number (json_array_get_element (array, 1), &number));
  g_assert_cmpfloat (number, ==, 2.5);
  g_assert_cmpstr (weir_json_node_string (json_array_get_element (array, 2)), ==, "x");
  g_assert_null (weir_json_node_string (json_array_get_element (array, 3)));
  g_assert_null (weir_json_string (object, "a"));
  g_assert_null (weir_json_object (NULL, "a"));
  g_assert_true (weir_json_node_int (weir_json_member (object, "]\"["), &whole));
}

static void
test_broken (void)
{
  static const char *const texts[] = { "",          "{",   "[1,",      "{\"a\" 1}",
                                       "\"\xff\"",  "nul", "[1] // x", "['a']",
                                       "[/* a */]", "{},", "2{}",      "[] 1",
                                       "{}}",       "1,2", "[][]" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (parse (texts[i], &error));
    g_assert_error (error, WEIR_ERROR, WEIR_ERROR_FORMAT);
  }
}

static void
test_deep (void)
{
  static const char *const openings[] = { "[", "{\"a\":" };

  for (guint i = 0; i < G_N_ELEMENTS (openings); i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    g_autoptr (GError) error = NULL;

    for (guint k = 0; k < 200000; k++)
      g_string_append (text, openings[i]);
    g_assert_null (parse (text->str, &error));
    g_assert_error (error, WEIR_ERROR, WEIR_ERROR_LIMIT);
  }
}

/* The parser takes comments and single quotes; what they hide from a scan of the text
 * must not reach it. */
static void
test_hidden (void)
{
  static const char *const openings[] = { "[/* \" */", "['\"'," };

  for (guint i = 0; i < G_N_ELEMENTS (openings); i++) {
    g_autofree char *deep = g_strnfill (200000, '[');
    g_autofree char *text = g_strconcat (openings[i], deep, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_null (parse (text, &error));
    g_assert_error (error, WEIR_ERROR, WEIR_ERROR_FORMAT);
  }
}

/* Values that are almost nothing in the file and much in memory. */
static void
test_large (void)
{
  g_autoptr (GString) text = g_string_new ("[");
  g_autoptr (GError) error = NULL;

  for (guint k = 0; k < 4000000; k++)
    g_string_append (text, "1,");
  g_string_append (text, "1]");
  g_assert_null (parse (text->str, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_LIMIT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/json/members", test_members);
  g_test_add_func ("/base/json/broken", test_broken);
  g_test_add_func ("/base/json/deep", test_deep);
  g_test_add_func ("/base/json/hidden", test_hidden);
  g_test_add_func ("/base/json/large", test_large);
  return g_test_run ();
}
