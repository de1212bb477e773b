/* Operations and translations that do what they must not, each in its own way. */

#include <weir-extension.h>

typedef const WeirExtensionHost Host;
typedef WeirExtensionContext Context;

static const WeirExtensionShape two = { .rank = 1, .dims = { 2 } };

static bool
infer_rank (Host *host, Context *c, void *data)
{
  const WeirExtensionShape shape = { .rank = 99 };

  (void) data;
  return host->set_output_type (c, 0, WEIR_EXTENSION_F32, &shape);
}

static bool
infer_dim (Host *host, Context *c, void *data)
{
  const WeirExtensionShape shape = { .rank = 2, .dims = { 1, -7 } };

  (void) data;
  return host->set_output_type (c, 0, WEIR_EXTENSION_F32, &shape);
}

static bool
infer_huge (Host *host, Context *c, void *data)
{
  const WeirExtensionShape shape = { .rank = 2, .dims = { INT64_MAX, INT64_MAX } };

  (void) data;
  return host->set_output_type (c, 0, WEIR_EXTENSION_F32, &shape);
}

static bool
infer_type (Host *host, Context *c, void *data)
{
  (void) data;
  host->set_output_type (c, 0, (WeirExtensionType) 77, &two);
  return true; /* the failure stands all the same */
}

static bool
infer_port (Host *host, Context *c, void *data)
{
  (void) data;
  return host->set_output_type (c, 5, WEIR_EXTENSION_F32, &two);
}

static bool
infer_nothing (Host *host, Context *c, void *data)
{
  (void) host;
  (void) c;
  (void) data;
  return true;
}

static bool
infer_input (Host *host, Context *c, void *data)
{
  WeirExtensionShape shape;

  (void) data;
  return host->input_type (c, 3, NULL, &shape);
}

static bool
infer_attribute (Host *host, Context *c, void *data)
{
  int64_t value;

  (void) data;
  return host->attr_int (c, "none", &value);
}

static bool
infer_fills (Host *host, Context *c, void *data)
{
  size_t bytes;

  (void) data;
  return host->output_data (c, 0, NULL, &bytes) != NULL;
}

static bool
infer_two (Host *host, Context *c, void *data)
{
  (void) data;
  return host->set_output_type (c, 0, WEIR_EXTENSION_F32, &two);
}

static bool
fails (Host *host, Context *c, void *data)
{
  (void) data;
  host->fail (c, "the moon is full");
  return false;
}

static bool
fails_silently (Host *host, Context *c, void *data)
{
  (void) host;
  (void) c;
  (void) data;
  return false;
}

static bool
makes_another_shape (Host *host, Context *c, void *data)
{
  const WeirExtensionShape shape = { .rank = 1, .dims = { 3 } };
  size_t bytes;

  (void) data;
  return host->output_data (c, 0, &shape, &bytes) != NULL;
}

static bool
makes_twice (Host *host, Context *c, void *data)
{
  size_t bytes;

  (void) data;
  return host->output_data (c, 0, NULL, &bytes) != NULL &&
         host->output_data (c, 0, NULL, &bytes) != NULL;
}

#define OP(n, i, e)                                                              \
  {                                                                              \
    WEIR_EXTENSION_HEADER (WeirExtensionOp),                                     \
        .name = n, .min_inputs = 1, .max_inputs = 1, .n_outputs = 1, .infer = i, \
        .evaluate = e                                                            \
  }

static const WeirExtensionOp ops[] = {
  OP ("InferRank", infer_rank, fails),
  OP ("InferDim", infer_dim, fails),
  OP ("InferHuge", infer_huge, fails),
  OP ("InferType", infer_type, fails),
  OP ("InferPort", infer_port, fails),
  OP ("InferNothing", infer_nothing, fails),
  OP ("InferInput", infer_input, fails),
  OP ("InferAttribute", infer_attribute, fails),
  OP ("InferFills", infer_fills, fails),
  OP ("EvaluateFails", infer_two, fails),
  OP ("EvaluateSilent", infer_two, fails_silently),
  OP ("EvaluateNothing", infer_two, infer_nothing),
  OP ("EvaluateShape", infer_two, makes_another_shape),
  OP ("EvaluateTwice", infer_two, makes_twice),
  OP ("EvaluateInfers", infer_two, infer_two),
};

static bool
adds_unknown (Host *host, Context *c, void *data)
{
  const WeirExtensionValue x = host->input (c, 0);
  WeirExtensionValue y;

  (void) data;
  return host->add_node (c, "NoSuchOp", &x, 1, NULL, &y, 1);
}

static bool
adds_parameter (Host *host, Context *c, void *data)
{
  WeirExtensionValue y;

  (void) data;
  return host->add_node (c, "Parameter", NULL, 0, NULL, &y, 1);
}

static bool
adds_garbage (Host *host, Context *c, void *data)
{
  const WeirExtensionValue x = { 0x7fffffff00000009u };
  WeirExtensionValue y;

  (void) data;
  return host->add_node (c, "Relu", &x, 1, NULL, &y, 1);
}

static bool
adds_attribute (Host *host, Context *c, void *data)
{
  const WeirExtensionValue x = host->input (c, 0);
  const char *const attrs[] = { "slope", "1", NULL };
  WeirExtensionValue y;

  (void) data;
  return host->add_node (c, "Relu", &x, 1, attrs, &y, 1);
}

static bool
adds_short_constant (Host *host, Context *c, void *data)
{
  const float value = 1;

  (void) data;
  return host->add_constant (c, WEIR_EXTENSION_F32, &two, &value, sizeof value).id != 0;
}

static bool
wants_outputs (Host *host, Context *c, void *data)
{
  const WeirExtensionValue x = host->input (c, 0);
  WeirExtensionValue y[3];

  (void) data;
  return host->add_node (c, "Relu", &x, 1, NULL, y, 3);
}

static bool
wrong_type (Host *host, Context *c, void *data)
{
  double value;

  (void) data;
  return host->attr_float (c, "word", &value);
}

static const struct {
  const char *op;
  WeirExtensionCallback translate;
} translations[] = {
  { "AddsUnknown", adds_unknown },      { "AddsParameter", adds_parameter },
  { "AddsGarbage", adds_garbage },      { "AddsAttribute", adds_attribute },
  { "AddsShort", adds_short_constant }, { "WantsOutputs", wants_outputs },
  { "WrongType", wrong_type },          { "SetsNothing", infer_nothing },
};

int
weir_extension_register (const WeirExtensionHost *host)
{
  for (unsigned i = 0; i < sizeof ops / sizeof *ops; i++) {
    const WeirExtensionTranslation t = {
      WEIR_EXTENSION_HEADER (WeirExtensionTranslation),
      .framework = "onnx",
      .domain = "faulty",
      .op = ops[i].name,
      .target = ops[i].name,
    };

    if (!host->add_op (&ops[i]) || !host->add_translation (&t))
      return 1;
  }
  for (unsigned i = 0; i < sizeof translations / sizeof *translations; i++) {
    const WeirExtensionTranslation t = {
      WEIR_EXTENSION_HEADER (WeirExtensionTranslation),
      .framework = "onnx",
      .domain = "faulty",
      .op = translations[i].op,
      .translate = translations[i].translate,
    };

    if (!host->add_translation (&t))
      return 1;
  }
  return 0;
}
