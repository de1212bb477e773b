#include "base/checked.h"
#include "base/error.h"
#include "channel.h"
#include "offload.h"
#include "parts.h"

#include <string.h>

/* Parts that a process of another program runs. What it says is not trusted: sizes are
 * worked out here, and it may write into the shared memory only. */

#define ALIGNMENT 64

typedef struct {
  char *framework;
  char **argv;
  GMutex lock;
  OffloadChannel *channel; /* (nullable): while it is started */
  OffloadParts parts;      /* GUINT_TO_POINTER of the numbers that it knows them by */
  guint next;
} Process;

/* An answer that cannot be had, or makes no sense, ends the process: what it does next is
 * not known. */
static JsonNode *
ask (Process *p, const char *line, GError **error)
{
  gboolean broken = FALSE;
  JsonNode *answer =
      p->channel != NULL ? offload_channel_ask (p->channel, line, &broken, error) : NULL;

  if (broken)
    g_clear_pointer (&p->channel, offload_channel_stop);
  return answer;
}

static void
drop_part (gpointer data, gpointer made)
{
  Process *p = data;
  g_autofree char *line =
      g_strdup_printf ("{\"do\":\"drop\",\"part\":%u}\n", GPOINTER_TO_UINT (made));
  g_autoptr (JsonNode) answer = ask (p, line, NULL);

  (void) answer;
}

static gboolean
start (Process *p, GError **error)
{
  if (p->channel != NULL)
    return TRUE;
  offload_parts_clear (&p->parts);
  p->channel = offload_channel_start (p->argv, p->framework, error);
  return p->channel != NULL;
}

/* The number of @part, which is sent when it is first needed; 0 after a failure. */
static guint
load_part (Process *p, WeirTensor *part, GError **error)
{
  gsize size = weir_tensor_size (part);
  g_autofree char *line = NULL;
  g_autoptr (JsonNode) answer = NULL;
  guint8 *memory;
  guint number;

  if (!start (p, error))
    return 0;
  number = GPOINTER_TO_UINT (offload_parts_find (&p->parts, part));
  if (number != 0)
    return number;
  memory = offload_channel_memory (p->channel, size, error);
  if (memory == NULL)
    return 0;
  if (size > 0)
    memcpy (memory, weir_tensor_data (part), size);
  number = ++p->next;
  line = g_strdup_printf (
      "{\"do\":\"load\",\"part\":%u,\"offset\":0,\"bytes\":%" G_GSIZE_FORMAT "}\n",
      number, size);
  answer = ask (p, line, error);
  if (answer == NULL)
    return 0;
  offload_parts_add (&p->parts, part, GUINT_TO_POINTER (number));
  return number;
}

/* {"type":"f32","shape":[1,3]} without the last brace; null for what is not known. */
static void
print_value (GString *text, WeirDtype dtype, const WeirShape *shape)
{
  if (dtype == WEIR_DTYPE_UNKNOWN)
    g_string_append (text, "{\"type\":null");
  else
    g_string_append_printf (text, "{\"type\":\"%s\"", weir_dtype_name (dtype));
  g_string_append (text, shape->rank < 0 ? ",\"shape\":null" : ",\"shape\":[");
  for (int i = 0; i < shape->rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "",
                            shape->dims[i]);
  if (shape->rank >= 0)
    g_string_append_c (text, ']');
}

static gboolean
read_shape (JsonArray *array, WeirShape *shape, GError **error)
{
  gint64 dims[WEIR_MAX_RANK];
  guint n = json_array_get_length (array);

  if (n > WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_LIMIT, "more than %d dimensions", WEIR_MAX_RANK);
  for (guint i = 0; i < n; i++)
    if (!weir_json_node_int (json_array_get_element (array, i), &dims[i]))
      return weir_fail (error, WEIR_ERROR_FORMAT, "a dimension is no whole number");
  return weir_shape_init (shape, dims, n, error);
}

static gboolean
read_value (JsonNode *node, WeirValueInfo *info, GError **error)
{
  JsonObject *object = weir_json_node_object (node);
  const char *type = weir_json_string (object, "type");
  JsonArray *shape = weir_json_array (object, "shape");

  *info = (WeirValueInfo){ .shape = WEIR_SHAPE_UNKNOWN };
  if (object == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "expected an object");
  if (type != NULL && (info->dtype = weir_dtype_parse (type)) == WEIR_DTYPE_UNKNOWN)
    return weir_fail (error, WEIR_ERROR_FORMAT, "there is no element type '%.80s'", type);
  return shape == NULL || read_shape (shape, &info->shape, error);
}

static gboolean
read_values (JsonNode *answer, WeirValueInfo *infos, guint count, GError **error)
{
  JsonArray *array = weir_json_array (json_node_get_object (answer), "outputs");
  guint found = array != NULL ? json_array_get_length (array) : 0;

  if (found != count)
    return weir_fail (error, WEIR_ERROR_FORMAT, "expected %u outputs, found %u", count,
                      found);
  for (guint i = 0; i < count; i++)
    if (!read_value (json_array_get_element (array, i), &infos[i], error)) {
      g_prefix_error (error, "output %u: ", i);
      return FALSE;
    }
  return TRUE;
}

static gboolean
describe_locked (Process *p, WeirTensor *part, const WeirValueInfo *inputs,
                 guint n_inputs, WeirValueInfo *outputs, guint n_outputs, GError **error)
{
  guint number = load_part (p, part, error);
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (JsonNode) answer = NULL;

  if (number == 0)
    return FALSE;
  g_string_append_printf (line,
                          "{\"do\":\"describe\",\"part\":%u,\"outputs\":%u,\"inputs\":[",
                          number, n_outputs);
  for (guint i = 0; i < n_inputs; i++) {
    g_string_append (line, i > 0 ? "," : "");
    print_value (line, inputs[i].dtype, &inputs[i].shape);
    g_string_append_c (line, '}');
  }
  g_string_append (line, "]}\n");
  answer = ask (p, line->str, error);
  return answer != NULL && read_values (answer, outputs, n_outputs, error);
}

static gboolean
describe (gpointer data, WeirTensor *part, const WeirValueInfo *inputs, guint n_inputs,
          WeirValueInfo *outputs, guint n_outputs, GError **error)
{
  Process *p = data;
  gboolean good;

  g_mutex_lock (&p->lock);
  good = describe_locked (p, part, inputs, n_inputs, outputs, n_outputs, error);
  g_mutex_unlock (&p->lock);
  return good;
}

/* Where @size bytes begin behind @end, which moves behind them. */
static gboolean
place (gsize size, gsize *end, gsize *offset, GError **error)
{
  return (weir_align_size (*end, ALIGNMENT, offset) &&
          weir_add_size (*offset, size, end)) ||
         weir_fail (error, WEIR_ERROR_LIMIT, "the tensors are too large");
}

static gboolean
send_inputs (Process *p, guint number, WeirTensor *const *inputs, guint n_inputs,
             guint n_outputs, GString *line, GError **error)
{
  g_autofree gsize *offsets = g_new0 (gsize, MAX (n_inputs, 1));
  gsize end = 0;
  guint8 *memory;

  for (guint i = 0; i < n_inputs; i++)
    if (!place (weir_tensor_size (inputs[i]), &end, &offsets[i], error))
      return FALSE;
  memory = offload_channel_memory (p->channel, end, error);
  if (memory == NULL)
    return FALSE;
  g_string_append_printf (line, "{\"do\":\"run\",\"part\":%u,\"outputs\":%u,\"inputs\":[",
                          number, n_outputs);
  for (guint i = 0; i < n_inputs; i++) {
    if (weir_tensor_size (inputs[i]) > 0)
      memcpy (memory + offsets[i], weir_tensor_data (inputs[i]),
              weir_tensor_size (inputs[i]));
    g_string_append (line, i > 0 ? "," : "");
    print_value (line, weir_tensor_dtype (inputs[i]), weir_tensor_shape (inputs[i]));
    g_string_append_printf (line, ",\"offset\":%" G_GSIZE_FORMAT "}", offsets[i]);
  }
  g_string_append (line, "]}\n");
  return TRUE;
}

/* Makes the outputs as they were told, and has them written into the memory. */
static gboolean
fetch_outputs (Process *p, const WeirValueInfo *infos, WeirTensor **outputs, guint count,
               GError **error)
{
  g_autofree gsize *offsets = g_new0 (gsize, MAX (count, 1));
  g_autoptr (GString) line = g_string_new ("{\"do\":\"fetch\",\"offsets\":[");
  g_autoptr (JsonNode) answer = NULL;
  const guint8 *memory;
  gsize end = 0;

  for (guint i = 0; i < count; i++) {
    if (weir_dtype_size (infos[i].dtype) == 0 || !weir_shape_is_static (&infos[i].shape))
      return weir_fail (error, WEIR_ERROR_FORMAT, "output %u: type or shape is left open",
                        i);
    outputs[i] = weir_tensor_new (infos[i].dtype, &infos[i].shape, error);
    if (outputs[i] == NULL ||
        !place (weir_tensor_size (outputs[i]), &end, &offsets[i], error))
      return FALSE;
    g_string_append_printf (line, "%s%" G_GSIZE_FORMAT, i > 0 ? "," : "", offsets[i]);
  }
  g_string_append (line, "]}\n");
  memory = offload_channel_memory (p->channel, end, error);
  answer = memory != NULL ? ask (p, line->str, error) : NULL;
  for (guint i = 0; answer != NULL && i < count; i++)
    if (weir_tensor_size (outputs[i]) > 0)
      memcpy (weir_tensor_writable (outputs[i]), memory + offsets[i],
              weir_tensor_size (outputs[i]));
  return answer != NULL;
}

static gboolean
run_locked (Process *p, WeirTensor *part, WeirTensor *const *inputs, guint n_inputs,
            WeirTensor **outputs, guint n_outputs, GError **error)
{
  guint number = load_part (p, part, error);
  g_autofree WeirValueInfo *infos = g_new0 (WeirValueInfo, MAX (n_outputs, 1));
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (JsonNode) answer = NULL;

  if (number == 0 || !send_inputs (p, number, inputs, n_inputs, n_outputs, line, error))
    return FALSE;
  answer = ask (p, line->str, error);
  return answer != NULL && read_values (answer, infos, n_outputs, error) &&
         fetch_outputs (p, infos, outputs, n_outputs, error);
}

static gboolean
run (gpointer data, WeirTensor *part, WeirTensor *const *inputs, guint n_inputs,
     WeirTensor **outputs, guint n_outputs, GError **error)
{
  Process *p = data;
  gboolean good;

  for (guint i = 0; i < n_inputs; i++)
    if (weir_dtype_size (weir_tensor_dtype (inputs[i])) == 0)
      return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "input %u: a process gets no %s",
                        i, weir_dtype_name (weir_tensor_dtype (inputs[i])));
  g_mutex_lock (&p->lock);
  good = run_locked (p, part, inputs, n_inputs, outputs, n_outputs, error);
  g_mutex_unlock (&p->lock);
  return good;
}

WeirOffloadRunner *
weir_offload_process (const char *framework, const char *command, GError **error)
{
  g_auto (GStrv) argv = NULL;
  WeirOffloadRunner *runner;
  Process *p;

  if (!g_shell_parse_argv (command, NULL, &argv, error))
    return NULL;
  p = g_new0 (Process, 1);
  p->framework = g_strdup (framework);
  p->argv = g_steal_pointer (&argv);
  p->parts = (OffloadParts){ .drop = drop_part, .data = p };
  g_mutex_init (&p->lock);
  runner = g_new0 (WeirOffloadRunner, 1);
  *runner = (WeirOffloadRunner){ .describe = describe, .run = run, .data = p };
  return runner;
}
