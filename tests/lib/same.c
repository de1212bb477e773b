#include "same.h"

#include "compare.h"

static void
assert_same_attrs (const WeirNode *a, const WeirNode *b)
{
  const WeirAttrRow *rows = a->op->attrs;

  for (guint i = 0; rows != NULL && rows[i].name != NULL; i++) {
    if (!weir_attr_row_in (&rows[i], a->version) ||
        weir_attr_equal (&a->attrs[i], &b->attrs[i]))
      continue;
    g_test_message ("node '%s' (%s of opset%u): attribute '%s' differs", a->name,
                    a->op->name, a->version, rows[i].name);
    g_test_fail ();
  }
}

static void
assert_same_names (const GPtrArray *a, const GPtrArray *b)
{
  g_assert_cmpuint (a != NULL ? a->len : 0, ==, b != NULL ? b->len : 0);
  for (guint i = 0; a != NULL && i < a->len; i++)
    g_assert_cmpstr (a->pdata[i], ==, b->pdata[i]);
}

static void
assert_same_output (const WeirOutput *a, const WeirOutput *b)
{
  WeirShape shape = a->info.shape;

  assert_same_names (a->names, b->names);
  g_assert_cmpstr (a->layout, ==, b->layout);
  g_assert_true (weir_shape_merge (&shape, &b->info.shape));
  if (a->info.dtype != WEIR_DTYPE_UNKNOWN && b->info.dtype != WEIR_DTYPE_UNKNOWN)
    g_assert_cmpint (a->info.dtype, ==, b->info.dtype);
}

static void
assert_same_rt_info (const WeirNode *a, const WeirNode *b)
{
  GHashTableIter iter;
  gpointer name, value;

  g_assert_cmpuint (a->rt_info != NULL ? g_hash_table_size (a->rt_info) : 0, ==,
                    b->rt_info != NULL ? g_hash_table_size (b->rt_info) : 0);
  if (a->rt_info == NULL)
    return;
  g_hash_table_iter_init (&iter, a->rt_info);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_assert_cmpstr (weir_node_rt_info (b, name), ==, value);
}

static void
assert_same_maps (const GArray *a, const GArray *b)
{
  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++) {
    const WeirPortMap *x = &g_array_index (a, WeirPortMap, i);
    const WeirPortMap *y = &g_array_index (b, WeirPortMap, i);

    g_assert_cmpint (x->external, ==, y->external);
    g_assert_cmpuint (x->internal, ==, y->internal);
    g_assert_cmpint (x->axis, ==, y->axis);
    if (x->axis == -1)
      continue;
    g_assert_cmpint (x->start, ==, y->start);
    g_assert_cmpint (x->end, ==, y->end);
    g_assert_cmpint (x->stride, ==, y->stride);
    g_assert_cmpint (x->part_size, ==, y->part_size);
  }
}

static void
assert_same_body (const WeirBody *a, const WeirBody *b)
{
  assert_same_maps (a->inputs, b->inputs);
  assert_same_maps (a->outputs, b->outputs);
  g_assert_cmpmem (a->back_edges->data, a->back_edges->len * sizeof (WeirBackEdge),
                   b->back_edges->data, b->back_edges->len * sizeof (WeirBackEdge));
  g_assert_cmpint (a->condition, ==, b->condition);
  assert_same_graph (a->graph, b->graph);
}

static void
assert_same_node (const WeirGraph *ga, const WeirNode *a, const WeirGraph *gb,
                  const WeirNode *b)
{
  g_assert_cmpstr (a->op->name, ==, b->op->name);
  g_assert_cmpuint (a->version, ==, b->version);
  g_assert_cmpuint (a->n_inputs, ==, b->n_inputs);
  g_assert_cmpuint (a->n_outputs, ==, b->n_outputs);
  g_assert_cmpuint (a->n_bodies, ==, b->n_bodies);
  assert_same_attrs (a, b);
  assert_same_rt_info (a, b);
  for (guint i = 0; i < a->n_inputs; i++) {
    g_assert_cmpstr (weir_node_input (ga, a, i)->name, ==,
                     weir_node_input (gb, b, i)->name);
    g_assert_cmpuint (a->inputs[i].index, ==, b->inputs[i].index);
  }
  for (guint i = 0; i < a->n_outputs; i++)
    assert_same_output (&a->outputs[i], &b->outputs[i]);
  if (weir_node_is (a, "Constant"))
    assert_equal (b->outputs[0].info.value, a->outputs[0].info.value);
  for (guint i = 0; i < a->n_bodies; i++)
    assert_same_body (&a->bodies[i], &b->bodies[i]);
}

void
assert_same_graph (const WeirGraph *a, const WeirGraph *b)
{
  g_assert_cmpuint (weir_graph_count (a), ==, weir_graph_count (b));
  for (guint i = 0; i < weir_graph_size (a); i++) {
    const WeirNode *node = weir_graph_node (a, i), *other;

    if (node == NULL)
      continue;
    other = weir_graph_find (b, node->name);
    g_assert_nonnull (other);
    assert_same_node (a, node, b, other);
  }
  g_assert_cmpuint (weir_graph_n_parameters (a), ==, weir_graph_n_parameters (b));
  for (guint i = 0; i < weir_graph_n_parameters (a); i++)
    g_assert_cmpstr (weir_graph_parameter (a, i)->name, ==,
                     weir_graph_parameter (b, i)->name);
  g_assert_cmpuint (weir_graph_n_results (a), ==, weir_graph_n_results (b));
  for (guint i = 0; i < weir_graph_n_results (a); i++)
    g_assert_cmpstr (weir_graph_result (a, i)->name, ==, weir_graph_result (b, i)->name);
}
