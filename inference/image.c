#include "network-private.h"

#include "cpu/image.h"
#include "image-format.h"

#include <math.h>
#include <string.h>

/* A picture into a network's input, in one pass over its pixels. */

typedef struct {
  const WeirImageTransform *transform;
  guint width, height, channels;
  gboolean channels_last;
  gboolean bytes;
  guint8 *data; /* first element of the item */
  WeirImageCover cover;
  WeirImageComponent components[3];
  const WeirImageTables *tables;
} Job;

void
weir_image_transform_init (WeirImageTransform *transform)
{
  *transform = (WeirImageTransform){ .resize = WEIR_RESIZE_STRETCH,
                                     .order = WEIR_CHANNELS_RGB,
                                     .scale = { 1, 1, 1, 1 } };
}

static gboolean
is_channel_count (gint64 dim)
{
  return dim == 1 || dim == 3;
}

gboolean
weir_image_channels_last (const WeirPortInfo *input)
{
  if (input->layout != NULL) {
    g_autofree char *upper = g_ascii_strup (input->layout, -1);
    const char *channel = strchr (upper, 'C'), *width = strchr (upper, 'W');

    if (channel != NULL && width != NULL)
      return channel > width;
  }
  return is_channel_count (input->shape.dims[3]) &&
         !is_channel_count (input->shape.dims[1]);
}

static gboolean
read_input (Job *job, const WeirPortInfo *info, GError **error)
{
  const gint64 *d = info->shape.dims;
  g_autofree char *text = weir_shape_to_string (&info->shape);

  if (info->shape.rank == 4) {
    job->channels_last = weir_image_channels_last (info);
    job->channels = (guint) d[job->channels_last ? 3 : 1];
    job->height = (guint) d[job->channels_last ? 1 : 2];
    job->width = (guint) d[job->channels_last ? 2 : 3];
    job->bytes = info->dtype == WEIR_DTYPE_U8;
  }
  if (info->shape.rank != 4 || !is_channel_count (job->channels) || job->width == 0 ||
      job->height == 0 || (info->dtype != WEIR_DTYPE_F32 && info->dtype != WEIR_DTYPE_U8))
    return weir_fail (
        error, WEIR_ERROR_SHAPE,
        "input '%s' takes no picture: expected 1 or 3 channels of f32 or u8, "
        "found %s of %s",
        info->name, text, weir_dtype_name (info->dtype));
  return TRUE;
}

/* The covered part, in whole pixels of the input, and the scale between both. */
static void
fit (Job *job, const WeirImage *image, WeirImagePlacement *placement)
{
  const WeirImageTransform *t = job->transform;
  double crop_width = t->width > 0 ? t->width : image->width;
  double crop_height = t->height > 0 ? t->height : image->height;
  double crop_x = t->width > 0 ? t->x : 0, crop_y = t->width > 0 ? t->y : 0;
  double sx = job->width / crop_width, sy = job->height / crop_height;
  WeirImageCover *c = &job->cover;

  *c = (WeirImageCover){ .width = job->width, .height = job->height };
  if (t->resize == WEIR_RESIZE_LETTERBOX) {
    double scale = MIN (sx, sy);

    c->width = CLAMP ((guint) lround (crop_width * scale), 1, job->width);
    c->height = CLAMP ((guint) lround (crop_height * scale), 1, job->height);
    c->x = (job->width - c->width) / 2;
    c->y = (job->height - c->height) / 2;
    sx = c->width / crop_width;
    sy = c->height / crop_height;
  } else if (t->resize == WEIR_RESIZE_CROP) {
    double scale = MAX (sx, sy);

    crop_x += (crop_width - job->width / scale) / 2;
    crop_y += (crop_height - job->height / scale) / 2;
    sx = sy = scale;
  }
  c->step_x = 1 / sx;
  c->step_y = 1 / sy;
  c->from_x = crop_x + c->step_x / 2;
  c->from_y = crop_y + c->step_y / 2;
  *placement = (WeirImagePlacement){ .scale_x = sx,
                                     .scale_y = sy,
                                     .offset_x = c->x - crop_x * sx,
                                     .offset_y = c->y - crop_y * sy };
}

/* Two components that take turns, as the chroma of NV12 does. */
static gboolean
is_interleaved (const Job *job, const WeirImage *image)
{
  return job->components[1].step == 2 && job->components[2].step == 2 &&
         job->components[2].data == job->components[1].data + 1 &&
         image->width > 1u << job->components[1].shift_x;
}

static gboolean
set_tables (Job *job, const WeirImage *image, WeirImageTables *tables, GError **error)
{
  WeirImageGeometry geometry = { .cover = job->cover,
                                 .width = image->width,
                                 .height = image->height,
                                 .interleaved = is_interleaved (job, image),
                                 .windows = weir_image_kernel ()->windows };

  for (guint c = 0; c < 3; c++) {
    geometry.step[c] = job->components[c].step;
    geometry.shift_x[c] = job->components[c].shift_x;
    geometry.shift_y[c] = job->components[c].shift_y;
  }
  job->tables = tables;
  return weir_image_tables_set (tables, &geometry, error);
}

static gsize
element_at (const Job *job, guint channel, guint x, guint y)
{
  if (job->channels_last)
    return ((gsize) y * job->width + x) * job->channels + channel;
  return ((gsize) channel * job->height + y) * job->width + x;
}

static guint8 *
target_at (const Job *job, guint channel, guint x, guint y)
{
  return job->data + element_at (job, channel, x, y) * (job->bytes ? 1 : sizeof (float));
}

static const guint8 *
row_at (const Job *job, guint c, guint32 y)
{
  return job->components[c].data + (gssize) y * job->components[c].stride;
}

/* The samples of one component for an output row: through windows, or gathered. */
static void
set_samples (const Job *job, guint c, guint y, WeirImageRow *row)
{
  const WeirImageTables *tables = job->tables;
  const WeirImageTaps *across = &tables->across[c], *down = &tables->down[c];
  WeirImageSamples *samples = &row->samples[c];
  guint32 *words = tables->words + (gsize) c * 2 * tables->length;

  samples->rows[0] = row_at (job, c, down->first[y]);
  samples->rows[1] = row_at (job, c, down->second[y]);
  samples->starts = across->starts;
  samples->picks = across->picks;
  samples->halves = across->halves;
  row->down[c] = down->toward[y];
  for (guint k = 0; across->picks == NULL && k < 2; k++, words += tables->length) {
    samples->words[k] = words;
    if (row->interleaved && c > 0)
      weir_image_gather_quads (samples->rows[k], across->first, tables->length, words);
    else
      weir_image_gather (samples->rows[k], across->first, across->second, tables->length,
                         words);
  }
}

static void
run_rows (const Job *job, const WeirImage *image)
{
  const WeirImageKernel *kernel = weir_image_kernel ();
  WeirImageRow row = { .width = job->cover.width,
                       .interleaved = job->tables->geometry.interleaved,
                       .channels = job->channels,
                       .bytes = job->bytes,
                       .step = job->channels_last ? job->channels : 1 };

  weir_image_color (image,
                    job->channels == 1 ? WEIR_CHANNELS_GRAY : job->transform->order,
                    row.matrix, row.bias);
  for (guint i = 0; i < 3; i++) {
    row.multiplier[i] = 1 / job->transform->scale[i];
    row.offset[i] = -job->transform->mean[i] / job->transform->scale[i];
    row.across[i] = job->tables->across[i].weights;
  }
  for (guint y = 0; y < job->cover.height; y++) {
    for (guint c = 0; c < (row.interleaved ? 2 : 3); c++)
      set_samples (job, c, y, &row);
    for (guint c = 0; c < job->channels; c++)
      row.target[c] = target_at (job, c, job->cover.x, job->cover.y + y);
    kernel->make_row (&row);
  }
}

/* The border of a letterbox, all of it: it is cheap, and rows are whole. */
static void
fill_border (const Job *job)
{
  const WeirImageTransform *t = job->transform;

  if (job->cover.width == job->width && job->cover.height == job->height)
    return;
  for (guint c = 0; c < job->channels; c++) {
    float value = (t->pad - t->mean[c]) / t->scale[c];

    for (guint y = 0; y < job->height; y++)
      for (guint x = 0; x < job->width; x++) {
        guint8 *at = target_at (job, c, x, y);

        if (job->bytes)
          *at = (guint8) CLAMP (value + 0.5f, 0, 255);
        else
          memcpy (at, &value, sizeof value);
      }
  }
}

/* The tensor that pictures fill: the request's own, so that it may be written. */
static WeirTensor *
picture_input (WeirRequest *request, guint index, const WeirPortInfo *info,
               GError **error)
{
  if (request->images[index] == NULL)
    request->images[index] = weir_tensor_new (info->dtype, &info->shape, error);
  if (request->images[index] != NULL &&
      !weir_request_set_input (request, index, request->images[index], error))
    return NULL;
  return request->images[index];
}

gboolean
weir_request_set_image (WeirRequest *request, guint index, guint item,
                        const WeirImage *image, const WeirImageTransform *transform,
                        WeirImagePlacement *placement, GError **error)
{
  Job job = { .transform = transform };
  WeirImagePlacement unused;
  WeirPortInfo info;
  WeirTensor *tensor;

  g_return_val_if_fail (index < weir_network_n_inputs (request->network), FALSE);
  weir_network_input (request->network, index, &info);
  if (!read_input (&job, &info, error) ||
      !weir_image_components (image, job.components, error))
    return FALSE;
  if (item >= (guint) info.shape.dims[0])
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "item %u of a batch of %d", item,
                      (int) info.shape.dims[0]);
  tensor = picture_input (request, index, &info, error);
  if (tensor == NULL)
    return FALSE;
  job.data = (guint8 *) weir_tensor_writable (tensor) +
             weir_tensor_size (tensor) / (gsize) info.shape.dims[0] * item;
  fit (&job, image, placement != NULL ? placement : &unused);
  if (!set_tables (&job, image, &request->tables, error))
    return FALSE;
  fill_border (&job);
  run_rows (&job, image);
  return TRUE;
}
