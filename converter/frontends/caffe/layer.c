#include "caffe.h"

#include <string.h>

guint
cf_n_in (const CfLayer *l)
{
  return (guint) l->proto->n_bottom;
}

CfValue *
cf_value (const CfImport *import, guint tensor)
{
  return &g_array_index (import->values, CfValue, tensor);
}

WeirPort
cf_in (CfLayer *l, guint index)
{
  const WeirPort *given;
  WeirPort port;
  guint tensor;

  if (weir_build_failed (l->make.b))
    return WEIR_PORT_NONE;
  if (index >= l->proto->n_bottom)
    return weir_make_invalid (&l->make, "bottom %u is missing", index);
  tensor = l->entry->bottoms[index];
  given = cf_cut_read (l->import, l->number, index, tensor);
  if (given != NULL)
    return *given;
  if (tensor == WEIR_CUT_NONE)
    return weir_make_invalid (&l->make, "no layer before it writes '%s'",
                              l->proto->bottom[index]);
  port = cf_value (l->import, tensor)->port;
  return !weir_port_is_none (port)
             ? port
             : weir_make_invalid (&l->make,
                                  "the layer that writes '%s' gives it no value",
                                  l->proto->bottom[index]);
}

void
cf_out (CfLayer *l, guint index, WeirPort port)
{
  if (!weir_build_failed (l->make.b) && index < l->proto->n_top)
    cf_value (l->import, l->entry->tops[index])->port = port;
}

static gboolean
reads_broken (const CfLayer *l)
{
  for (gsize i = 0; i < l->proto->n_bottom; i++) {
    guint tensor = l->entry->bottoms[i];

    if (tensor != WEIR_CUT_NONE &&
        cf_cut_read (l->import, l->number, (guint) i, tensor) == NULL &&
        cf_value (l->import, tensor)->broken)
      return TRUE;
  }
  return FALSE;
}

static void
break_tops (const CfLayer *l)
{
  for (gsize i = 0; i < l->proto->n_top; i++)
    *cf_value (l->import, l->entry->tops[i]) =
        (CfValue){ .port = WEIR_PORT_NONE, .broken = TRUE };
}

/* A tensor of the IR is called as the top that wrote it, the last one where several do.
 */
static void
name_tensors (const CfLayer *l, guint first)
{
  for (gsize i = 0; i < l->proto->n_top; i++) {
    WeirPort port = cf_value (l->import, l->entry->tops[i])->port;

    if (!weir_port_is_none (port) && port.node >= first)
      weir_edit_add_tensor_name (l->make.b->graph, port, l->proto->top[i]);
  }
}

/* What was added since the graph's size was @first has top 0 at @port. */
static gboolean
finish (CfLayer *l, guint first, WeirPort port, GError **error)
{
  if (!weir_port_is_none (port))
    cf_out (l, 0, port);
  if (!weir_build_finish (l->make.b, error))
    return FALSE;
  weir_make_name (&l->make, first, port);
  name_tensors (l, first);
  return TRUE;
}

/* What cannot be converted, by Caffe itself, where the user lets it. */
static gboolean
offload (CfLayer *l, GError **error)
{
  guint first = weir_graph_size (l->make.b->graph);

  if (!g_error_matches (*error, WEIR_ERROR, WEIR_ERROR_UNSUPPORTED) || reads_broken (l) ||
      !cf_offload_may (l))
    return FALSE;
  g_clear_error (error);
  return finish (l, first, cf_offload_convert (l), error);
}

static gboolean
convert_row (CfLayer *l, GError **error)
{
  guint first = weir_graph_size (l->make.b->graph);

  if (l->row == NULL)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "an unknown type of layer");
  if (reads_broken (l)) {
    break_tops (l);
    return weir_build_finish (l->make.b, error);
  }
  return finish (l, first, cf_fields_check (l) ? l->row->convert (l) : WEIR_PORT_NONE,
                 error);
}

gboolean
cf_layer_convert (CfImport *import, guint number, GError **error)
{
  const CfEntry *entry = &g_array_index (import->entries, CfEntry, number);
  CfLayer l = { .make = { .b = &import->builder, .name = entry->proto->name },
                .import = import,
                .entry = entry,
                .number = number,
                .proto = entry->proto,
                .row = cf_custom_row (import, entry->proto->type) };
  GError *local = NULL;

  if (l.row == NULL)
    l.row = cf_row_find (l.proto->type);
  if (l.row == NULL || strcmp (l.proto->type, "Python") == 0)
    l.row = cf_extension_row (&l) != NULL ? cf_extension_row (&l) : l.row;
  if (convert_row (&l, &local) || offload (&l, &local))
    return TRUE;
  if (!g_error_matches (local, WEIR_ERROR, WEIR_ERROR_UNSUPPORTED)) {
    g_propagate_prefixed_error (error, local, "layer '%s' (%s): ", l.proto->name,
                                l.proto->type);
    return FALSE;
  }
  g_ptr_array_add (import->unsupported,
                   weir_unsupported_new (l.proto->name, l.proto->type, local->message));
  g_error_free (local);
  break_tops (&l);
  return TRUE;
}
