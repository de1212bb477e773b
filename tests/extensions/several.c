/* Operations that use what the header has: values that are known, every type of
 * attribute, outputs whose number depends on the node, sizes that depend on contents. */

#include <weir-extension.h>

#include <string.h>

typedef const WeirExtensionHost Host;
typedef WeirExtensionContext Context;

/* Head (x, k): the first k elements, times `factors` summed up, as type `to`. */
static bool
infer_head (Host *host, Context *c, void *data)
{
  WeirExtensionShape shape = { .rank = 1, .dims = { -1 } };
  const int64_t *k;
  size_t bytes;
  int64_t to;

  (void) data;
  k = host->input_data (c, 1, &bytes);
  if (k != NULL && bytes == sizeof *k)
    shape.dims[0] = *k;
  return host->attr_int (c, "to", &to) &&
         host->set_output_type (c, 0, (WeirExtensionType) to, &shape);
}

static bool
head (Host *host, Context *c, void *data)
{
  const double *factors;
  const int64_t *offsets;
  const float *x;
  const char *mode;
  size_t n, n_offsets, bytes, room;
  double sum = 0, out;
  int64_t negate;
  void *y;

  (void) data;
  factors = host->attr_floats (c, "factors", &n);
  offsets = host->attr_ints (c, "offsets", &n_offsets);
  mode = host->attr_string (c, "mode");
  x = host->input_data (c, 0, &bytes);
  y = host->output_data (c, 0, NULL, &room);
  if (factors == NULL || offsets == NULL || mode == NULL || x == NULL || y == NULL ||
      !host->attr_int (c, "negate", &negate))
    return false;
  for (size_t i = 0; i < n; i++)
    sum += factors[i];
  for (size_t i = 0; i < room / 4; i++) {
    out = x[i] * sum * (negate ? -1 : 1) + (i < n_offsets ? (double) offsets[i] : 0);
    if (strcmp (mode, "whole") == 0)
      ((int32_t *) y)[i] = (int32_t) out;
    else
      ((float *) y)[i] = (float) out;
  }
  return true;
}

/* Positives (x): the elements above 0. */
static bool
infer_positives (Host *host, Context *c, void *data)
{
  const WeirExtensionShape shape = { .rank = 1, .dims = { -1 } };

  (void) data;
  return host->set_output_type (c, 0, WEIR_EXTENSION_F32, &shape);
}

static bool
positives (Host *host, Context *c, void *data)
{
  WeirExtensionShape shape = { .rank = 1 };
  size_t bytes, room;
  const float *x = host->input_data (c, 0, &bytes);
  float *y;

  (void) data;
  for (size_t i = 0; x != NULL && i < bytes / sizeof *x; i++)
    shape.dims[0] += x[i] > 0;
  y = host->output_data (c, 0, &shape, &room);
  if (x == NULL || y == NULL)
    return false;
  for (size_t i = 0; i < bytes / sizeof *x; i++)
    if (x[i] > 0)
      *y++ = x[i];
  return true;
}

/* Multiples (x): output i is x times i + 1. */
static bool
infer_multiples (Host *host, Context *c, void *data)
{
  WeirExtensionType type;
  WeirExtensionShape shape;

  (void) data;
  if (!host->input_type (c, 0, &type, &shape))
    return false;
  for (uint32_t i = 0; i < host->n_outputs (c); i++)
    if (!host->set_output_type (c, i, type, &shape))
      return false;
  return true;
}

static bool
multiples (Host *host, Context *c, void *data)
{
  size_t bytes, room;
  const float *x = host->input_data (c, 0, &bytes);

  (void) data;
  for (uint32_t o = 0; o < host->n_outputs (c); o++) {
    float *y = host->output_data (c, o, NULL, &room);

    if (x == NULL || y == NULL || room != bytes)
      return false;
    for (size_t i = 0; i < bytes / sizeof *x; i++)
      y[i] = x[i] * (float) (o + 1);
  }
  return true;
}

static const WeirExtensionAttr attrs[] = {
  { "to", WEIR_EXTENSION_ATTR_DTYPE, "f32", NULL },
  { "mode", WEIR_EXTENSION_ATTR_STRING, "real", "real|whole" },
  { "negate", WEIR_EXTENSION_ATTR_BOOL, "false", NULL },
  { "factors", WEIR_EXTENSION_ATTR_FLOATS, NULL, NULL },
  { "offsets", WEIR_EXTENSION_ATTR_INTS, "", "0..9" },
  { .name = NULL },
};

static const WeirExtensionOp ops[] = {
  {
      WEIR_EXTENSION_HEADER (WeirExtensionOp),
      .name = "Head",
      .version = "several.2",
      .min_inputs = 2,
      .max_inputs = 2,
      .n_outputs = 1,
      .attrs = attrs,
      .infer = infer_head,
      .evaluate = head,
  },
  {
      WEIR_EXTENSION_HEADER (WeirExtensionOp),
      .name = "Positives",
      .min_inputs = 1,
      .max_inputs = 1,
      .n_outputs = 1,
      .stateful = true,
      .infer = infer_positives,
      .evaluate = positives,
  },
  {
      WEIR_EXTENSION_HEADER (WeirExtensionOp),
      .name = "Multiples",
      .min_inputs = 1,
      .max_inputs = WEIR_EXTENSION_ANY,
      .n_outputs = WEIR_EXTENSION_ANY,
      .infer = infer_multiples,
      .evaluate = multiples,
  },
};

int
weir_extension_register (const WeirExtensionHost *host)
{
  for (unsigned i = 0; i < sizeof ops / sizeof *ops; i++) {
    const WeirExtensionTranslation t = {
      WEIR_EXTENSION_HEADER (WeirExtensionTranslation),
      .framework = "onnx",
      .domain = "several",
      .op = ops[i].name,
      .target = ops[i].name,
    };

    if (!host->add_op (&ops[i]) || !host->add_translation (&t))
      return 1;
  }
  return 0;
}
