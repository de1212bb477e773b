#include "session.h"

#include "npy.h"
#include "utterances.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* "NAME=VALUE" at the last '=' whose right side is a file; the whole where it is one. */
static const char *
split_input (const char *text, char **name)
{
  *name = NULL;
  if (g_file_test (text, G_FILE_TEST_EXISTS) || utterances_prefixed (text))
    return text;
  for (const char *at = strrchr (text, '='); at != NULL;
       at = g_strrstr_len (text, at - text, "=")) {
    if (!g_file_test (at + 1, G_FILE_TEST_EXISTS) && !utterances_prefixed (at + 1))
      continue;
    *name = g_strndup (text, (gsize) (at - text));
    return at + 1;
  }
  return text;
}

static gboolean
same_name (const char *a, const char *b)
{
  g_autofree char *x =
      g_str_has_suffix (a, ":0") ? g_strndup (a, strlen (a) - 2) : g_strdup (a);
  g_autofree char *y =
      g_str_has_suffix (b, ":0") ? g_strndup (b, strlen (b) - 2) : g_strdup (b);

  return strcmp (x, y) == 0;
}

static gboolean
has_name (const WeirNode *parameter, const char *name)
{
  const GPtrArray *names = parameter->outputs[0].names;

  for (guint i = 0; names != NULL && i < names->len; i++)
    if (same_name (names->pdata[i], name))
      return TRUE;
  return same_name (parameter->name, name);
}

static gboolean
find_parameter (const WeirGraph *graph, const char *name, guint *index, GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < weir_graph_n_parameters (graph); i++) {
    if (has_name (weir_graph_parameter (graph, i), name)) {
      *index = i;
      return TRUE;
    }
    g_string_append_printf (list, "%s'%s'", i > 0 ? ", " : "",
                            weir_graph_parameter_name (graph, i));
  }
  return weir_fail (error, WEIR_ERROR_ARGUMENT,
                    "the model has no input '%s'; its inputs are %s", name, list->str);
}

static gboolean
read_input (Session *s, const char *text, guint position, GError **error)
{
  const WeirGraph *graph = weir_model_graph (s->model);
  g_autofree char *name = NULL;
  const char *path = split_input (text, &name);
  guint index = position;

  if (name != NULL && !find_parameter (graph, name, &index, error))
    return FALSE;
  if (index >= s->n_inputs)
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "%s: the model has only %u inputs",
                      path, s->n_inputs);
  weir_tensor_unref (s->inputs[index]);
  s->inputs[index] = NULL;
  if (weir_utterances_named (path))
    return utterances_read (s, index, path, error);
  s->inputs[index] = npy_read (path, error);
  return s->inputs[index] != NULL;
}

guint
session_rows_to_run (const WeirShape *given, const WeirShape *wanted)
{
  WeirShape merged = *wanted;

  if (weir_shape_merge (&merged, given))
    return 1;
  if (given->rank != wanted->rank || given->rank < 1 || wanted->dims[0] <= 0 ||
      given->dims[0] % wanted->dims[0] != 0)
    return 0;
  for (int i = 1; i < given->rank; i++)
    if (wanted->dims[i] >= 0 && wanted->dims[i] != given->dims[i])
      return 0;
  return (guint) (given->dims[0] / wanted->dims[0]);
}

static gboolean
fit_inputs (Session *s, WeirShape *shapes, GError **error)
{
  const WeirGraph *graph = weir_model_graph (s->model);

  s->repeats = 1;
  for (guint i = 0; i < s->n_inputs; i++) {
    const WeirShape *wanted = &weir_graph_parameter (graph, i)->outputs[0].info.shape;
    const WeirShape *given;
    guint rows;

    if (s->inputs[i] == NULL)
      continue;
    given = weir_tensor_shape (s->inputs[i]);
    rows = session_rows_to_run (given, shapes[i].rank >= 0 ? &shapes[i] : wanted);
    if (rows == 0) {
      g_autofree char *want = weir_shape_to_string (wanted);
      g_autofree char *got = weir_shape_to_string (given);
      return weir_fail (error, WEIR_ERROR_SHAPE, "input '%s': expected %s, found %s",
                        weir_graph_parameter_name (graph, i), want, got);
    }
    s->repeats = MAX (s->repeats, rows);
    if (shapes[i].rank >= 0)
      continue;
    shapes[i] = *given;
    if (rows > 1)
      shapes[i].dims[0] = wanted->dims[0];
  }
  return TRUE;
}

gboolean
session_read_shape (const WeirGraph *graph, const char *text, guint position,
                    WeirShape *shapes, GError **error)
{
  const char *equal = strrchr (text, '=');
  g_autofree char *name = equal != NULL ? g_strndup (text, (gsize) (equal - text)) : NULL;
  g_autofree char *value = g_strdup (equal != NULL ? equal + 1 : text);
  guint index = position;

  if (name != NULL && !find_parameter (graph, name, &index, error))
    return FALSE;
  if (index >= weir_graph_n_parameters (graph))
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "more shapes than inputs");
  g_strdelimit (value, "[]()", ' ');
  return weir_shape_parse (g_strstrip (value), &shapes[index], error);
}

static gboolean
read_all (Session *s, const SessionOptions *o, WeirShape *shapes, GError **error)
{
  for (guint i = 0; o->shape != NULL && o->shape[i] != NULL; i++)
    if (!session_read_shape (weir_model_graph (s->model), o->shape[i], i, shapes, error))
      return FALSE;
  for (guint i = 0; o->input != NULL && o->input[i] != NULL; i++)
    if (!read_input (s, o->input[i], i, error))
      return FALSE;
  return fit_inputs (s, shapes, error);
}

static gboolean
make_network (Session *s, const SessionOptions *o, GError **error)
{
  WeirNetworkOptions options = o->network;
  g_autofree WeirShape *shapes = g_new0 (WeirShape, MAX (s->n_inputs, 1));

  for (guint i = 0; i < s->n_inputs; i++)
    shapes[i] = WEIR_SHAPE_UNKNOWN;
  if (!read_all (s, o, shapes, error))
    return FALSE;
  options.shapes = shapes;
  options.n_shapes = s->n_inputs;
  s->network = weir_network_new (s->model, &options, error);
  if (s->network != NULL)
    s->request = weir_request_new (s->network, error);
  return s->request != NULL;
}

gboolean
session_open (Session *s, const SessionOptions *o, GError **error)
{
  g_autoptr (WeirConvertOptions) options = weir_convert_options_new ();

  *s = (Session){ 0 };
  if (o->convert_options != NULL &&
      !weir_convert_options_parse_line (options, o->convert_options, error))
    return FALSE;
  if (o->extensions != NULL &&
      !weir_convert_options_set (options, "extensions", o->extensions, error))
    return FALSE;
  if (o->offload != NULL &&
      !weir_convert_options_set (options, "offload", o->offload, error))
    return FALSE;
  s->model = weir_convert_file (o->model, options, NULL, NULL, error);
  if (s->model == NULL)
    return FALSE;
  s->n_inputs = weir_graph_n_parameters (weir_model_graph (s->model));
  s->inputs = g_new0 (WeirTensor *, MAX (s->n_inputs, 1));
  s->leading = -1;
  s->archives = g_new0 (GPtrArray *, MAX (s->n_inputs, 1));
  if (make_network (s, o, error))
    return TRUE;
  if (error != NULL && *error != NULL && strstr ((*error)->message, o->model) == NULL)
    g_prefix_error (error, "%s: ", o->model);
  return FALSE;
}

void
session_close (Session *s)
{
  for (guint i = 0; i < s->n_inputs; i++) {
    weir_tensor_unref (s->inputs[i]);
    g_clear_pointer (&s->archives[i], g_ptr_array_unref);
  }
  g_free (s->inputs);
  g_free (s->archives);
  weir_request_unref (s->request);
  weir_network_unref (s->network);
  weir_model_unref (s->model);
}

/* Rows @index of an input that is longer than the network's. */
static WeirTensor *
cut_rows (WeirTensor *whole, const WeirPortInfo *info, guint index)
{
  gsize size = weir_shape_elements (&info->shape) * weir_dtype_size (info->dtype);

  return weir_tensor_new_wrap (weir_tensor_dtype (whole), &info->shape,
                               (guint8 *) weir_tensor_data (whole) + index * size,
                               (GDestroyNotify) weir_tensor_unref,
                               weir_tensor_ref (whole));
}

gboolean
session_set_inputs (Session *s, guint index, GError **error)
{
  for (guint i = 0; i < s->n_inputs; i++) {
    g_autoptr (WeirTensor) tensor = NULL;
    WeirPortInfo info;

    weir_network_input (s->network, i, &info);
    if (s->inputs[i] == NULL)
      tensor = weir_tensor_new (info.dtype, &info.shape, error);
    else if (weir_shape_equal (weir_tensor_shape (s->inputs[i]), &info.shape))
      tensor = weir_tensor_ref (s->inputs[i]);
    else
      tensor = cut_rows (s->inputs[i], &info, index);
    if (tensor == NULL || !weir_request_set_input (s->request, i, tensor, error))
      return FALSE;
  }
  return TRUE;
}

static void
describe_output (JsonBuilder *json, const char *name, const char *file,
                 const WeirTensor *tensor)
{
  const WeirShape *shape = weir_tensor_shape (tensor);

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "name");
  json_builder_add_string_value (json, name);
  json_builder_set_member_name (json, "file");
  json_builder_add_string_value (json, file);
  json_builder_set_member_name (json, "shape");
  json_builder_begin_array (json);
  for (int i = 0; i < shape->rank; i++)
    json_builder_add_int_value (json, shape->dims[i]);
  json_builder_end_array (json);
  json_builder_set_member_name (json, "dtype");
  json_builder_add_string_value (json, npy_dtype_name (weir_tensor_dtype (tensor)));
  json_builder_end_object (json);
}

gboolean
session_write (Session *s, WeirTensor *const *outputs, const char *directory,
               GError **error)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  g_autofree char *index = g_build_filename (directory, "outputs.json", NULL);

  if (g_mkdir_with_parents (directory, 0777) != 0)
    return weir_fail (error, WEIR_ERROR_IO, "%s: cannot be created", directory);
  json_builder_begin_array (json);
  for (guint i = 0; i < weir_network_n_outputs (s->network); i++) {
    g_autofree char *file = g_strdup_printf ("%03u.npy", i);
    g_autofree char *path = g_build_filename (directory, file, NULL);
    WeirPortInfo info;

    weir_network_output (s->network, i, &info);
    if (!npy_write (path, outputs[i], error))
      return FALSE;
    describe_output (json, info.name, file, outputs[i]);
  }
  json_builder_end_array (json);
  root = json_builder_get_root (json);
  text = json_to_string (root, TRUE);
  return g_file_set_contents (index, text, -1, error);
}
