#include "model.h"

#include "base/error.h"
#include "build.h"

#include <string.h>

typedef struct {
  char *path;
  char *value;
} Info;

struct _WeirModel {
  gatomicrefcount refs;
  WeirGraph *graph;
  char *name;
  char *framework;
  GPtrArray *info; /* Info */
  guint operations_read;
};

G_DEFINE_BOXED_TYPE (WeirModel, weir_model, weir_model_ref, weir_model_unref)

static void
info_free (gpointer data)
{
  Info *info = data;

  g_free (info->path);
  g_free (info->value);
  g_free (info);
}

WeirModel *
weir_model_new (WeirGraph *graph, const char *name, const char *framework)
{
  WeirModel *model = g_new0 (WeirModel, 1);

  g_atomic_ref_count_init (&model->refs);
  model->graph = graph;
  model->name = g_strdup (name);
  model->framework = g_strdup (framework);
  model->info = g_ptr_array_new_with_free_func (info_free);
  return model;
}

WeirModel *
weir_model_ref (WeirModel *model)
{
  g_atomic_ref_count_inc (&model->refs);
  return model;
}

void
weir_model_unref (WeirModel *model)
{
  if (model == NULL || !g_atomic_ref_count_dec (&model->refs))
    return;
  weir_graph_free (model->graph);
  g_free (model->name);
  g_free (model->framework);
  g_ptr_array_unref (model->info);
  g_free (model);
}

WeirModel *
weir_model_copy (const WeirModel *model)
{
  WeirModel *copy =
      weir_model_new (weir_graph_copy (model->graph), model->name, model->framework);

  for (guint i = 0; i < model->info->len; i++) {
    const Info *info = model->info->pdata[i];
    weir_model_set_info (copy, info->path, info->value);
  }
  return copy;
}

WeirModel *
weir_model_expose (const WeirModel *model, const WeirPort *ports, guint n, GError **error)
{
  g_autoptr (WeirModel) copy = weir_model_copy (model);
  WeirBuilder builder = WEIR_BUILDER (copy->graph);

  for (guint i = 0; i < n; i++) {
    const WeirNode *node = weir_graph_node (copy->graph, ports[i].node);
    g_autofree char *name = NULL;

    if (node == NULL || ports[i].index >= node->n_outputs) {
      weir_build_fail (&builder, WEIR_ERROR_ARGUMENT, "there is no value %u:%u",
                       ports[i].node, ports[i].index);
      break;
    }
    name = g_strdup_printf ("%s:%u/exposed", node->name, ports[i].index);
    weir_build_result (&builder, name, ports[i]);
  }
  return weir_build_finish (&builder, error) ? g_steal_pointer (&copy) : NULL;
}

WeirGraph *
weir_model_graph (const WeirModel *model)
{
  return model->graph;
}

const char *
weir_model_name (const WeirModel *model)
{
  return model->name;
}

void
weir_model_set_name (WeirModel *model, const char *name)
{
  char *copy = g_strdup (name);

  g_free (model->name);
  model->name = copy;
}

const char *
weir_model_framework (const WeirModel *model)
{
  return model->framework;
}

static Info *
info_find (const WeirModel *model, const char *path, guint *index)
{
  for (guint i = 0; i < model->info->len; i++) {
    Info *info = model->info->pdata[i];
    if (strcmp (info->path, path) == 0) {
      *index = i;
      return info;
    }
  }
  return NULL;
}

const char *
weir_model_info (const WeirModel *model, const char *path)
{
  guint index;
  const Info *info = info_find (model, path, &index);

  return info != NULL ? info->value : NULL;
}

void
weir_model_set_info (WeirModel *model, const char *path, const char *value)
{
  guint index;
  Info *info = info_find (model, path, &index);

  if (value == NULL) {
    if (info != NULL)
      g_ptr_array_remove_index (model->info, index);
    return;
  }
  if (info == NULL) {
    info = g_new0 (Info, 1);
    info->path = g_strdup (path);
    g_ptr_array_add (model->info, info);
  }
  g_free (info->value);
  info->value = g_strdup (value);
}

guint
weir_model_n_info (const WeirModel *model)
{
  return model->info->len;
}

void
weir_model_info_at (const WeirModel *model, guint index, const char **path,
                    const char **value)
{
  const Info *info = model->info->pdata[index];

  *path = info->path;
  *value = info->value;
}

guint
weir_model_operations (const WeirModel *model)
{
  static const char *const others[] = { "Constant", "Parameter", "Result", NULL };
  guint count = 0;

  for (guint i = 0; i < weir_graph_size (model->graph); i++) {
    const WeirNode *node = weir_graph_node (model->graph, i);

    count += node != NULL && !g_strv_contains (others, node->op->name);
  }
  return count;
}

void
weir_model_note_operations (WeirModel *model)
{
  model->operations_read = weir_model_operations (model);
}

guint
weir_model_operations_read (const WeirModel *model)
{
  return model->operations_read;
}
