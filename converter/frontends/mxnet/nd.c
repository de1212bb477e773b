#include "mxnet.h"

#include "base/problem.h"

#include <string.h>

/* Arrays in lists of their own, PREFIX_args.nd and PREFIX_auxs.nd, that change those of a
 * pretrained model. All lie beside the model. */

#define PREFIX     "nd_prefix_name"
#define PRETRAINED "pretrained_model_name"

/* (nullable): the file that a pretrained model's name means: itself, or the last of
 * NAME-NNNN.params. */
static char *
find_pretrained (const WeirFolder *folder, const char *name)
{
  g_autofree char *plain = g_strdup_printf ("%s.params", name);
  g_autofree char *start = g_strdup_printf ("%s-", name);
  g_auto (GStrv) files = weir_folder_list (folder, "");
  char *found = NULL;

  if (weir_folder_has (folder, name))
    return g_strdup (name);
  if (weir_folder_has (folder, plain))
    return g_steal_pointer (&plain);
  for (guint i = 0; files[i] != NULL; i++)
    if (g_str_has_prefix (files[i], start) && g_str_has_suffix (files[i], ".params")) {
      g_free (found);
      found = g_strdup (files[i]);
    }
  return found;
}

static gboolean
read_list (MxImport *import, const char *name, GError **error)
{
  g_autoptr (WeirSource) source = weir_folder_file (import->input->folder, name, error);

  if (source == NULL)
    return FALSE;
  if (mx_params_read (source, import->arrays, error))
    return TRUE;
  g_prefix_error (error, "%s: ", name);
  return FALSE;
}

static gboolean
read_pretrained (MxImport *import, const char *name, GError **error)
{
  g_autofree char *file = find_pretrained (import->input->folder, name);

  if (file == NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_ARRAY_LISTS,
                              "--" PRETRAINED
                              ": expected %s.params or %s-NNNN.params beside the "
                              "model",
                              name, name);
  return read_list (import, file, error);
}

/* The second list may be missing: not every network has what training only counts. */
static gboolean
read_prefix (MxImport *import, const char *prefix, GError **error)
{
  g_autofree char *args = g_strdup_printf ("%s_args.nd", prefix);
  g_autofree char *auxs = g_strdup_printf ("%s_auxs.nd", prefix);

  if (!weir_folder_has (import->input->folder, args))
    return weir_problem_fail (error, WEIR_PROBLEM_ARRAY_LISTS,
                              "--" PREFIX ": expected %s beside the model", args);
  return read_list (import, args, error) &&
         (!weir_folder_has (import->input->folder, auxs) ||
          read_list (import, auxs, error));
}

gboolean
mx_nd_read (MxImport *import, gboolean *found, GError **error)
{
  const WeirFrontendInput *input = import->input;
  const char *prefix = weir_frontend_option (input, PREFIX);
  const char *pretrained = weir_frontend_option (input, PRETRAINED);

  *found = prefix != NULL;
  if (weir_frontend_flag (input, "save_params_from_nd"))
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "--save_params_from_nd: no .params is written; the converted model "
                      "holds all arrays");
  if (prefix == NULL && pretrained == NULL)
    return TRUE;
  if (prefix == NULL || pretrained == NULL || input->topology == NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_ARRAY_LISTS,
                              "expected --input_symbol, --" PREFIX " and --" PRETRAINED
                              " together, or none of the last two");
  if (input->folder == NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_ARRAY_LISTS,
                              "--" PREFIX ": there is no folder to look in");
  return read_pretrained (import, pretrained, error) &&
         read_prefix (import, prefix, error);
}
