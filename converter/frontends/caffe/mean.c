#include "caffe.h"

#include <string.h>

/* --mean_file: a picture that is subtracted from the network's input. A larger one is cut
 * to the input's size: from its centre, or where --mean_file_offsets says. */

/* Where the part begins and how large it and the whole are. */
typedef struct {
  gint64 x, y, width, height, all_width, all_height, channels;
} Part;

/* The only input that is a picture. */
static WeirNode *
find_picture (const WeirGraph *graph, GError **error)
{
  WeirNode *found = NULL;
  guint count = 0;

  for (guint i = 0; i < weir_graph_n_parameters (graph); i++) {
    WeirNode *node = weir_graph_parameter (graph, i);

    if (weir_graph_info (graph, WEIR_PORT (node, 0))->shape.rank != 4)
      continue;
    found = node;
    count++;
  }
  if (count == 1)
    return found;
  weir_fail (
      error, WEIR_ERROR_ARGUMENT,
      "--mean_file: expected a network with one input of four dimensions, found %u",
      count);
  return NULL;
}

/* "(x,y)" */
static gboolean
read_offsets (const char *text, Part *part, GError **error)
{
  g_autofree char *inner = g_strdup (text);
  g_auto (GStrv) parts = g_strsplit (g_strdelimit (inner, "()", ' '), ",", 3);

  if (g_strv_length (parts) == 2 &&
      g_ascii_string_to_signed (g_strstrip (parts[0]), 10, 0, G_MAXINT32, &part->x,
                                NULL) &&
      g_ascii_string_to_signed (g_strstrip (parts[1]), 10, 0, G_MAXINT32, &part->y, NULL))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_ARGUMENT,
                    "--mean_file_offsets: expected (x,y), found '%.80s'", text);
}

static gboolean
find_part (const CfImport *import, const WeirShape *shape, const WeirShape *mean,
           Part *part, GError **error)
{
  const char *offsets = weir_frontend_option (import->input, "mean_file_offsets");
  const gint64 *all = mean->dims + mean->rank - 3;

  *part = (Part){ .channels = all[0],
                  .all_height = all[1],
                  .all_width = all[2],
                  .height = shape->dims[2],
                  .width = shape->dims[3] };
  if (shape->dims[1] != part->channels || part->width < 1 || part->height < 1 ||
      part->width > part->all_width || part->height > part->all_height)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "--mean_file: a picture of %" G_GINT64_FORMAT "x%" G_GINT64_FORMAT
                      "x%" G_GINT64_FORMAT " for an input of %" G_GINT64_FORMAT
                      "x%" G_GINT64_FORMAT "x%" G_GINT64_FORMAT,
                      all[0], all[1], all[2], shape->dims[1], part->height, part->width);
  part->x = (part->all_width - part->width) / 2;
  part->y = (part->all_height - part->height) / 2;
  if (offsets != NULL && !read_offsets (offsets, part, error))
    return FALSE;
  return (part->x <= part->all_width - part->width &&
          part->y <= part->all_height - part->height) ||
         weir_fail (error, WEIR_ERROR_ARGUMENT,
                    "--mean_file_offsets: an input of %" G_GINT64_FORMAT
                    "x%" G_GINT64_FORMAT " at (%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT
                    ") does not lie in a picture of %" G_GINT64_FORMAT
                    "x%" G_GINT64_FORMAT,
                    part->width, part->height, part->x, part->y, part->all_width,
                    part->all_height);
}

static WeirTensor *
cut_part (const WeirTensor *mean, const Part *part, GError **error)
{
  const WeirShape shape = WEIR_SHAPE (1, part->channels, part->height, part->width);
  WeirTensor *tensor = weir_tensor_new (WEIR_DTYPE_F32, &shape, error);
  const float *from = weir_tensor_data (mean);
  float *to = tensor != NULL ? weir_tensor_writable (tensor) : NULL;

  for (gint64 c = 0; to != NULL && c < part->channels; c++)
    for (gint64 y = 0; y < part->height; y++, to += part->width)
      memcpy (to, from + (c * part->all_height + part->y + y) * part->all_width + part->x,
              (gsize) part->width * sizeof *to);
  return tensor;
}

/* Elements of the file, of 1xCxHxW. */
static WeirTensor *
read_mean (WeirSource *source, GError **error)
{
  g_autoptr (WeirWire) wire = weir_wire_read (
      weir_source_bytes (source), &caffe__blob_proto__descriptor, NULL, error);
  WeirTensor *mean =
      wire != NULL ? cf_blob_read (wire, source, weir_wire_message (wire), error) : NULL;

  if (mean == NULL)
    return NULL;
  if (weir_tensor_shape (mean)->rank >= 3 && weir_tensor_shape (mean)->rank <= 4 &&
      (weir_tensor_shape (mean)->rank == 3 || weir_tensor_shape (mean)->dims[0] == 1))
    return mean;
  weir_fail (error, WEIR_ERROR_SHAPE, "expected one picture");
  weir_tensor_unref (mean);
  return NULL;
}

static gboolean
subtract (const CfImport *import, WeirGraph *graph, const WeirTensor *mean,
          GError **error)
{
  WeirNode *picture = find_picture (graph, error);
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *tensor;
  WeirPort from, to;
  Part part;

  if (picture == NULL)
    return FALSE;
  from = WEIR_PORT (picture, 0);
  if (!find_part (import, &weir_graph_info (graph, from)->shape, weir_tensor_shape (mean),
                  &part, error))
    return FALSE;
  tensor = cut_part (mean, &part, error);
  if (tensor == NULL)
    return FALSE;
  to = weir_build (
      &builder, "Subtract", "mean_file",
      WEIR_INPUTS (from, weir_build_constant (&builder, "mean_file/data", tensor)));
  if (!weir_build_finish (&builder, error))
    return FALSE;
  weir_edit_redirect (graph, from, to, to.node);
  return TRUE;
}

gboolean
cf_mean_subtract (const CfImport *import, WeirGraph *graph, GError **error)
{
  const char *path = weir_frontend_option (import->input, "mean_file");
  g_autoptr (WeirSource) source = NULL;
  g_autoptr (WeirTensor) mean = NULL;

  if (path == NULL)
    return TRUE;
  source = weir_source_open (path, error);
  mean = source != NULL ? read_mean (source, error) : NULL;
  if (mean == NULL)
    g_prefix_error (error, "--mean_file %s: ", path);
  return mean != NULL && subtract (import, graph, mean, error);
}
