#include "caffe.h"

#include <string.h>

/* Fields of the text that the schema does not have: forks add their own. What only
 * concerns training, or how a layer is computed but not what, is passed over; what stands
 * among parameters that a layer is converted by is an error; the rest is told. */

/* In any message. */
static const char *const harmless[] = {
  "bias_filler",
  "blobs_lr",
  "data_param",
  "debug_info",
  "dropout_param",
  "dummy_data_param",
  "engine",
  "filler",
  "force_backward",
  "force_nd_im2col",
  "hdf5_data_param",
  "hdf5_output_param",
  "hinge_loss_param",
  "image_data_param",
  "infogain_loss_param",
  "loss_param",
  "loss_weight",
  "memory_data_param",
  "param",
  "phase",
  "prelu_param",
  "propagate_down",
  "python_param",
  "relu6_param",
  "save_output_param",
  "scale_filler",
  "sigmoid_param",
  "slope_filler",
  "stable_prod_grad",
  "tanh_param",
  "transform_param",
  "visualize",
  "visualize_threshold",
  "weight_decay",
  "weight_filler",
};

static gboolean
is_harmless (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (harmless); i++)
    if (strcmp (harmless[i], name) == 0)
      return TRUE;
  return FALSE;
}

static const ProtobufCFieldDescriptor *
known (const ProtobufCMessageDescriptor *type, const char *name)
{
  return protobuf_c_message_descriptor_get_field_by_name (type, name);
}

/* The first field of @message, however deep, that is neither known nor harmless. Messages
 * are nested at most as deep as the text may be. */
static const WeirTextField *
first_unknown (const WeirTextTree *tree, const WeirTextField *message,
               const ProtobufCMessageDescriptor *type)
{
  const WeirTextField *field = weir_text_tree_child (tree, message);

  for (; field != NULL; field = weir_text_tree_next (tree, field)) {
    const ProtobufCFieldDescriptor *row = known (type, field->name);
    const WeirTextField *found = NULL;

    /* "base" of Exp and Log is read from its text. */
    if (row == NULL && known (type, WEIR_TEXT_UNKNOWN) != NULL &&
        strcmp (field->name, "base") == 0)
      continue;
    if (row == NULL && !is_harmless (field->name))
      return field;
    if (row != NULL && row->type == PROTOBUF_C_TYPE_MESSAGE)
      found = first_unknown (tree, field, row->descriptor);
    if (found != NULL)
      return found;
  }
  return NULL;
}

gboolean
cf_fields_check (CfLayer *l)
{
  const WeirTextTree *tree = l->import->tree;
  const ProtobufCMessageDescriptor *type = &caffe__layer_parameter__descriptor;
  const WeirTextField *field = weir_text_tree_child (tree, l->entry->field);

  if (l->row->passes)
    return TRUE;
  for (; field != NULL; field = weir_text_tree_next (tree, field)) {
    const ProtobufCFieldDescriptor *row = known (type, field->name);
    const WeirTextField *found = row != NULL && row->type == PROTOBUF_C_TYPE_MESSAGE
                                     ? first_unknown (tree, field, row->descriptor)
                                     : NULL;

    if (found != NULL) {
      weir_make_unsupported (&l->make,
                             "line %u, column %u: '%s' of %s is not known, and what the "
                             "layer computes may depend on it",
                             found->line, found->column, found->name, field->name);
      return FALSE;
    }
    if (row == NULL && !is_harmless (field->name))
      g_message ("%s: line %u, column %u: layer '%s': '%s' is not known and left out",
                 weir_source_name (l->import->input->topology), field->line,
                 field->column, l->proto->name, field->name);
  }
  return TRUE;
}

void
cf_fields_note (const CfImport *import)
{
  const WeirTextField *field = weir_text_tree_child (import->tree, NULL);

  for (; field != NULL; field = weir_text_tree_next (import->tree, field))
    if (known (&caffe__net_parameter__descriptor, field->name) == NULL &&
        !is_harmless (field->name))
      g_message ("%s: line %u, column %u: '%s' is not known and left out",
                 weir_source_name (import->input->topology), field->line, field->column,
                 field->name);
}
