#include "network-private.h"

#include "base/checked.h"
#include "base/limits.h"
#include "cpu/image.h"
#include "image-format.h"

#include <math.h>
#include <string.h>

/* A picture into a network's input, in one pass over its pixels. */

/* Where samples are taken along one direction: two neighbours and how far between them.
 */
typedef struct {
  guint32 *first, *second;
  float *toward;
} Taps;

/* The part of the input that the image covers, and where in the image each pixel lies. */
typedef struct {
  guint x, y, width, height; /* covered part of the input */
  double from_x, from_y;     /* image position of its first pixel's centre */
  double step_x, step_y;     /* image pixels an input pixel */
} Cover;

typedef struct {
  const WeirImageTransform *transform;
  guint width, height, channels;
  gboolean channels_last;
  gboolean bytes;
  guint8 *data; /* first element of the item */
  Cover cover;
  WeirImageComponent components[3];
  Taps across[3], down[3];
  guint16 *pairs;
  guint32 *quads;
  guint8 *memory;
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
  Cover *c = &job->cover;

  *c = (Cover){ .width = job->width, .height = job->height };
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

/* Samples stand at the centres of their pixels; beyond the edge it is repeated. */
static void
make_taps (Taps *taps, guint n, double from, double step, guint size, guint shift,
           guint unit)
{
  guint samples = (size + (1u << shift) - 1) >> shift;

  for (guint i = 0; i < n; i++) {
    double at = (from + i * step) / (1u << shift) - 0.5;
    guint first;

    at = CLAMP (at, 0, (double) (samples - 1));
    first = MIN ((guint) at, samples > 1 ? samples - 2 : 0);
    taps->first[i] = first * unit;
    taps->second[i] = MIN (first + 1, samples - 1) * unit;
    taps->toward[i] = (float) (at - first);
  }
}

static gboolean
alloc_tables (Job *job, GError **error)
{
  guint length = MAX (job->cover.width, job->cover.height) + 16;
  gsize taps = (gsize) length * 3 * sizeof (guint32);
  guint8 *at;

  job->memory = weir_try_alloc (
      taps * 6 + (gsize) length * (2 * sizeof (guint32) + 6 * sizeof (guint16)), error);
  if (job->memory == NULL)
    return FALSE;
  at = job->memory;
  for (guint i = 0; i < 6; i++, at += taps) {
    Taps *t = i < 3 ? &job->across[i] : &job->down[i - 3];

    t->first = (guint32 *) at;
    t->second = t->first + length;
    t->toward = (float *) (t->second + length);
  }
  job->quads = (guint32 *) at;
  job->pairs = (guint16 *) (job->quads + 2 * length);
  return TRUE;
}

static void
fill_tables (Job *job, const WeirImage *image)
{
  const Cover *c = &job->cover;

  for (guint i = 0; i < 3; i++) {
    const WeirImageComponent *component = &job->components[i];

    make_taps (&job->across[i], c->width, c->from_x, c->step_x, image->width,
               component->shift_x, component->step);
    make_taps (&job->down[i], c->height, c->from_y, c->step_y, image->height,
               component->shift_y, 1);
  }
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

/* Whether the samples on both sides of an output pixel are always neighbours. */
static gboolean
has_neighbours (const Job *job, guint c)
{
  const WeirImageComponent *component = &job->components[c];

  return job->across[c].second[0] == job->across[c].first[0] + component->step;
}

/* Two components that take turns, as the chroma of NV12 does. */
static gboolean
is_interleaved (const Job *job)
{
  return job->components[1].step == 2 && job->components[2].step == 2 &&
         job->components[2].data == job->components[1].data + 1 &&
         has_neighbours (job, 1);
}

static void
gather_component (const Job *job, guint c, guint y, WeirImageRow *row)
{
  const guint32 rows[] = { job->down[c].first[y], job->down[c].second[y] };
  gboolean dense = job->components[c].step == 1 && has_neighbours (job, c);

  row->down[c] = job->down[c].toward[y];
  for (guint k = 0; k < 2; k++) {
    guint16 *pairs = job->pairs + (gsize) (c * 2 + k) * row->width;
    const guint8 *source = row_at (job, c, rows[k]);

    row->pairs[c][k] = pairs;
    if (dense)
      weir_image_gather_pairs (source, job->across[c].first, row->width, pairs);
    else
      weir_image_gather (source, job->across[c].first, job->across[c].second, row->width,
                         pairs);
  }
}

static void
gather_row (const Job *job, guint y, WeirImageRow *row)
{
  gboolean interleaved = is_interleaved (job);

  for (guint c = 0; c < (interleaved ? 1 : 3); c++)
    gather_component (job, c, y, row);
  for (guint k = 0; interleaved && k < 2; k++) {
    guint32 *quads = job->quads + (gsize) k * row->width;
    guint32 at = k == 0 ? job->down[1].first[y] : job->down[1].second[y];

    weir_image_gather_quads (row_at (job, 1, at), job->across[1].first, row->width,
                             quads);
    row->quads[k] = quads;
    row->down[1] = job->down[1].toward[y];
  }
}

static void
run_rows (const Job *job, const WeirImage *image)
{
  WeirImageRowFunction function = weir_image_row_function ();
  WeirImageRow row = { .width = job->cover.width,
                       .channels = job->channels,
                       .bytes = job->bytes,
                       .step = job->channels_last ? job->channels : 1 };

  weir_image_color (image,
                    job->channels == 1 ? WEIR_CHANNELS_GRAY : job->transform->order,
                    row.matrix, row.bias);
  for (guint i = 0; i < 3; i++) {
    row.multiplier[i] = 1 / job->transform->scale[i];
    row.offset[i] = -job->transform->mean[i] / job->transform->scale[i];
    row.across[i] = job->across[i].toward;
  }
  for (guint y = 0; y < job->cover.height; y++) {
    gather_row (job, y, &row);
    for (guint c = 0; c < job->channels; c++)
      row.target[c] = target_at (job, c, job->cover.x, job->cover.y + y);
    function (&row);
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
  if (!alloc_tables (&job, error))
    return FALSE;
  fill_tables (&job, image);
  fill_border (&job);
  run_rows (&job, image);
  weir_free (job.memory);
  return TRUE;
}
