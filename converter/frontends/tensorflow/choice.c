#include "choice.h"

#include "array.h"

/* The branches of an If, in the order of the IR. */
static const guint order[] = { 1, 0 };

static gboolean
add_branch (TfChoice *c, guint which, TfBody *body, TfValue *values, GError **error)
{
  WeirMake *m = &body->make;

  if (!c->branch (c, which, body, values, error))
    return FALSE;
  for (guint i = 0; i < c->n_outputs; i++) {
    if (values[i].broken)
      continue;
    if (values[i].array != NULL)
      values[i].port = tf_array_tensor (m, &values[i], NULL);
    weir_build_result (m->b, m->name, values[i].port);
  }
  return weir_build_finish (m->b, error);
}

static gboolean
any_broken (const TfChoice *c, const TfValue *values)
{
  for (guint i = 0; i < c->n_outputs; i++)
    if (values[i].broken)
      return TRUE;
  return FALSE;
}

static void
attach (TfChoice *c, TfBody *body, WeirNode *node)
{
  WeirBody *made = tf_body_attach (body, node);

  for (guint i = 0; made != NULL && i < c->n_outputs; i++) {
    WeirPortMap map = {
      .external = i, .internal = i, .axis = -1, .stride = 1, .part_size = 1
    };

    g_array_append_val (made->outputs, map);
  }
}

/* Of both branches, what is known of an array. */
static const TfArray *
array_of (TfChoice *c, const TfValue *value)
{
  TfArray *array;

  if (value->array == NULL)
    return NULL;
  array = tf_array_new (c->import, value->array);
  array->state = NULL;
  array->size = array->written = WEIR_PORT_NONE;
  return array;
}

static void
make_node (TfChoice *c, TfBody *bodies, TfValue *results)
{
  WeirMake *m = c->make;
  WeirPort predicate = weir_make_scalar_of (m, c->predicate);
  WeirNode *node =
      weir_build_begin_outputs (m->b, "If", m->name, &predicate, 1, c->n_outputs);

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    attach (c, &bodies[i], node);
  weir_make_end (m, node);
  for (guint i = 0; i < c->n_outputs; i++)
    results[i] = (TfValue){ .port = weir_make_port (m, node, i),
                            .array = array_of (c, &results[i]) };
}

static void
convert (TfChoice *c, TfValue *results)
{
  WeirMake *m = c->make;
  TfBody bodies[G_N_ELEMENTS (order)];
  gboolean good = TRUE, broken = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (order); i++) {
    tf_body_init (&bodies[i], m);
    good = good && add_branch (c, order[i], &bodies[i], results, &m->b->error);
    broken |= good && any_broken (c, results);
  }
  if (good && !broken)
    make_node (c, bodies, results);
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    tf_body_clear (&bodies[i]);
  for (guint i = 0; broken && i < c->n_outputs; i++)
    results[i] = (TfValue){ .port = WEIR_PORT_NONE, .broken = TRUE };
}

void
tf_choice_convert (TfChoice *c, TfValue *results)
{
  const WeirTensor *value = weir_make_value (c->make, c->predicate);

  if (weir_build_failed (c->make->b))
    return;
  if (value != NULL && weir_tensor_count (value) == 1)
    c->branch (c, weir_tensor_get (value, 0) != 0, NULL, results, &c->make->b->error);
  else if (c->n_outputs > 0)
    convert (c, results);
}
