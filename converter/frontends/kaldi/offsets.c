#include "kaldi.h"

#include <string.h>

/* Which frames of its input a component looks at, as offsets from its own. */

/* Frames that one component may look at, and how far away they may be. */
#define MAX_FRAMES 4096
#define MAX_OFFSET 1000000

static GArray *
copy_ints (const GArray *ints)
{
  GArray *copy = g_array_sized_new (FALSE, FALSE, sizeof (gint64), ints->len);

  g_array_append_vals (copy, ints->data, ints->len);
  return copy;
}

static gint64
whole (const KdComponent *component, const char *key, gint64 fallback)
{
  const KdField *field = kd_field (component, key);

  return field != NULL ? field->whole : fallback;
}

/* From @left frames before to @right behind, every @step. */
static GArray *
between (gint64 left, gint64 right, gint64 step)
{
  GArray *offsets = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (left < 0 || right < 0 || step < 1 || left > MAX_FRAMES || right > MAX_FRAMES)
    return offsets;
  for (gint64 at = -left; at <= right; at += MIN (step, 2 * MAX_FRAMES + 1))
    g_array_append_val (offsets, at);
  return offsets;
}

/* Older files of nnet2 say how far a Splice looks to both sides. */
static GArray *
splice (const KdComponent *component)
{
  const KdField *context = kd_field (component, "Context");

  if (context != NULL && context->ints != NULL)
    return copy_ints (context->ints);
  return between (whole (component, "LeftContext", 0),
                  whole (component, "RightContext", 0), 1);
}

static GArray *
tdnn (const KdComponent *component)
{
  const KdField *offsets = kd_field (component, "TimeOffsets");

  return offsets != NULL && offsets->ints != NULL ? copy_ints (offsets->ints) : NULL;
}

static GArray *
attention (const KdComponent *component)
{
  gint64 stride = CLAMP (whole (component, "TimeStride", 1), 1, MAX_FRAMES);
  gint64 left = CLAMP (whole (component, "NumLeftInputs", 0), 0, MAX_FRAMES);
  gint64 right = CLAMP (whole (component, "NumRightInputs", 0), 0, MAX_FRAMES);

  return between (left * stride, right * stride, stride);
}

static GArray *
pooling (const KdComponent *component)
{
  return between (whole (component, "LeftContext", 0),
                  whole (component, "RightContext", 0),
                  whole (component, "InputPeriod", 1));
}

/* The frames of pairs of a frame and a height, each once, the oldest first. */
static GArray *
convolution (const KdComponent *component)
{
  const KdField *pairs = kd_field (component, "Offsets");
  GArray *offsets = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; pairs != NULL && pairs->ints != NULL && i + 1 < pairs->ints->len &&
                    offsets->len <= MAX_FRAMES;
       i += 2) {
    gint64 frame = g_array_index (pairs->ints, gint64, i);
    guint at = 0;

    while (at < offsets->len && g_array_index (offsets, gint64, at) < frame)
      at++;
    if (at == offsets->len || g_array_index (offsets, gint64, at) != frame)
      g_array_insert_val (offsets, at, frame);
  }
  return offsets;
}

static const struct {
  const char *type;
  GArray *(*offsets) (const KdComponent *component);
} rows[] = {
  { "Splice", splice },
  { "SpliceComponent", splice },
  { "SpliceMaxComponent", splice },
  { "TdnnComponent", tdnn },
  { "RestrictedAttentionComponent", attention },
  { "StatisticsPoolingComponent", pooling },
  { "TimeHeightConvolutionComponent", convolution },
};

GArray *
kd_offsets (const KdComponent *component)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].type, component->type) == 0)
      return rows[i].offsets (component);
  return NULL;
}

static gboolean
are_sane (const GArray *offsets)
{
  for (guint i = 0; i < offsets->len; i++)
    if (ABS (CLAMP (g_array_index (offsets, gint64, i), -MAX_OFFSET - 1,
                    MAX_OFFSET + 1)) > MAX_OFFSET)
      return FALSE;
  return offsets->len > 0 && offsets->len <= MAX_FRAMES;
}

/* The descriptor of its input reads the frames, so that time.c knows of them. */
gboolean
kd_spread_offsets (KdNet *net, GError **error)
{
  for (guint i = 0; i < net->nodes->len; i++) {
    KdNode *node = net->nodes->pdata[i];
    g_autoptr (GArray) offsets =
        node->component != NULL ? kd_offsets (node->component) : NULL;
    KdTerm *spread;

    if (offsets == NULL)
      continue;
    if (!are_sane (offsets))
      return weir_fail (
          error, WEIR_ERROR_FORMAT,
          "node '%s' (%s): it looks at %u frames, expected 1 to %d, at most "
          "%d away",
          node->name, node->component->type, offsets->len, MAX_FRAMES, MAX_OFFSET);
    spread = kd_term_spread (node->input, offsets);
    kd_term_free (node->input);
    node->input = spread;
  }
  return TRUE;
}
