#include "base/error.h"
#include "ir/foreign.h"

#include <string.h>

/* Attributes of frameworks: each keeps them its own way, and gives what is asked for if
 * nothing is lost. */

typedef struct {
  WeirAttrType has;
  const char *text;
  WeirAttrType wanted;
  const char *expected; /* (nullable): what it reads as; %NULL where it must be refused */
} Case;

static gboolean
find_attr (const WeirForeignNode *node, const char *name, WeirAttrType wanted,
           WeirAttrType *found, WeirAttr *value)
{
  const Case *c = node->source;
  const WeirAttrRow row = { .name = name, .type = c->has };

  (void) wanted;
  if (strcmp (name, "a") != 0)
    return FALSE;
  *found = c->has;
  return weir_attr_parse (&row, c->text, value, NULL);
}

static const Case cases[] = {
  { WEIR_ATTR_INT, "3", WEIR_ATTR_INT, "3" },
  { WEIR_ATTR_INT, "3", WEIR_ATTR_FLOAT, "3" },
  { WEIR_ATTR_INT, "3", WEIR_ATTR_INTS, "3" },
  { WEIR_ATTR_INT, "1", WEIR_ATTR_BOOL, "true" },
  { WEIR_ATTR_INT, "2", WEIR_ATTR_BOOL, NULL },
  { WEIR_ATTR_INT, "2", WEIR_ATTR_STRING, NULL },
  { WEIR_ATTR_INT, "2", WEIR_ATTR_DTYPE, NULL },
  { WEIR_ATTR_FLOAT, "2", WEIR_ATTR_INT, "2" },
  { WEIR_ATTR_FLOAT, "2.5", WEIR_ATTR_INT, NULL },
  { WEIR_ATTR_FLOAT, "nan", WEIR_ATTR_INT, NULL },
  { WEIR_ATTR_FLOAT, "1e30", WEIR_ATTR_INT, NULL },
  { WEIR_ATTR_FLOAT, "2.5", WEIR_ATTR_FLOATS, "2.5" },
  { WEIR_ATTR_BOOL, "true", WEIR_ATTR_INT, "1" },
  { WEIR_ATTR_INTS, "1, 2", WEIR_ATTR_FLOATS, "1, 2" },
  { WEIR_ATTR_INTS, "7", WEIR_ATTR_INT, "7" },
  { WEIR_ATTR_INTS, "7, 8", WEIR_ATTR_INT, NULL },
  { WEIR_ATTR_INTS, "", WEIR_ATTR_INT, NULL },
  { WEIR_ATTR_FLOATS, "1, 2", WEIR_ATTR_INTS, "1, 2" },
  { WEIR_ATTR_FLOATS, "1, 2.5", WEIR_ATTR_INTS, NULL },
  { WEIR_ATTR_STRING, "0.5", WEIR_ATTR_FLOAT, "0.5" },
  { WEIR_ATTR_STRING, "True", WEIR_ATTR_BOOL, "true" },
  { WEIR_ATTR_STRING, "(1, 2)", WEIR_ATTR_INTS, "1, 2" },
  { WEIR_ATTR_STRING, "(3,)", WEIR_ATTR_INTS, "3" },
  { WEIR_ATTR_STRING, "[0.5,1]", WEIR_ATTR_FLOATS, "0.5, 1" },
  { WEIR_ATTR_STRING, "()", WEIR_ATTR_INTS, "" },
  { WEIR_ATTR_STRING, "(a)", WEIR_ATTR_STRING, "(a)" },
  { WEIR_ATTR_STRING, "f16", WEIR_ATTR_DTYPE, "f16" },
  { WEIR_ATTR_STRING, "many", WEIR_ATTR_INT, NULL },
};

static void
test_conversions (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const WeirForeignNode node = { .find = find_attr, .source = &cases[i] };
    const WeirAttrRow row = { .name = "a", .type = cases[i].wanted };
    g_autoptr (GError) error = NULL;
    g_autofree char *text = NULL;
    WeirAttr value;

    g_test_message ("%u: '%s'", i, cases[i].text);
    if (!weir_foreign_attr (&node, "a", cases[i].wanted, &value, &error)) {
      g_assert_null (cases[i].expected);
      g_assert_error (error, WEIR_ERROR, WEIR_ERROR_FORMAT);
      continue;
    }
    g_assert_true (value.set);
    text = weir_attr_print (&row, &value);
    g_assert_cmpstr (text, ==, cases[i].expected);
    weir_attr_clear (&value);
  }
}

static void
test_absent (void)
{
  const WeirForeignNode node = { .find = find_attr, .source = cases };
  GError *error = NULL;
  WeirAttr value;

  g_assert_true (weir_foreign_attr (&node, "b", WEIR_ATTR_INTS, &value, &error));
  g_assert_no_error (error);
  g_assert_false (value.set);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ir/foreign/conversions", test_conversions);
  g_test_add_func ("/ir/foreign/absent", test_absent);
  return g_test_run ();
}
