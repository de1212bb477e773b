#include "metadata.h"

#include "frontends/zip.h"

#include <math.h>
#include <string.h>

/* The metadata that TensorFlow Lite's tools add to a model (metadata_schema.fbs): what a
 * picture must look like, and the labels, which lie in a ZIP archive behind the model. A
 * model runs without, so what is wrong here is told and left out. */

#define METADATA_ID  "M001"
#define LARGEST_FILE ((gsize) 1 << 20)

enum { MODEL_SUBGRAPH_METADATA = 3 };
enum { SUBGRAPH_INPUT_TENSORS = 2, SUBGRAPH_OUTPUT_TENSORS };
enum { TENSOR_CONTENT = 3, TENSOR_PROCESS_UNITS, TENSOR_STATS, TENSOR_FILES };
enum { CONTENT_TYPE, CONTENT };
enum { UNIT_TYPE, UNIT_OPTIONS };
enum { FILE_NAME, FILE_DESCRIPTION, FILE_TYPE };

enum { CONTENT_IMAGE = 2 };
enum { COLOR_RGB = 1 };
enum { UNIT_NORMALIZATION = 1, UNIT_SCORE_THRESHOLD = 3 };
enum { FILE_AXIS_LABELS = 2, FILE_VALUE_LABELS };

/* A list of numbers as text, "127.5 127.5 127.5": one for each of @channels; NULL where
 * one makes no sense. */
static char *
numbers (const WeirFlatVector *list, gint64 channels, gboolean divisors)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint32 i = 0; i < channels; i++) {
    double value = weir_flat_at_f32 (list, list->count == 1 ? 0 : i);
    g_autofree char *number = weir_print_float (value, TRUE);

    if (!isfinite (value) || (divisors && value == 0))
      return NULL;
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", number);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* (x - mean) / std. An input of 8 bits is normalised by its scale already. */
static void
read_normalization (WeirModel *model, const WeirFlatTable *options)
{
  WeirGraph *graph = weir_model_graph (model);
  const WeirValueInfo *input =
      weir_graph_info (graph, WEIR_PORT (weir_graph_parameter (graph, 0), 0));
  WeirFlatVector mean = weir_flat_vector (options, 0, sizeof (float));
  WeirFlatVector scale = weir_flat_vector (options, 1, sizeof (float));
  gint64 channels = input->shape.rank == 4 ? input->shape.dims[3] : 0;
  g_autofree char *means = NULL, *scales = NULL;

  if (input->dtype != WEIR_DTYPE_F32 || (channels != 1 && channels != 3) ||
      (mean.count != 1 && mean.count != channels) || scale.count != mean.count)
    return;
  means = numbers (&mean, channels, FALSE);
  scales = numbers (&scale, channels, TRUE);
  if (means == NULL || scales == NULL)
    return;
  weir_model_set_info (model, "model_info/mean_values", means);
  weir_model_set_info (model, "model_info/scale_values", scales);
}

static void
read_units (WeirModel *model, const WeirFlatTable *tensor)
{
  WeirFlatVector units = weir_flat_vector (tensor, TENSOR_PROCESS_UNITS, 4);

  for (guint32 i = 0; i < units.count; i++) {
    WeirFlatTable unit, options;
    guint32 type;

    if (!weir_flat_at_table (&units, i, &unit))
      return;
    type = weir_flat_u8 (&unit, UNIT_TYPE, 0);
    weir_flat_table (&unit, UNIT_OPTIONS, &options);
    if (type == UNIT_NORMALIZATION) {
      read_normalization (model, &options);
    } else if (type == UNIT_SCORE_THRESHOLD) {
      g_autofree char *text = weir_print_float (weir_flat_f32 (&options, 0, 0), TRUE);
      weir_model_set_info (model, "model_info/confidence_threshold", text);
    }
  }
}

static void
read_input (WeirModel *model, const WeirFlatTable *tensor)
{
  WeirFlatTable content, image;

  read_units (model, tensor);
  if (weir_flat_table (tensor, TENSOR_CONTENT, &content) &&
      weir_flat_u8 (&content, CONTENT_TYPE, 0) == CONTENT_IMAGE &&
      weir_flat_table (&content, CONTENT, &image) &&
      weir_flat_u8 (&image, 0, 0) == COLOR_RGB)
    weir_model_set_info (model, "model_info/reverse_input_channels", "True");
}

/* One label a line becomes one word a label, as in OpenVINO's Model API. */
static void
set_labels (WeirModel *model, GBytes *file)
{
  gsize size;
  const char *data = g_bytes_get_data (file, &size);
  g_autofree char *text = g_utf8_make_valid (size > 0 ? data : "", (gssize) size);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (text), "\n", -1);
  g_autofree char *labels = NULL;

  for (guint i = 0; lines[i] != NULL; i++) {
    g_strdelimit (g_strstrip (lines[i]), " \t", '_');
    if (*lines[i] == '\0') {
      g_free (lines[i]);
      lines[i] = g_strdup ("_");
    }
  }
  labels = g_strjoinv (" ", lines);
  weir_model_set_info (model, "model_info/labels", labels);
}

static void
read_files (WeirModel *model, const WeirBytes *archive, const WeirFlatTable *tensor)
{
  WeirFlatVector files = weir_flat_vector (tensor, TENSOR_FILES, 4);

  for (guint32 i = 0; i < files.count; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) contents = NULL;
    g_autofree char *name = NULL;
    WeirFlatTable file;
    guint32 type;

    if (weir_model_info (model, "model_info/labels") != NULL ||
        !weir_flat_at_table (&files, i, &file))
      return;
    type = weir_flat_u8 (&file, FILE_TYPE, 0);
    name = weir_flat_string (&file, FILE_NAME);
    if ((type != FILE_AXIS_LABELS && type != FILE_VALUE_LABELS) || name == NULL)
      continue;
    contents = weir_zip_find (archive, name, LARGEST_FILE, &error);
    if (contents != NULL)
      set_labels (model, contents);
    else
      g_message ("labels: %s", error->message);
  }
}

static void
read_metadata (WeirFlat *flat, WeirModel *model, const WeirBytes *archive)
{
  WeirFlatTable root, subgraph, tensor;
  WeirFlatVector list;

  if (!weir_flat_root (flat, METADATA_ID, &root))
    return;
  list = weir_flat_vector (&root, MODEL_SUBGRAPH_METADATA, 4);
  if (list.count == 0 || !weir_flat_at_table (&list, 0, &subgraph))
    return;
  list = weir_flat_vector (&subgraph, SUBGRAPH_INPUT_TENSORS, 4);
  if (list.count > 0 && weir_flat_at_table (&list, 0, &tensor))
    read_input (model, &tensor);
  list = weir_flat_vector (&subgraph, SUBGRAPH_OUTPUT_TENSORS, 4);
  for (guint32 i = 0; i < list.count && weir_flat_at_table (&list, i, &tensor); i++) {
    read_units (model, &tensor);
    read_files (model, archive, &tensor);
  }
}

void
weir_tflite_metadata (const WeirBytes *metadata, const WeirBytes *archive,
                      WeirModel *model)
{
  WeirFlat flat;

  if (weir_graph_n_parameters (weir_model_graph (model)) == 0)
    return;
  weir_flat_init (&flat, metadata);
  read_metadata (&flat, model, archive);
  if (flat.error != NULL)
    g_message ("metadata: %s", flat.error->message);
  weir_flat_clear (&flat);
}
