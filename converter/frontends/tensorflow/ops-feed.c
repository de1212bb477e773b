#include "table.h"

/* Where a program reads its examples: iterators and queues, whose elements are inputs of
 * the network. */

/* What stands for an iterator or a queue; nobody computes with it. */
static WeirPort
source (TfNode *n)
{
  return weir_make_int (&n->make, 0);
}

/* One element of an example as an input; @front stands before its shape, unless 0. */
static gboolean
add_input (TfNode *n, gsize i, Tf__DataType type, const WeirShape *inner, gint64 front)
{
  g_autofree char *name =
      i == 0 ? g_strdup (n->make.name) : g_strdup_printf ("%s:%zu", n->make.name, i);
  WeirDtype dtype = tf_dtype (type);
  WeirShape shape = *inner;

  if (dtype == WEIR_DTYPE_UNKNOWN || dtype == WEIR_DTYPE_STRING) {
    weir_make_unsupported (&n->make, "an input of type %s", tf_dtype_name (type));
    return FALSE;
  }
  if (front != 0 && shape.rank >= 0) {
    if (shape.rank == WEIR_MAX_RANK) {
      weir_make_unsupported (&n->make, "an input of rank %d", shape.rank + 1);
      return FALSE;
    }
    for (int k = shape.rank++; k > 0; k--)
      shape.dims[k] = shape.dims[k - 1];
    shape.dims[0] = front;
  }
  tf_out (n, (guint) i, weir_build_parameter (n->make.b, name, dtype, &shape));
  return TRUE;
}

/* The elements that the lists @types and @shapes tell; without shapes, of any. */
static WeirPort
add_inputs (TfNode *n, const Tf__AttrValue *types, const Tf__AttrValue *shapes,
            gint64 front)
{
  gsize count = types != NULL && types->list != NULL ? types->list->n_type : 0;
  gsize n_shapes = shapes != NULL && shapes->list != NULL ? shapes->list->n_shape : 0;

  if (n_shapes != count && n_shapes != 0)
    return weir_make_invalid (&n->make, "expected %zu shapes, one a type, found %zu",
                              count, n_shapes);
  for (gsize i = 0; i < count && !weir_build_failed (n->make.b); i++) {
    g_autoptr (GError) error = NULL;
    WeirShape shape;

    if (!tf_shape (n_shapes > 0 ? shapes->list->shape[i] : NULL, &shape, &error))
      return weir_make_unsupported (&n->make, "%s", error->message);
    if (!add_input (n, i, types->list->type[i], &shape, front))
      return WEIR_PORT_NONE;
  }
  return WEIR_PORT_NONE;
}

static WeirPort
iterator_get_next (TfNode *n)
{
  return add_inputs (n, tf_attr (n, "output_types"), tf_attr (n, "output_shapes"), 0);
}

/* What a queue holds stands at the queue; a dequeue tells the types alone. */
static WeirPort
dequeue_many (TfNode *n, gint64 front)
{
  TfNode queue = *n;
  GError *error = NULL;
  TfRef ref = { 0 };

  if (n->proto->n_input == 0)
    return weir_make_invalid (&n->make, "input 0 is missing");
  if (!tf_scope_resolve (n->scope, n->proto->input[0], &ref, &error)) {
    g_propagate_error (&n->make.b->error, error);
    return WEIR_PORT_NONE;
  }
  if (ref.entry == NULL)
    return weir_make_unsupported (&n->make, "its queue is an argument of a function");
  queue.proto = ref.entry->proto;
  return add_inputs (n, tf_attr (n, "component_types"), tf_attr (&queue, "shapes"),
                     front);
}

static WeirPort
dequeue (TfNode *n)
{
  return dequeue_many (n, 0);
}

static WeirPort
dequeue_batch (TfNode *n)
{
  WeirTensor *count = weir_make_value (&n->make, tf_in (n, 1));
  gint64 front = WEIR_DIM_UNKNOWN;

  if (count != NULL && weir_tensor_count (count) == 1 && weir_tensor_get (count, 0) >= 1)
    front = (gint64) weir_tensor_get (count, 0);
  return dequeue_many (n, front);
}

static WeirPort
dequeue_up_to (TfNode *n)
{
  return dequeue_many (n, WEIR_DIM_UNKNOWN);
}

const TfRow tf_rows_feed[] = {
  { "FIFOQueue", source },
  { "FIFOQueueV2", source },
  { "Iterator", source },
  { "IteratorGetNext", iterator_get_next },
  { "IteratorV2", source },
  { "OneShotIterator", source },
  { "QueueDequeue", dequeue },
  { "QueueDequeueMany", dequeue_batch },
  { "QueueDequeueManyV2", dequeue_batch },
  { "QueueDequeueUpTo", dequeue_up_to },
  { "QueueDequeueUpToV2", dequeue_up_to },
  { "QueueDequeueV2", dequeue },
  { NULL },
};
