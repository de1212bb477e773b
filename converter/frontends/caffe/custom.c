#include "caffe.h"
#include "custom-op.h"

#include <string.h>

/* --k: layers that pass into the IR under their own type, with the fields of a message as
 * attributes. An operation of that name that an extension has brought tells its shapes
 * itself; for others Caffe is asked, by the process that runs parts of "caffe". */

#define FRAMEWORK "caffe"

/* Attributes in their order: names, and what each holds. */
typedef struct {
  const CfLayer *layer;
  GPtrArray *names;
  GHashTable *texts; /* name -> GString */
  gboolean flat, all;
} Attributes;

static void
free_text (gpointer text)
{
  g_string_free (text, TRUE);
}

/* As the IR has them: truth is a number. */
static const char *
spelling (const char *value)
{
  return strcmp (value, "true") == 0 ? "1" : strcmp (value, "false") == 0 ? "0" : value;
}

static void
add (Attributes *a, const char *name, const char *value)
{
  GString *text = g_hash_table_lookup (a->texts, name);

  if (text != NULL) {
    g_string_append_printf (text, ",%s", spelling (value));
    return;
  }
  g_ptr_array_add (a->names, g_strdup (name));
  g_hash_table_insert (a->texts, a->names->pdata[a->names->len - 1],
                       g_string_new (spelling (value)));
}

static char *
full_name (const Attributes *a, const char *prefix, const char *name)
{
  return a->flat && prefix != NULL ? g_strdup_printf ("%s__%s", prefix, name)
                                   : g_strdup (name);
}

static char *
print_default (const ProtobufCFieldDescriptor *row)
{
  const void *value = row->default_value;

  switch (row->type) {
  case PROTOBUF_C_TYPE_FLOAT:
    return weir_print_float (value != NULL ? *(const float *) value : 0, TRUE);
  case PROTOBUF_C_TYPE_BOOL:
    return g_strdup (value != NULL && *(const protobuf_c_boolean *) value ? "1" : "0");
  case PROTOBUF_C_TYPE_STRING:
    return g_strdup (value != NULL ? value : "");
  case PROTOBUF_C_TYPE_UINT32:
    return g_strdup_printf ("%u", value != NULL ? *(const guint32 *) value : 0);
  case PROTOBUF_C_TYPE_INT32:
    return g_strdup_printf ("%d", value != NULL ? *(const gint32 *) value : 0);
  default:
    return NULL;
  }
}

/* What the text leaves out and the schema has a default for; with
 * --disable_omitting_optional what it has none for, too. */
static void
add_defaults (Attributes *a, const WeirTextField *message, const char *prefix,
              const ProtobufCMessageDescriptor *type)
{
  for (unsigned i = 0; type != NULL && i < type->n_fields; i++) {
    const ProtobufCFieldDescriptor *row = &type->fields[i];
    g_autofree char *name = full_name (a, prefix, row->name);
    g_autofree char *text = NULL;

    if (row->label != PROTOBUF_C_LABEL_OPTIONAL ||
        (row->default_value == NULL && !a->all) ||
        (message != NULL &&
         weir_text_tree_find (a->layer->import->tree, message, row->name) != NULL))
      continue;
    text = print_default (row);
    if (text != NULL)
      add (a, name, text);
  }
}

/* Messages are nested at most as deep as the text may be. */
static void
collect (Attributes *a, const WeirTextField *message, const char *prefix,
         const ProtobufCMessageDescriptor *type)
{
  const WeirTextTree *tree = a->layer->import->tree;
  const WeirTextField *field =
      message != NULL ? weir_text_tree_child (tree, message) : NULL;

  for (; field != NULL; field = weir_text_tree_next (tree, field)) {
    const ProtobufCFieldDescriptor *row =
        type != NULL ? protobuf_c_message_descriptor_get_field_by_name (type, field->name)
                     : NULL;
    g_autofree char *name = full_name (a, prefix, field->name);

    if (field->value != NULL)
      add (a, name, field->value);
    else
      collect (a, field, name,
               row != NULL && row->type == PROTOBUF_C_TYPE_MESSAGE ? row->descriptor
                                                                   : NULL);
  }
  add_defaults (a, message, prefix, type);
}

/* Names become names in XML. */
static gboolean
check_names (CfLayer *l, const GPtrArray *names)
{
  for (guint i = 0; i < names->len; i++) {
    const char *name = names->pdata[i];

    if (!g_ascii_isalpha (*name) && *name != '_') {
      weir_make_unsupported (&l->make, "a field '%.80s' cannot be an attribute", name);
      return FALSE;
    }
  }
  return TRUE;
}

static void
set_attributes (CfLayer *l, WeirNode *node, const Attributes *a)
{
  const WeirAttrRow *rows = node != NULL ? node->op->attrs : NULL;

  for (guint i = 0; rows != NULL && rows[i].name != NULL; i++) {
    const GString *text = g_hash_table_lookup (a->texts, rows[i].name);

    if (text != NULL && !weir_build_failed (l->make.b))
      weir_node_set_text (node, i, text->str, &l->make.b->error);
  }
}

static const WeirOp *
described_op (CfLayer *l, const Attributes *a, const WeirPort *inputs, guint n_inputs)
{
  guint n_top = (guint) l->proto->n_top;
  g_autofree WeirValueInfo *infos = g_new0 (WeirValueInfo, n_top + 1);
  g_autofree char *outputs = NULL;
  g_autoptr (WeirTensor) part = NULL;

  if (!cf_offload_may (l)) {
    weir_make_unsupported (&l->make,
                           "a custom layer whose shape is not known: --extensions has to "
                           "name a library with an operation '%.80s', or --offload "
                           "caffe=COMMAND a process that asks Caffe (docs/offload.md)",
                           l->proto->type);
    return NULL;
  }
  part = cf_layer_part (l);
  if (part == NULL || !weir_offload_op_describe (&l->make, FRAMEWORK, part, inputs,
                                                 n_inputs, infos, n_top))
    return NULL;
  outputs = weir_offload_outputs (infos, n_top);
  return cf_custom_op (l->proto->type, a->names, outputs, n_top);
}

static WeirPort
build (CfLayer *l, const Attributes *a)
{
  guint n_top = (guint) l->proto->n_top;
  g_autofree WeirPort *inputs = NULL;
  guint n_inputs = cf_layer_inputs (l, &inputs);
  const WeirOp *op = weir_op_find (l->proto->type);
  WeirNode *node;

  if (weir_build_failed (l->make.b) || !check_names (l, a->names))
    return WEIR_PORT_NONE;
  if (op == NULL || op->extension == NULL)
    op = described_op (l, a, inputs, n_inputs);
  if (op == NULL)
    return WEIR_PORT_NONE;
  node = weir_edit_add (l->make.b->graph, op, 0, l->make.name, inputs, n_inputs, n_top,
                        &l->make.b->error);
  set_attributes (l, node, a);
  weir_make_end (&l->make, node);
  for (guint i = 1; i < n_top; i++)
    cf_out (l, i, weir_make_port (&l->make, node, i));
  return weir_make_port (&l->make, node, 0);
}

static WeirPort
convert (CfLayer *l)
{
  const CfCustom *custom = g_hash_table_lookup (l->import->custom, l->proto->type);
  Attributes a = {
    .layer = l,
    .names = g_ptr_array_new_with_free_func (g_free),
    .texts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_text),
    .flat = weir_frontend_flag (l->import->input, "enable_flattening_nested_params"),
    .all = weir_frontend_flag (l->import->input, "disable_omitting_optional"),
  };
  const ProtobufCFieldDescriptor *row =
      custom->param != NULL ? protobuf_c_message_descriptor_get_field_by_name (
                                  &caffe__layer_parameter__descriptor, custom->param)
                            : NULL;
  WeirPort port;

  if (custom->param != NULL)
    collect (
        &a, weir_text_tree_find (l->import->tree, l->entry->field, custom->param), NULL,
        row != NULL && row->type == PROTOBUF_C_TYPE_MESSAGE ? row->descriptor : NULL);
  port = build (l, &a);
  g_hash_table_unref (a.texts);
  g_ptr_array_unref (a.names);
  return port;
}

static const CfRow row = { .type = "a custom layer", .convert = convert, .passes = TRUE };

const CfRow *
cf_custom_row (const CfImport *import, const char *type)
{
  return import->custom != NULL && g_hash_table_contains (import->custom, type) ? &row
                                                                                : NULL;
}

gboolean
cf_custom_open (CfImport *import, GError **error)
{
  const char *path = weir_frontend_option (import->input, "k");
  g_autoptr (WeirSource) source = NULL;

  if (path == NULL)
    return TRUE;
  source = weir_source_open (path, error);
  import->custom = source != NULL ? cf_custom_map_read (source, error) : NULL;
  if (import->custom == NULL)
    g_prefix_error (error, "--k %s: ", path);
  return import->custom != NULL;
}
