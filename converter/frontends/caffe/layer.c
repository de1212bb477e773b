#include "caffe.h"

#include <string.h>

guint
cf_n_in (const CfLayer *l)
{
  return (guint) l->proto->n_bottom;
}

WeirPort
cf_in (CfLayer *l, guint index)
{
  const CfValue *value;

  if (index >= l->proto->n_bottom)
    return weir_make_invalid (&l->make, "bottom %u is missing", index);
  value = g_hash_table_lookup (l->import->values, l->proto->bottom[index]);
  return value != NULL ? value->port
                       : weir_make_invalid (&l->make, "no layer before it writes '%s'",
                                            l->proto->bottom[index]);
}

static void
set_value (CfImport *import, const char *top, CfValue value)
{
  if (!g_hash_table_contains (import->values, top))
    g_ptr_array_add (import->tops, (gpointer) top);
  g_hash_table_replace (import->values, (gpointer) top, g_memdup2 (&value, sizeof value));
}

void
cf_set (CfImport *import, const char *top, WeirPort port)
{
  set_value (import, top, (CfValue){ .port = port });
}

void
cf_out (CfLayer *l, guint index, WeirPort port)
{
  if (!weir_build_failed (l->make.b) && index < l->proto->n_top)
    cf_set (l->import, l->proto->top[index], port);
}

/* Marks what is read; whether any of it is broken. */
static gboolean
read_bottoms (const CfLayer *l)
{
  gboolean broken = FALSE;

  for (gsize i = 0; i < l->proto->n_bottom; i++) {
    CfValue *value = g_hash_table_lookup (l->import->values, l->proto->bottom[i]);

    if (value == NULL)
      continue;
    value->read |= l->row == NULL || !l->row->aside;
    broken |= value->broken;
  }
  return broken;
}

static void
break_tops (const CfLayer *l)
{
  for (gsize i = 0; i < l->proto->n_top; i++)
    set_value (l->import, l->proto->top[i],
               (CfValue){ .port = WEIR_PORT_NONE, .broken = TRUE });
}

static gboolean
convert_row (CfLayer *l, gboolean broken, GError **error)
{
  guint first = weir_graph_size (l->make.b->graph);
  WeirPort port;

  if (l->row == NULL)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "an unknown type of layer");
  if (broken) {
    break_tops (l);
    return TRUE;
  }
  port = l->row->convert (l);
  if (!weir_port_is_none (port))
    cf_out (l, 0, port);
  if (!weir_build_finish (l->make.b, error))
    return FALSE;
  weir_make_name (&l->make, first, port);
  for (gsize i = 0; i < l->proto->n_top; i++) {
    const CfValue *value = g_hash_table_lookup (l->import->values, l->proto->top[i]);

    if (value != NULL && !weir_port_is_none (value->port) && value->port.node >= first)
      weir_edit_add_tensor_name (l->make.b->graph, value->port, l->proto->top[i]);
  }
  return TRUE;
}

gboolean
cf_layer_convert (CfImport *import, const Caffe__LayerParameter *proto, GError **error)
{
  CfLayer l = { .make = { .b = &import->builder, .name = proto->name },
                .import = import,
                .proto = proto };
  GError *local = NULL;

  if (proto->name == NULL || proto->type == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "a layer has no %s",
                      proto->name == NULL ? "name" : "type");
  l.row = cf_row_find (proto->type);
  if (convert_row (&l, read_bottoms (&l), &local))
    return TRUE;
  if (!g_error_matches (local, WEIR_ERROR, WEIR_ERROR_UNSUPPORTED)) {
    g_propagate_prefixed_error (error, local, "layer '%s' (%s): ", proto->name,
                                proto->type);
    return FALSE;
  }
  g_ptr_array_add (import->unsupported,
                   weir_unsupported_new (proto->name, proto->type, local->message));
  g_error_free (local);
  break_tops (&l);
  return TRUE;
}
