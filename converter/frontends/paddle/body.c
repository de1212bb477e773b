#include "body.h"

void
pd_body_init (PdBody *body, PdNode *n)
{
  *body = (PdBody){ .n = n, .graph = weir_graph_new () };
  body->builder = WEIR_BUILDER (body->graph);
  body->unsupported = n->scope->import->unsupported->len;
  pd_scope_init (&body->scope, n->scope->import, n->scope, &body->builder);
}

void
pd_body_clear (PdBody *body)
{
  pd_scope_clear (&body->scope);
  g_clear_error (&body->builder.error);
  weir_graph_free (body->graph);
}

void
pd_body_parameter (PdBody *body, const char *name, const PdValue *like,
                   const WeirShape *shape)
{
  PdValue value = *like;

  value.port = weir_build_parameter (&body->builder, name,
                                     weir_make_dtype (&body->n->make, like->port), shape);
  if (weir_build_finish (&body->builder, &body->n->make.b->error))
    pd_scope_set (&body->scope, name, value);
}

gboolean
pd_body_run (PdBody *body, const GPtrArray *wanted, gboolean *broken)
{
  PdNode *n = body->n;
  PdImport *import = n->scope->import;
  gint64 index = pd_int (n, "sub_block", -1);
  const Paddle__BlockDesc *block = index > 0 ? pd_block_find (import, index) : NULL;
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  if (block == NULL) {
    weir_make_invalid (
        &n->make, "attribute 'sub_block': there is no block %" G_GINT64_FORMAT, index);
    return FALSE;
  }
  for (guint i = 0; i < wanted->len; i++)
    g_hash_table_add (names, wanted->pdata[i]);
  if (weir_build_failed (n->make.b) ||
      !pd_block_run (&body->scope, block, names, &n->make.b->error))
    return FALSE;
  *broken |= import->unsupported->len > body->unsupported;
  return TRUE;
}

WeirPort
pd_body_result (PdBody *body, const char *name)
{
  WeirMake *m = &body->n->make;
  const PdValue *value;

  if (weir_build_failed (m->b) ||
      !pd_scope_find (&body->scope, name, &value, &m->b->error))
    return WEIR_PORT_NONE;
  if (value == NULL || weir_port_is_none (value->port))
    return weir_make_invalid (m, "the block does not write variable '%s'", name);
  weir_build_result (&body->builder, name, value->port);
  return weir_build_finish (&body->builder, &m->b->error) ? value->port : WEIR_PORT_NONE;
}

void
pd_body_zeros (PdBody *body, const WeirGraph *graph, WeirPort like, const char *name)
{
  WeirMake m = { .b = &body->builder, .name = name };
  const WeirValueInfo *info;
  gint64 dims[WEIR_MAX_RANK];
  WeirPort zero;

  if (weir_build_failed (body->n->make.b) || weir_port_is_none (like))
    return;
  info = weir_graph_info (graph, like);
  for (int i = 0; i < info->shape.rank; i++)
    dims[i] = info->shape.dims[i] >= 0 ? info->shape.dims[i] : 1;
  zero = weir_make_constant (&m, weir_tensor_new_scalar (info->dtype, 0));
  if (info->shape.rank > 0)
    zero = weir_make_broadcast (&m, zero,
                                weir_make_ints (&m, dims, (gsize) info->shape.rank));
  weir_build_result (&body->builder, name, zero);
  weir_build_finish (&body->builder, &body->n->make.b->error);
}

WeirBody *
pd_body_attach (PdBody *body, WeirNode *node)
{
  WeirBuilder *outer = body->n->make.b;

  return node == NULL || weir_build_failed (outer)
             ? NULL
             : weir_capture_attach (body->scope.captures, &body->graph, outer->graph,
                                    node);
}
