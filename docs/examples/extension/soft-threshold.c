/* An extension of Weir: the operation SoftThreshold, which moves each number towards 0 by
 * `lambda` and stops there, for ONNX models that call it example.Shrinkage and for
 * TensorFlow Lite's custom operator SOFT_THRESHOLD. */

#include <weir-extension.h>

#include <math.h>

static bool
evaluate (const WeirExtensionHost *host, WeirExtensionContext *context, void *user_data)
{
  WeirExtensionType type;
  double lambda;
  size_t bytes, room;
  const float *x;
  float *y;

  (void) user_data;
  if (!host->input_type (context, 0, &type, NULL) ||
      !host->attr_float (context, "lambda", &lambda))
    return false;
  if (type != WEIR_EXTENSION_F32) {
    host->fail (context, "SoftThreshold computes f32 only");
    return false;
  }
  x = host->input_data (context, 0, &bytes);
  y = host->output_data (context, 0, NULL, &room);
  if (x == NULL || y == NULL)
    return false;
  for (size_t i = 0; i < room / sizeof *y; i++)
    y[i] = copysignf (fmaxf (fabsf (x[i]) - (float) lambda, 0), x[i]);
  return true;
}

/* example.BiasedShrinkage is an addition and a SoftThreshold. */
static bool
translate (const WeirExtensionHost *host, WeirExtensionContext *context, void *user_data)
{
  WeirExtensionShape scalar = { .rank = 0 };
  WeirExtensionValue parts[2], sum, y;
  double bias = 0;
  float stored;

  (void) user_data;
  host->attr_float (context, "bias", &bias); /* 0 where it is left out */
  stored = (float) bias;
  parts[0] = host->input (context, 0);
  parts[1] =
      host->add_constant (context, WEIR_EXTENSION_F32, &scalar, &stored, sizeof stored);
  return host->add_node (context, "Add", parts, 2, NULL, &sum, 1) &&
         host->add_node (context, "SoftThreshold", &sum, 1,
                         (const char *const[]){ "lambda", "0.25", NULL }, &y, 1) &&
         host->set_output (context, 0, y);
}

static const WeirExtensionAttr attrs[] = {
  { "lambda", WEIR_EXTENSION_ATTR_FLOAT, "0.5", "0.." },
  { .name = NULL },
};

static const WeirExtensionKernel kernel = {
  WEIR_EXTENSION_HEADER (WeirExtensionKernel),
  .source = "kernel void soft_threshold (global const float *x, global float *y,\n"
            "                            float lambda)\n"
            "{\n"
            "  size_t i = get_global_id (0);\n"
            "  y[i] = copysign (fmax (fabs (x[i]) - lambda, 0.0f), x[i]);\n"
            "}\n",
  .entry = "soft_threshold",
  .global = "n",
};

static const WeirExtensionOp op = {
  WEIR_EXTENSION_HEADER (WeirExtensionOp),
  .name = "SoftThreshold",
  .summary = "moves each element towards 0 by lambda, not beyond",
  .min_inputs = 1,
  .max_inputs = 1,
  .n_outputs = 1,
  .attrs = attrs,
  .evaluate = evaluate, /* without `infer`, the output is like the input */
  .opencl = &kernel,
};

static const WeirExtensionTranslation translations[] = {
  {
      WEIR_EXTENSION_HEADER (WeirExtensionTranslation),
      .framework = "onnx",
      .domain = "example",
      .op = "Shrinkage",
      .target = "SoftThreshold",
      .attrs = (const WeirExtensionAttrRow[]){ { "lambda", "lambd", "0.5" }, { 0 } },
  },
  {
      WEIR_EXTENSION_HEADER (WeirExtensionTranslation),
      .framework = "onnx",
      .domain = "example",
      .op = "BiasedShrinkage",
      .translate = translate,
  },
  {
      WEIR_EXTENSION_HEADER (WeirExtensionTranslation), .framework = "tflite",
      .op = "SOFT_THRESHOLD",
      .target = "SoftThreshold", /* its option is called lambda too */
  },
  {
      WEIR_EXTENSION_HEADER (WeirExtensionTranslation),
      .framework = "caffe",
      .op = "Shrink",
      .target = "SoftThreshold", /* shrink_param { lambd: 0.5 } */
      .attrs = (const WeirExtensionAttrRow[]){ { "lambda", "lambd", "0.5" }, { 0 } },
  },
  {
      WEIR_EXTENSION_HEADER (WeirExtensionTranslation),
      .framework = "mxnet",
      .op = "_contrib_shrink",
      .target = "SoftThreshold",
      .attrs = (const WeirExtensionAttrRow[]){ { "lambda", "lambd", "0.5" }, { 0 } },
  },
};

int
weir_extension_register (const WeirExtensionHost *host)
{
  if (host->abi != WEIR_EXTENSION_ABI) {
    host->fail (NULL, "SoftThreshold was built for another version of Weir");
    return 1;
  }
  if (!host->add_op (&op))
    return 1;
  for (unsigned i = 0; i < sizeof translations / sizeof *translations; i++)
    if (!host->add_translation (&translations[i]))
      return 1;
  return 0;
}
