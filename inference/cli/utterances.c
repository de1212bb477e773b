#include "utterances.h"

#include "weir-convert.h"

#include <string.h>

gboolean
utterances_prefixed (const char *text)
{
  return weir_utterances_named (text) &&
         (g_str_has_prefix (text, "ark") || g_str_has_prefix (text, "scp:")) &&
         !g_file_test (text, G_FILE_TEST_EXISTS);
}

gboolean
utterances_read (Session *s, guint index, const char *path, GError **error)
{
  const WeirUtterance *first;

  g_clear_pointer (&s->archives[index], g_ptr_array_unref);
  s->archives[index] = weir_utterances_read (path, error);
  if (s->archives[index] == NULL)
    return FALSE;
  if (s->leading < 0)
    s->leading = (int) index;
  first = s->archives[index]->pdata[0];
  s->inputs[index] = weir_tensor_ref (first->features);
  return TRUE;
}

const char *
utterances_name (const Session *s, guint index)
{
  const GPtrArray *archive = s->leading >= 0 ? s->archives[s->leading] : NULL;

  return archive != NULL && index < archive->len
             ? ((const WeirUtterance *) archive->pdata[index])->key
             : NULL;
}

/* Archives of one run are in the same order, most often. */
static WeirTensor *
find (const GPtrArray *archive, guint index, const char *key)
{
  for (guint i = 0; i < archive->len; i++) {
    const WeirUtterance *utterance = archive->pdata[(index + i) % archive->len];

    if (strcmp (utterance->key, key) == 0)
      return utterance->features;
  }
  return NULL;
}

static gboolean
use_input (Session *s, guint input, guint index, const char *key, GError **error)
{
  WeirTensor *features = find (s->archives[input], index, key);
  WeirPortInfo info;
  guint rows;

  weir_network_input (s->network, input, &info);
  if (features == NULL)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "input '%s': there is no utterance '%s'", info.name, key);
  rows = session_rows_to_run (weir_tensor_shape (features), &info.shape);
  if (rows == 0) {
    g_autofree char *want = weir_shape_to_string (&info.shape);
    g_autofree char *got = weir_shape_to_string (weir_tensor_shape (features));

    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "utterance '%s' of input '%s': expected rows of %s, found %s", key,
                      info.name, want, got);
  }
  weir_tensor_unref (s->inputs[input]);
  s->inputs[input] = weir_tensor_ref (features);
  s->repeats = MAX (s->repeats, rows);
  return TRUE;
}

/* Inputs that are longer than the network's must be equally long. */
static gboolean
check_lengths (const Session *s, const char *key, GError **error)
{
  for (guint i = 0; i < s->n_inputs; i++) {
    WeirPortInfo info;
    guint rows;

    if (s->inputs[i] == NULL)
      continue;
    weir_network_input (s->network, i, &info);
    rows = session_rows_to_run (weir_tensor_shape (s->inputs[i]), &info.shape);
    if (rows != 1 && rows != s->repeats)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "utterance '%s': input '%s' has %u rows, others have %u", key,
                        info.name, rows, s->repeats);
  }
  return TRUE;
}

gboolean
utterances_use (Session *s, guint index, GError **error)
{
  const char *key = utterances_name (s, index);

  s->repeats = 1;
  for (guint i = 0; i < s->n_inputs; i++)
    if (s->archives[i] != NULL && !use_input (s, i, index, key, error))
      return FALSE;
  if (!check_lengths (s, key, error))
    return FALSE;
  weir_request_reset (s->request);
  return TRUE;
}
