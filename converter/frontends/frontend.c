#include "frontend.h"

#include <string.h>

static const WeirFrontend *const frontends[] = {
  &weir_frontend_tflite,
  &weir_frontend_caffe,
  &weir_frontend_kaldi,
  &weir_frontend_mxnet,
  &weir_frontend_onnx,
  &weir_frontend_paddle,
  &weir_frontend_tensorflow,
  &weir_frontend_keras,
};

const WeirFrontend *const *
weir_frontends (guint *count)
{
  *count = G_N_ELEMENTS (frontends);
  return frontends;
}

const WeirFrontend *
weir_frontend_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (frontends); i++)
    if (strcmp (frontends[i]->name, name) == 0 ||
        g_strcmp0 (frontends[i]->alias, name) == 0)
      return frontends[i];
  return NULL;
}

static gboolean
has_extension (const WeirFrontend *frontend, const char *path)
{
  const char *dot = path != NULL ? strrchr (path, '.') : NULL;
  g_auto (GStrv) endings = g_strsplit (frontend->extensions, "|", -1);

  for (guint i = 0; dot != NULL && endings[i] != NULL; i++)
    if (g_ascii_strcasecmp (dot + 1, endings[i]) == 0)
      return TRUE;
  return FALSE;
}

const WeirFrontend *
weir_frontend_probe (const WeirBytes *head, const char *path)
{
  const WeirFrontend *best = NULL;
  int most = 0;

  for (guint i = 0; i < G_N_ELEMENTS (frontends); i++) {
    int sure = frontends[i]->probe (head, path) * 2;

    if (sure > 0 && has_extension (frontends[i], path))
      sure++;
    if (sure > most) {
      most = sure;
      best = frontends[i];
    }
  }
  return best;
}

const WeirFrontend *
weir_frontend_probe_folder (const WeirFolder *folder)
{
  const WeirFrontend *best = NULL;
  int most = 0;

  for (guint i = 0; i < G_N_ELEMENTS (frontends); i++) {
    int sure =
        frontends[i]->probe_folder != NULL ? frontends[i]->probe_folder (folder) : 0;

    if (sure > most) {
      most = sure;
      best = frontends[i];
    }
  }
  return best;
}

const char *
weir_frontend_option (const WeirFrontendInput *input, const char *name)
{
  return input->options != NULL ? g_hash_table_lookup (input->options, name) : NULL;
}

gboolean
weir_frontend_flag (const WeirFrontendInput *input, const char *name)
{
  return g_strcmp0 (weir_frontend_option (input, name), "true") == 0;
}

const char *
weir_frontend_input_name (const WeirFrontendInput *input)
{
  if (input->source != NULL)
    return weir_source_name (input->source);
  return input->folder != NULL ? weir_folder_name (input->folder) : "model";
}

char *
weir_frontend_model_name (const WeirFrontendInput *input)
{
  g_autofree char *name = NULL;
  char *dot;

  if (input->path == NULL)
    return g_strdup ("model");
  name = g_path_get_basename (input->path);
  dot = strrchr (name, '.');
  if (dot != NULL && dot != name)
    *dot = '\0';
  return g_steal_pointer (&name);
}
