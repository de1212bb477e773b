#include "base/error.h"
#include "io/read.h"
#include "io/write.h"
#include "ir/build.h"
#include "same.h"

#include <string.h>

/* Every attribute of every version of every operation survives writing and reading. The
 * graphs make no sense, so they are not inferred. */

/* A number inside "low..high". */
static double
number_for (const WeirAttrRow *row, double wish)
{
  g_auto (GStrv) ends = g_strsplit (row->range != NULL ? row->range : "..", "..", 2);

  if (*ends[0] != '\0')
    wish = MAX (wish, g_ascii_strtod (ends[0], NULL));
  if (ends[1] != NULL && *ends[1] != '\0')
    wish = MIN (wish, g_ascii_strtod (ends[1], NULL));
  return wish;
}

static void
set_words (WeirNode *node, const WeirAttrRow *row)
{
  if (row->range == NULL) {
    weir_node_set_string (node, row->name, "a <b> & \"c\"\t'\xC3\xA9'");
  } else {
    const char *last = strrchr (row->range, '|');
    weir_node_set_string (node, row->name, last != NULL ? last + 1 : row->range);
  }
}

static void
set_attr (WeirNode *node, const WeirAttrRow *row)
{
  gint64 ints[3];
  double floats[3];

  for (guint i = 0; i < 3; i++) {
    static const double wishes[] = { 0.1, -1e-30, 123456792 };

    ints[i] = (gint64) number_for (row, 1 - (double) i);
    floats[i] = (float) number_for (row, wishes[i]);
  }
  switch (row->type) {
  case WEIR_ATTR_INT:
    weir_node_set_int (node, row->name, (gint64) number_for (row, 5));
    break;
  case WEIR_ATTR_FLOAT:
    weir_node_set_float (node, row->name, floats[0]);
    break;
  case WEIR_ATTR_BOOL:
    weir_node_set_bool (node, row->name, !weir_node_bool (node, row->name));
    break;
  case WEIR_ATTR_STRING:
    set_words (node, row);
    break;
  case WEIR_ATTR_DTYPE:
    weir_node_set_dtype (node, row->name, WEIR_DTYPE_BF16);
    break;
  case WEIR_ATTR_INTS:
    weir_node_set_ints (node, row->name, ints, 3);
    break;
  case WEIR_ATTR_FLOATS:
    weir_node_set_floats (node, row->name, floats, 3);
    break;
  }
}

/* With @filled every attribute has a value of its own, else only those without default.
 */
static void
add_node (WeirGraph *graph, const WeirOp *op, guint version, WeirPort x, gboolean filled)
{
  g_autofree char *name = g_strdup_printf ("%s-%u-%d", op->name, version, filled);
  g_autofree WeirPort *inputs = g_new (WeirPort, MAX (op->min_inputs, 1));
  WeirNode *node;

  for (guint i = 0; i < op->min_inputs; i++)
    inputs[i] = x;
  node = weir_edit_add (graph, op, version, name, inputs, op->min_inputs,
                        op->outputs == WEIR_ANY_NUMBER ? 3 : 0, NULL);
  for (guint i = 0; i < weir_op_n_attrs (op); i++)
    if (weir_attr_row_in (&op->attrs[i], version) &&
        (filled || op->attrs[i].fallback == NULL))
      set_attr (node, &op->attrs[i]);
}

static WeirGraph *
read_back (const GString *text, guint version, GError **error)
{
  WeirBytes bytes = WEIR_BYTES ((const guint8 *) text->str, text->len);
  IrReader reader = { .version = version, .budget = { .limit = G_MAXSIZE } };
  g_autoptr (WeirXml) xml = weir_xml_parse (&bytes, &reader.budget, error);

  g_assert_nonnull (xml);
  return ir_read_graph (&reader, weir_xml_root (xml), 0, error);
}

static void
check_graph (WeirGraph *graph, guint version)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (IrBlobs) blobs = ir_blobs_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (WeirGraph) back = NULL;
  IrWriter writer = { .text = { .text = text }, .blobs = blobs, .version = version };
  IrOrder order;

  ir_text_open (&writer.text, "net");
  g_assert_true (ir_order_init (&order, graph, NULL));
  ir_write_graph (&writer, &order, 0, &error);
  g_assert_no_error (error);
  ir_text_close (&writer.text, "net");
  ir_order_clear (&order);
  back = read_back (text, version, &error);
  g_assert_no_error (error);
  assert_same_graph (graph, back);
}

static void
test_all (gconstpointer data)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&builder, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 2));
  guint count;
  const WeirOp *const *table = weir_op_table (&count);

  for (guint i = 0; i < count; i++) {
    const WeirOp *op = table[i];

    if ((op->flags & WEIR_OP_BODY) != 0 || strcmp (op->name, "Constant") == 0)
      continue;
    for (guint v = 0; v < WEIR_MAX_VERSIONS && op->versions[v] != 0; v++) {
      add_node (graph, op, op->versions[v], x, FALSE);
      add_node (graph, op, op->versions[v], x, TRUE);
    }
  }
  check_graph (graph, GPOINTER_TO_UINT (data));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/io/attributes/v11", GUINT_TO_POINTER (11), test_all);
  g_test_add_data_func ("/io/attributes/v10", GUINT_TO_POINTER (10), test_all);
  return g_test_run ();
}
