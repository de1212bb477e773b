#include "passes.h"

void
weir_input_spec_free (gpointer data)
{
  WeirInputSpec *spec = data;

  g_free (spec->name);
  g_free (spec->shape);
  weir_tensor_unref (spec->value);
  g_free (spec);
}

void
weir_output_spec_free (gpointer data)
{
  WeirOutputSpec *spec = data;

  g_free (spec->name);
  g_free (spec);
}

void
weir_channel_spec_free (gpointer data)
{
  WeirChannelSpec *spec = data;

  g_free (spec->name);
  g_free (spec->values);
  g_free (spec);
}

void
weir_layout_spec_free (gpointer data)
{
  WeirLayoutSpec *spec = data;

  g_free (spec->name);
  g_free (spec->source);
  g_free (spec->target);
  g_free (spec);
}

void
weir_transform_spec_free (gpointer data)
{
  WeirTransformSpec *spec = data;

  g_free (spec->name);
  g_clear_pointer (&spec->arguments, g_hash_table_unref);
  g_free (spec);
}

static void
regex_free (gpointer data)
{
  g_regex_unref (data);
}

void
weir_pass_options_init (WeirPassOptions *options)
{
  *options = (WeirPassOptions){ 0 };
}

/* The members themselves do not know how to be freed: whoever fills the arrays may have
 * made them without a free function. */
static void
list_free (GPtrArray *list, GDestroyNotify item_free)
{
  if (list == NULL)
    return;
  g_ptr_array_set_free_func (list, item_free);
  g_ptr_array_unref (list);
}

void
weir_pass_options_clear (WeirPassOptions *options)
{
  list_free (options->inputs, weir_input_spec_free);
  list_free (options->outputs, weir_output_spec_free);
  list_free (options->mean, weir_channel_spec_free);
  list_free (options->scale, weir_channel_spec_free);
  list_free (options->layouts, weir_layout_spec_free);
  list_free (options->transforms, weir_transform_spec_free);
  list_free (options->unfused, regex_free);
  weir_pass_options_init (options);
}
