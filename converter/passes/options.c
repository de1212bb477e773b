#include "passes.h"

static void
input_free (gpointer data)
{
  WeirInputSpec *spec = data;

  g_free (spec->name);
  g_free (spec->shape);
  weir_tensor_unref (spec->value);
  g_free (spec);
}

static void
output_free (gpointer data)
{
  WeirOutputSpec *spec = data;

  g_free (spec->name);
  g_free (spec);
}

static void
channel_free (gpointer data)
{
  WeirChannelSpec *spec = data;

  g_free (spec->name);
  g_free (spec->values);
  g_free (spec);
}

static void
layout_free (gpointer data)
{
  WeirLayoutSpec *spec = data;

  g_free (spec->name);
  g_free (spec->source);
  g_free (spec->target);
  g_free (spec);
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
  list_free (options->inputs, input_free);
  list_free (options->outputs, output_free);
  list_free (options->mean, channel_free);
  list_free (options->scale, channel_free);
  list_free (options->layouts, layout_free);
  weir_pass_options_init (options);
}
