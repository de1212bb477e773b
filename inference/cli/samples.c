#include "samples.h"

#include "npy.h"
#include "pnm.h"
#include "random-input.h"

#include <stdlib.h>
#include <string.h>

#define RANDOM     "random:"
#define MAX_RANDOM 100000
#define SEED       1

static const char *const suffixes[] = { ".npy", ".ppm", ".pgm", ".pnm" };

static gboolean
is_array (const char *path)
{
  return g_str_has_suffix (path, suffixes[0]);
}

static gboolean
is_sample (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (path, suffixes[i]))
      return TRUE;
  return FALSE;
}

static int
by_name (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
list_file (const char *path)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (files, g_strdup (path));
  return files;
}

/* (transfer full): the samples in a folder, by name. */
static GPtrArray *
list_folder (const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GDir) folder = g_dir_open (path, 0, &local);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (folder == NULL) {
    weir_fail (error, WEIR_ERROR_IO, "--samples: %s", local->message);
    return NULL;
  }
  while ((name = g_dir_read_name (folder)) != NULL)
    if (is_sample (name))
      g_ptr_array_add (files, g_build_filename (path, name, NULL));
  if (files->len == 0) {
    weir_fail (error, WEIR_ERROR_ARGUMENT,
               "--samples: %s holds no .npy, .ppm, .pgm or .pnm; pipelines/samples.sh "
               "makes them of clips and of PNG and JPEG",
               path);
    return NULL;
  }
  qsort (files->pdata, files->len, sizeof (gpointer), by_name);
  return g_steal_pointer (&files);
}

/* Which input the files of one folder are for. */
static gboolean
find_input (const WeirGraph *graph, const GPtrArray *files, guint *index, GError **error)
{
  guint n = weir_graph_n_parameters (graph);

  *index = 0;
  if (n == 1)
    return TRUE;
  for (guint i = 0; i < n && !is_array (files->pdata[0]); i++)
    if (weir_graph_parameter (graph, i)->outputs[0].info.shape.rank == 4) {
      *index = i;
      return TRUE;
    }
  return weir_fail (error, WEIR_ERROR_ARGUMENT,
                    "--samples: expected a folder for each of the %u inputs, named as "
                    "they are, or pictures for one of rank 4",
                    n);
}

/* (transfer full) (nullable): the folder of input @index, if there is one. */
static char *
folder_of (const WeirGraph *graph, guint index, const char *path)
{
  g_autofree char *folder =
      g_build_filename (path, weir_graph_parameter_name (graph, index), NULL);

  return g_file_test (folder, G_FILE_TEST_IS_DIR) ? g_steal_pointer (&folder) : NULL;
}

static gboolean
list_inputs (Samples *s, const WeirGraph *graph, const char *path, GError **error)
{
  gboolean is_folder = g_file_test (path, G_FILE_TEST_IS_DIR), found = FALSE;
  g_autoptr (GPtrArray) files = NULL;
  guint index;

  for (guint i = 0; is_folder && i < s->n_inputs; i++) {
    g_autofree char *folder = folder_of (graph, i, path);

    if (folder == NULL)
      continue;
    s->files[i] = list_folder (folder, error);
    if (s->files[i] == NULL)
      return FALSE;
    found = TRUE;
  }
  if (found)
    return TRUE;
  files = is_folder ? list_folder (path, error) : list_file (path);
  if (files == NULL || !find_input (graph, files, &index, error))
    return FALSE;
  s->files[index] = g_steal_pointer (&files);
  return TRUE;
}

static WeirTensor *
read_array (const char *path, const WeirPortInfo *info, GError **error)
{
  g_autoptr (WeirTensor) tensor = npy_read (path, error);

  if (tensor == NULL)
    return NULL;
  if (!weir_shape_equal (weir_tensor_shape (tensor), &info->shape)) {
    g_autofree char *found = weir_shape_to_string (weir_tensor_shape (tensor));
    g_autofree char *expected = weir_shape_to_string (&info->shape);

    weir_fail (error, WEIR_ERROR_SHAPE, "%s: input '%s': expected %s, found %s", path,
               info->name, expected, found);
    return NULL;
  }
  return weir_tensor_convert (tensor, info->dtype, error);
}

static gboolean
set_picture (const Samples *s, WeirRequest *request, guint index, const char *path,
             const WeirPortInfo *info, GError **error)
{
  gboolean good = TRUE;
  Pnm pnm;

  if (!pnm_read (&pnm, path, error))
    return FALSE;
  for (guint item = 0; good && item < MAX (info->shape.dims[0], 1); item++)
    good = weir_request_set_image (request, index, item, &pnm.image,
                                   &s->preprocess.transform, NULL, error);
  pnm_clear (&pnm);
  if (!good)
    g_prefix_error (error, "%s: ", path);
  return good;
}

/* (nullable): where there are more files than samples, these are spread over them. */
static const char *
path_of (const Samples *s, guint index, guint sample)
{
  const GPtrArray *files = s->files[index];

  if (files == NULL)
    return NULL;
  return files->pdata[(guint64) sample * s->n_files / s->samples.count];
}

static gboolean
set_input (const Samples *s, WeirRequest *request, guint index, guint sample, GRand *rand,
           GError **error)
{
  const char *path = path_of (s, index, sample);
  g_autoptr (WeirTensor) tensor = NULL;
  WeirPortInfo info;

  weir_network_input (weir_request_network (request), index, &info);
  if (path != NULL && !is_array (path))
    return set_picture (s, request, index, path, &info, error);
  if (path != NULL)
    tensor = read_array (path, &info, error);
  else if (s->random)
    tensor = random_input (&info, rand, error);
  else
    tensor = weir_tensor_new (info.dtype, &info.shape, error);
  return tensor != NULL && weir_request_set_input (request, index, tensor, error);
}

static gboolean
fill (WeirRequest *request, guint sample, gpointer data, GError **error)
{
  const Samples *s = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED + sample);

  for (guint i = 0; i < s->n_inputs; i++)
    if (!set_input (s, request, i, sample, rand, error))
      return FALSE;
  return TRUE;
}

static gboolean
open_random (Samples *s, const char *text, GError **error)
{
  guint64 count;

  if (!g_ascii_string_to_unsigned (text + strlen (RANDOM), 10, 1, MAX_RANDOM, &count,
                                   NULL))
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "--samples: expected random:N with N from 1 to %d, found '%s'",
                      MAX_RANDOM, text);
  s->random = TRUE;
  s->samples.count = (guint) count;
  return TRUE;
}

static gboolean
open_files (Samples *s, const char *path, const WeirGraph *graph, GError **error)
{
  if (!list_inputs (s, graph, path, error))
    return FALSE;
  s->n_files = G_MAXUINT;
  for (guint i = 0; i < s->n_inputs; i++)
    if (s->files[i] != NULL)
      s->n_files = MIN (s->n_files, s->files[i]->len);
  s->samples.count = s->n_files;
  return TRUE;
}

gboolean
samples_open (Samples *s, const char *text, const WeirModel *model,
              const WeirPreprocessWishes *wishes, guint limit, GError **error)
{
  const WeirGraph *graph = weir_model_graph (model);

  *s = (Samples){ .samples = { .fill = fill, .user_data = s },
                  .n_inputs = weir_graph_n_parameters (graph) };
  s->files = g_new0 (GPtrArray *, MAX (s->n_inputs, 1));
  if (!weir_preprocess_decide (&s->preprocess, wishes, model, NULL, error) ||
      !(g_str_has_prefix (text, RANDOM) ? open_random (s, text, error)
                                        : open_files (s, text, graph, error)))
    return FALSE;
  if (limit > 0)
    s->samples.count = MIN (s->samples.count, limit);
  return TRUE;
}

gboolean
samples_has_pictures (const Samples *s)
{
  for (guint i = 0; i < s->n_inputs; i++)
    for (guint k = 0; s->files[i] != NULL && k < s->files[i]->len; k++)
      if (!is_array (s->files[i]->pdata[k]))
        return TRUE;
  return FALSE;
}

gboolean
samples_shape (const Samples *s, guint index, WeirShape *shape, GError **error)
{
  g_autoptr (WeirTensor) first = NULL;

  *shape = WEIR_SHAPE_UNKNOWN;
  if (s->files[index] == NULL || !is_array (s->files[index]->pdata[0]))
    return TRUE;
  first = npy_read (s->files[index]->pdata[0], error);
  if (first == NULL)
    return FALSE;
  *shape = *weir_tensor_shape (first);
  return TRUE;
}

void
samples_close (Samples *s)
{
  for (guint i = 0; s->files != NULL && i < s->n_inputs; i++)
    g_clear_pointer (&s->files[i], g_ptr_array_unref);
  g_clear_pointer (&s->files, g_free);
}
