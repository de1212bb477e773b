#include "keras.h"

/* Which uses of layers are converted, in which order, and what stands where the model is
 * cut. */

enum { NEW, OPEN, DONE };

static void
clear_use (gpointer data)
{
  KerasUse *use = data;

  g_free (use->label);
  json_array_unref (use->links);
}

void
keras_model_init (KerasModel *model, const WeirFrontendInput *input)
{
  *model = (KerasModel){ .input = input,
                         .plan = weir_cut_plan_new (input->cut, FALSE),
                         .uses = g_array_new (FALSE, FALSE, sizeof (KerasUse)),
                         .reads = g_array_new (FALSE, FALSE, sizeof (guint)),
                         .writers = g_array_new (FALSE, FALSE, sizeof (guint)),
                         .tensors = g_hash_table_new_full (g_str_hash, g_str_equal,
                                                           g_free, NULL) };
  g_array_set_clear_func (model->uses, clear_use);
}

void
keras_model_clear (KerasModel *model)
{
  weir_cut_plan_free (model->plan);
  g_array_unref (model->uses);
  g_array_unref (model->reads);
  g_array_unref (model->writers);
  g_hash_table_unref (model->tensors);
  g_clear_pointer (&model->groups, g_hash_table_unref);
  g_free (model->values);
  g_free (model->inputs);
}

static KerasUse *
use_at (const KerasModel *model, guint index)
{
  return &g_array_index (model->uses, KerasUse, index);
}

static guint
read_of (const KerasModel *model, const KerasUse *use, guint index)
{
  return g_array_index (model->reads, guint, use->first_read + index);
}

/* The new input that stands for @tensor wherever it is read, or -1. */
static int
find_new (const KerasModel *model, guint tensor)
{
  int index = weir_cut_plan_replaced (model->plan, tensor);

  return index >= 0 && weir_cut_plan_is_new (model->plan, (guint) index) ? index : -1;
}

/* Input @index, made when it is first read: what tells its shape is converted by then. */
static WeirPort
make_input (KerasModel *model, guint index)
{
  guint tensor = weir_cut_plan_input (model->plan, index)->tensor;
  WeirPort *made = &model->inputs[index];

  if (weir_port_is_none (*made))
    *made = weir_cut_plan_build (model->plan, index, model->builder,
                                 model->values[tensor], NULL);
  return *made;
}

static WeirPort
value_of (KerasModel *model, guint tensor)
{
  int index = find_new (model, tensor);

  return index >= 0 ? make_input (model, (guint) index) : model->values[tensor];
}

/* A use that is only looked at reads what there was. */
static WeirPort
read_port (KerasModel *model, const KerasUse *use, guint index, gboolean keeps)
{
  guint tensor = read_of (model, use, index);
  int edge = keeps ? weir_cut_plan_edge (model->plan, use->number, index) : -1;

  if (edge >= 0)
    return make_input (model, (guint) edge);
  return keeps ? value_of (model, tensor) : model->values[tensor];
}

/* @unknown: whether what it reads could not be converted. */
static WeirPort
build (KerasLayer *l, const KerasUse *use, gboolean unknown)
{
  if (l->row == NULL)
    return weir_make_unsupported (&l->make, "an unknown layer");
  if (use->why != NULL)
    return weir_make_unsupported (&l->make, "%s", use->why);
  return unknown ? WEIR_PORT_NONE : l->row->convert (l);
}

/* A layer that cannot be converted is told, and gives no port. */
static gboolean
refuse (KerasModel *model, const KerasUse *use, GError *local, GError **error)
{
  if (!g_error_matches (local, WEIR_ERROR, WEIR_ERROR_UNSUPPORTED)) {
    g_propagate_prefixed_error (error, local, "layer '%s' (%s): ", use->label,
                                use->class_name);
    return FALSE;
  }
  g_ptr_array_add (model->unsupported,
                   weir_unsupported_new (use->label, use->class_name, local->message));
  g_error_free (local);
  return TRUE;
}

static gboolean
convert_use (KerasModel *model, const KerasUse *use, gboolean keeps, GError **error)
{
  WeirGraph *graph = model->builder->graph;
  g_autofree WeirPort *ports = g_new (WeirPort, use->n_reads + 1);
  KerasLayer l = { .make = { .b = model->builder, .name = use->label },
                   .model = model,
                   .row = keras_row_find (use->class_name),
                   .name = use->name,
                   .config = use->config,
                   .inputs = ports,
                   .n_inputs = use->n_reads };
  gboolean unknown = FALSE;
  GError *local = NULL;
  guint first;
  WeirPort port;

  for (guint i = 0; i < use->n_reads; i++) {
    ports[i] = read_port (model, use, i, keeps);
    unknown |= weir_port_is_none (ports[i]);
  }
  if (!weir_build_finish (model->builder, error))
    return FALSE;
  first = weir_graph_size (graph);
  port = build (&l, use, unknown);
  if (!weir_build_finish (model->builder, &local))
    return refuse (model, use, local, error);
  model->values[use->tensor] = port;
  if (!weir_port_is_none (port)) {
    weir_make_name (&l.make, first, port);
    weir_edit_add_tensor_name (graph, port, use->label);
  }
  return TRUE;
}

static gboolean
keep (KerasModel *model, const KerasUse *use, GError **error)
{
  guint listed = model->unsupported->len;

  if (!convert_use (model, use, TRUE, error))
    return FALSE;
  if (model->input->hint != NULL && model->unsupported->len > listed)
    g_hash_table_add (model->input->hint->refused, GUINT_TO_POINTER (use->number));
  return TRUE;
}

/* For the shapes behind it: its failure is none, but for running out of what a file may
 * cost. */
static gboolean
look (KerasModel *model, const KerasUse *use, GError **error)
{
  guint listed = model->unsupported->len;
  GError *local = NULL;

  if (convert_use (model, use, FALSE, &local) ||
      !g_error_matches (local, WEIR_ERROR, WEIR_ERROR_LIMIT)) {
    g_ptr_array_set_size (model->unsupported, (int) listed);
    g_clear_error (&local);
    return TRUE;
  }
  g_propagate_error (error, local);
  return FALSE;
}

/* An input of the model that is frozen is looked at, too. */
static WeirCutNeed
need_of (const KerasModel *model, const KerasUse *use)
{
  if (!use->is_input)
    return weir_cut_plan_need (model->plan, use->number);
  return find_new (model, use->tensor) >= 0
             ? WEIR_CUT_LOOK
             : weir_cut_plan_need_of (model->plan, use->tensor);
}

/* Pushes those that give what @use reads and are yet to be converted. */
static gboolean
push_writers (const KerasModel *model, const KerasUse *use, GArray *stack, GError **error)
{
  for (guint i = 0; i < use->n_reads; i++) {
    guint index = g_array_index (model->writers, guint, read_of (model, use, i));
    const KerasUse *writer = use_at (model, index);

    if (writer->state == OPEN)
      return weir_fail (error, WEIR_ERROR_FORMAT, "layer '%s' depends on itself",
                        writer->label);
    if (writer->state == NEW && need_of (model, writer) != WEIR_CUT_SKIP)
      g_array_append_val (stack, index);
  }
  return TRUE;
}

/* A layer that is used twice may stand before what its second use reads. */
static gboolean
convert_with_inputs (KerasModel *model, guint start, GError **error)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (guint));

  g_array_append_val (stack, start);
  while (stack->len > 0) {
    guint length = stack->len;
    KerasUse *use = use_at (model, g_array_index (stack, guint, length - 1));

    if (use->state == NEW) {
      use->state = OPEN;
      if (!push_writers (model, use, stack, error))
        return FALSE;
      if (stack->len > length)
        continue;
    }
    if (use->state == OPEN &&
        !(need_of (model, use) == WEIR_CUT_KEEP ? keep : look) (model, use, error))
      return FALSE;
    use->state = DONE;
    g_array_set_size (stack, length - 1);
  }
  return TRUE;
}

/* Inputs first, in their order. */
static gboolean
convert_all (KerasModel *model, GError **error)
{
  for (int turn = 0; turn < 2; turn++)
    for (guint i = 0; i < model->uses->len; i++)
      if (use_at (model, i)->is_input == (turn == 0) &&
          need_of (model, use_at (model, i)) != WEIR_CUT_SKIP &&
          !convert_with_inputs (model, i, error))
        return FALSE;
  if (model->unsupported->len == 0)
    return TRUE;
  if (model->input->hint != NULL)
    weir_cut_plan_suggest (model->plan, model->input->hint);
  return weir_unsupported_fail (model->unsupported, "Keras", error);
}

static gboolean
finish (KerasModel *model, GError **error)
{
  guint n = weir_cut_plan_n_inputs (model->plan);
  g_autofree WeirPort *old = g_new (WeirPort, n + 1);

  for (guint i = 0; i < weir_cut_plan_n_outputs (model->plan); i++) {
    const WeirCutOutput *output = weir_cut_plan_output (model->plan, i);
    const char *name = weir_cut_plan_tensor_name (model->plan, output->tensor);

    weir_build_result (model->builder, output->name != NULL ? output->name : name,
                       value_of (model, output->tensor));
  }
  for (guint i = 0; i < n; i++) {
    WeirPort port = model->values[weir_cut_plan_input (model->plan, i)->tensor];

    old[i] = weir_cut_plan_is_new (model->plan, i) ? port : WEIR_PORT_NONE;
    if (weir_cut_plan_is_new (model->plan, i))
      make_input (model, i);
    else
      model->inputs[i] = port;
  }
  return weir_build_finish (model->builder, error) &&
         weir_cut_plan_finish (model->plan, model->builder->graph, model->inputs, old,
                               error);
}

static WeirPort *
no_ports (guint count)
{
  WeirPort *ports = g_new (WeirPort, count + 1);

  for (guint i = 0; i <= count; i++)
    ports[i] = WEIR_PORT_NONE;
  return ports;
}

gboolean
keras_model_convert (KerasModel *model, GError **error)
{
  if (!weir_cut_plan_solve (model->plan, error))
    return FALSE;
  model->values = no_ports (model->writers->len);
  model->inputs = no_ports (weir_cut_plan_n_inputs (model->plan));
  return convert_all (model, error) && finish (model, error);
}
