#include "compare.h"
#include "io/read-xml.h"

#include <string.h>

static WeirXml *
parse (const char *text, GError **error)
{
  WeirBytes bytes = WEIR_BYTES ((const guint8 *) text, strlen (text));
  WeirBudget budget;

  weir_budget_init (&budget, bytes.size);
  return weir_xml_parse (&bytes, &budget, error);
}

static void
refuse (const char *text, int code, const char *message)
{
  GError *error = NULL;

  g_assert_null (parse (text, &error));
  g_assert_error (error, WEIR_ERROR, code);
  assert_says (error, message);
  g_error_free (error);
}

static void
test_tree (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WeirXml) xml = parse ("\xEF\xBB\xBF<?xml version='1.0' encoding='latin1'?>\n"
                                   "<!-- <!DOCTYPE no> -->\n"
                                   "<a x='1&#x9;2' y=\"&lt;&amp;&gt;&quot;=&amp;#38;\">\n"
                                   "  <b/><c>t<![CDATA[<e>]]>&#233;\xC3\xA9</c>\n"
                                   "  <b k='v'/>\n"
                                   "</a>\n",
                                   &error);
  const WeirXmlNode *root, *b, *c;
  const char *name, *value;

  g_assert_no_error (error);
  root = weir_xml_root (xml);
  g_assert_cmpstr (weir_xml_name (root), ==, "a");
  g_assert_cmpuint (weir_xml_line (root), ==, 3);
  g_assert_cmpstr (weir_xml_attr (root, "x"), ==, "1\t2");
  g_assert_cmpstr (weir_xml_attr (root, "y"), ==, "<&>\"=&#38;");
  g_assert_null (weir_xml_attr (root, "z"));
  g_assert_cmpuint (weir_xml_n_attrs (root), ==, 2);
  weir_xml_attr_at (root, 0, &name, &value);
  g_assert_cmpstr (name, ==, "x");
  g_assert_cmpstr (weir_xml_text (root), ==, "");
  b = weir_xml_child (root, "b");
  c = weir_xml_next (b, NULL);
  g_assert_true (weir_xml_is (c, "c"));
  g_assert_cmpstr (weir_xml_text (c), ==, "t<e>\xC3\xA9\xC3\xA9");
  b = weir_xml_next (b, "b");
  g_assert_cmpuint (weir_xml_line (b), ==, 5);
  g_assert_cmpstr (weir_xml_attr (b, "k"), ==, "v");
  g_assert_null (weir_xml_next (b, NULL));
  g_assert_null (weir_xml_child (b, NULL));
}

static void
test_doctype (void)
{
  const char *laughs = "<?xml version='1.0'?>\n<!DOCTYPE net [\n"
                       "<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]>\n<net>&b;</net>";
  const char *canary = "<!DOCTYPE net SYSTEM 'file:///etc/passwd'><net>&x;</net>";

  refuse (laughs, WEIR_ERROR_FORMAT, "line 2: a document type declaration is refused");
  refuse (canary, WEIR_ERROR_FORMAT, "line 1: a document type declaration is refused");
  refuse ("<net>&unknown;</net>", WEIR_ERROR_FORMAT, "unknown");
}

static void
test_broken (void)
{
  refuse ("", WEIR_ERROR_FORMAT, "empty");
  refuse ("   ", WEIR_ERROR_FORMAT, "");
  refuse ("no xml", WEIR_ERROR_FORMAT, "line 1: ");
  refuse ("<net>\n<layers>\n", WEIR_ERROR_FORMAT, "line 3: ");
  refuse ("<net></nut>", WEIR_ERROR_FORMAT, "line 1: ");
  refuse ("<net/><net/>", WEIR_ERROR_FORMAT, "line 1: ");
  refuse ("<net a='1' a='2'/>", WEIR_ERROR_FORMAT, "line 1: ");
  refuse ("<net a='<'/>", WEIR_ERROR_FORMAT, "line 1: ");
  refuse ("<!-- <net/>", WEIR_ERROR_FORMAT, "");
  refuse ("<net\n\xFF/>", WEIR_ERROR_FORMAT, "line 2: the text is not UTF-8");
  refuse ("<p:net/>", WEIR_ERROR_FORMAT, "line 1: ");
}

static void
test_nul (void)
{
  WeirBytes bytes = WEIR_BYTES ((const guint8 *) "<net>\0</net>", 12);
  WeirBudget budget = { .limit = G_MAXSIZE };
  g_autoptr (GError) error = NULL;

  g_assert_null (weir_xml_parse (&bytes, &budget, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_FORMAT);
}

static char *
nested (guint depth)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append (text, "<a>");
  for (guint i = 0; i < depth; i++)
    g_string_append (text, "</a>");
  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  g_autofree char *good = nested (128), *bad = nested (129), *worst = nested (100000);
  g_autoptr (WeirXml) xml = parse (good, NULL);

  g_assert_nonnull (xml);
  refuse (bad, WEIR_ERROR_LIMIT, "nested too deeply");
  refuse (worst, WEIR_ERROR_LIMIT, "nested too deeply");
}

/* Comparing each attribute of an element with every other would take seconds. */
static void
test_attributes (void)
{
  g_autoptr (GString) text = g_string_new ("<net");
  gint64 begin = g_get_monotonic_time ();

  for (guint i = 0; i < 100000; i++)
    g_string_append_printf (text, " a%u=''", i);
  g_string_append (text, "/>");
  refuse (text->str, WEIR_ERROR_LIMIT, "more than 1024 attributes");
  g_assert_cmpint (g_get_monotonic_time () - begin, <, G_USEC_PER_SEC);
}

static void
test_budget (void)
{
  g_autoptr (GString) text = g_string_new ("<net>");
  g_autoptr (GError) error = NULL;
  g_autoptr (WeirXml) xml = NULL;

  for (guint i = 0; i < 4000000; i++)
    g_string_append (text, "<a/>");
  g_string_append (text, "</net>");
  refuse (text->str, WEIR_ERROR_LIMIT, "the tree of elements would take");
  g_string_truncate (text, 5 + 4 * 1000000);
  g_string_append (text, "</net>");
  xml = parse (text->str, &error);
  g_assert_no_error (error);
}

/* Above libxml2's limit for one look-ahead, of which there is none in memory. */
static void
test_large (void)
{
  g_autoptr (GString) text = g_string_new ("<net>\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (WeirXml) xml = NULL;
  const WeirXmlNode *last;
  guint n = 300000, count = 1;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "\t<edge from-layer=\"%u\" from-port=\"0\" />\n", i);
  g_string_append (text, "</net>");
  g_assert_cmpuint (text->len, >, 10000000);
  xml = parse (text->str, &error);
  g_assert_no_error (error);
  last = weir_xml_child (weir_xml_root (xml), "edge");
  for (const WeirXmlNode *at = last; (at = weir_xml_next (at, NULL)) != NULL; last = at)
    count++;
  g_assert_cmpuint (count, ==, n);
  g_assert_cmpstr (weir_xml_attr (last, "from-layer"), ==, "299999");
  g_assert_cmpuint (weir_xml_line (last), ==, n + 1);
}

static void
test_out_of_memory (void)
{
  for (int i = 0; i < 3; i++) {
    weir_fail_alloc_after (i);
    refuse ("<net a='1'><b/></net>", WEIR_ERROR_LIMIT, "cannot allocate");
  }
  weir_fail_alloc_after (-1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/read-xml/tree", test_tree);
  g_test_add_func ("/io/read-xml/doctype", test_doctype);
  g_test_add_func ("/io/read-xml/broken", test_broken);
  g_test_add_func ("/io/read-xml/nul", test_nul);
  g_test_add_func ("/io/read-xml/depth", test_depth);
  g_test_add_func ("/io/read-xml/attributes", test_attributes);
  g_test_add_func ("/io/read-xml/budget", test_budget);
  g_test_add_func ("/io/read-xml/large", test_large);
  g_test_add_func ("/io/read-xml/out-of-memory", test_out_of_memory);
  return g_test_run ();
}
