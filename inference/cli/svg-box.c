#include "svg.h"

#include <string.h>

/* What stands in a box. */

#define MAX_TEXT   34 /* characters of a line */
#define MAX_VALUES 6  /* elements of a constant that are spelt out */

static const SvgFamily families[] = {
  { "input, output", "#e8eaed", "#5f6368", "|Parameter|Result|" },
  { "convolution, product", "#d2e3fc", "#1967d2",
    "|Convolution|GroupConvolution|ConvolutionBackpropData|GroupConvolutionBackpropData|"
    "BinaryConvolution|DeformableConvolution|MatMul|Einsum|ScaledDotProductAttention|" },
  { "activation", "#feefc3", "#b06000",
    "|Relu|PRelu|Clamp|Sigmoid|Tanh|Elu|Selu|Gelu|HSwish|HSigmoid|HardSigmoid|Swish|Mish|"
    "SoftPlus|SoftSign|Softmax|LogSoftmax|Exp|" },
  { "pooling, reduction", "#ceead6", "#137333",
    "|MaxPool|AvgPool|AdaptiveAvgPool|AdaptiveMaxPool|ReduceMean|ReduceSum|ReduceMax|"
    "ReduceMin|ReduceProd|ReduceL1|ReduceL2|ReduceLogicalAnd|ReduceLogicalOr|TopK|"
    "CumSum|" },
  { "normalisation, quantisation", "#e9d2fd", "#8430ce",
    "|BatchNormInference|LRN|MVN|NormalizeL2|GroupNormalization|GRN|FakeQuantize|"
    "FakeConvert|" },
  { "shape, movement", "#f1f3f4", "#80868b",
    "|Reshape|Transpose|Squeeze|Unsqueeze|Concat|Split|VariadicSplit|Slice|StridedSlice|"
    "Pad|Gather|GatherElements|GatherND|ScatterUpdate|ScatterNDUpdate|ShapeOf|Broadcast|"
    "Tile|DepthToSpace|SpaceToDepth|SpaceToBatch|BatchToSpace|ShuffleChannels|"
    "Interpolate|"
    "Convert|ConvertLike|Reverse|ReverseSequence|Roll|Range|Constant|" },
  { "recurrence, control", "#fdcfe8", "#b80672",
    "|If|Loop|TensorIterator|LSTMCell|LSTMSequence|GRUCell|GRUSequence|RNNCell|"
    "RNNSequence|ReadValue|Assign|" },
  { "detection", "#fad2cf", "#b31412",
    "|NonMaxSuppression|MatrixNms|MulticlassNms|DetectionOutput|PriorBox|"
    "PriorBoxClustered|Proposal|ROIAlign|ROIPooling|PSROIPooling|RegionYolo|ReorgYolo|"
    "GenerateProposals|" },
  { "element by element", "#ffffff", "#9aa0a6", NULL },
};

/* Attributes that say what an operation does, where they say anything. */
static const struct {
  const char *name;
  const char *quiet; /* (nullable): a list of this only is not shown */
} shown[] = {
  { "kernel", NULL },
  { "strides", "1" },
  { "dilations", "1" },
  { "axis", NULL },
  { "axes", NULL },
  { "num_splits", NULL },
  { "destination_type", NULL },
  { "mode", NULL },
  { "min", NULL },
  { "max", NULL },
  { "alpha", NULL },
  { "block_size", NULL },
  { "hidden_size", NULL },
  { "direction", "forward" },
  { "transpose_a", "false" },
  { "transpose_b", "false" },
  { "keep_dims", "false" },
  { "levels", NULL },
  { "variable_id", NULL },
  { "batch_dims", "0" },
  { "interpolate_mode", NULL },
  { "pad_mode", "constant" },
};

const SvgFamily *
svg_family (const char *op)
{
  g_autofree char *word = g_strconcat ("|", op, "|", NULL);
  guint i = 0;

  while (families[i].ops != NULL && strstr (families[i].ops, word) == NULL)
    i++;
  return &families[i];
}

/* The middle of a long name says least. */
static char *
shorten (const char *text)
{
  glong length = g_utf8_strlen (text, -1);
  g_autofree char *head = NULL;
  const char *tail;

  if (length <= MAX_TEXT)
    return g_strdup (text);
  head = g_utf8_substring (text, 0, MAX_TEXT / 3);
  tail = g_utf8_offset_to_pointer (text, length - (MAX_TEXT - MAX_TEXT / 3 - 1));
  return g_strconcat (head, "…", tail, NULL);
}

static void
add_line (GPtrArray *lines, char *text)
{
  g_ptr_array_add (lines, shorten (text));
  g_free (text);
}

/* "1, 1" and the like, where @quiet is "1". */
static gboolean
is_quiet (const char *text, const char *quiet)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (strcmp (g_strstrip (parts[i]), quiet) != 0)
      return FALSE;
  return TRUE;
}

/* (transfer full) (nullable): an attribute that the operation has and that was given. */
static char *
given_attribute (const WeirNode *node, const char *name)
{
  for (guint i = 0; i < weir_op_n_attrs (node->op); i++)
    if (strcmp (node->op->attrs[i].name, name) == 0)
      return node->attrs[i].set ? weir_attr_print (&node->op->attrs[i], &node->attrs[i])
                                : NULL;
  return NULL;
}

static void
add_pads (GPtrArray *lines, const WeirNode *node)
{
  g_autofree char *begin = given_attribute (node, "pads_begin");
  g_autofree char *end = given_attribute (node, "pads_end");

  if (begin == NULL || end == NULL || (is_quiet (begin, "0") && is_quiet (end, "0")))
    return;
  add_line (lines, strcmp (begin, end) == 0
                       ? g_strdup_printf ("pads %s", begin)
                       : g_strdup_printf ("pads %s and %s", begin, end));
}

static void
add_attributes (GPtrArray *lines, const WeirNode *node)
{
  for (guint i = 0; i < weir_op_n_attrs (node->op); i++) {
    const WeirAttrRow *row = &node->op->attrs[i];
    g_autofree char *text = NULL;

    for (guint k = 0; k < G_N_ELEMENTS (shown); k++) {
      if (strcmp (shown[k].name, row->name) != 0 || (row->since > node->version) ||
          (row->until > 0 && row->until < node->version))
        continue;
      if (row->fallback != NULL && !node->attrs[i].set)
        break;
      text = weir_attr_print (row, &node->attrs[i]);
      if (*text != '\0' && (shown[k].quiet == NULL || !is_quiet (text, shown[k].quiet)))
        add_line (lines, g_strdup_printf ("%s %s", row->name, text));
      break;
    }
  }
  add_pads (lines, node);
}

static gboolean
is_folded (const WeirNode *node, const gboolean *folded)
{
  gboolean constant = node->n_inputs > 0;

  if (weir_node_is (node, "Constant"))
    return TRUE;
  if (weir_node_is (node, "Parameter") || weir_node_is (node, "Result") ||
      (node->op->flags & WEIR_OP_STATEFUL) != 0 || node->n_outputs == 0)
    return FALSE;
  for (guint i = 0; i < node->n_inputs; i++)
    constant = constant && folded[node->inputs[i].node];
  return constant || node->outputs[0].info.value != NULL;
}

gboolean *
svg_folded (const WeirGraph *graph, const GArray *order)
{
  gboolean *folded = g_new0 (gboolean, weir_graph_size (graph) + 1);

  for (guint i = 0; i < order->len; i++) {
    WeirNodeId id = g_array_index (order, WeirNodeId, i);
    folded[id] = is_folded (weir_graph_node (graph, id), folded);
  }
  return folded;
}

/* Slices end at the largest number there is. */
static void
append_value (GString *text, WeirDtype dtype, double value)
{
  const char *gap = text->len > 0 ? ", " : "";

  if (!weir_dtype_is_float (dtype) && ABS (value) >= G_MAXINT32)
    g_string_append_printf (text, "%s%s", gap, value > 0 ? "max" : "min");
  else
    g_string_append_printf (text, "%s%.5g", gap, value);
}

static char *
describe_constant (const WeirValueInfo *info)
{
  g_autofree char *shape = weir_shape_to_string (&info->shape);
  GString *text;

  if (info->value == NULL || weir_tensor_count (info->value) > MAX_VALUES ||
      info->dtype == WEIR_DTYPE_STRING)
    return g_strdup_printf ("%s%s", weir_dtype_name (info->dtype), shape);
  text = g_string_new (NULL);
  for (gsize i = 0; i < weir_tensor_count (info->value); i++)
    append_value (text, info->dtype, weir_tensor_get (info->value, i));
  return g_string_free (text, FALSE);
}

static void
add_constants (GPtrArray *lines, const WeirGraph *graph, const WeirNode *node,
               const gboolean *folded)
{
  gboolean weighs =
      strstr (node->op->name, "Convolution") != NULL || weir_node_is (node, "MatMul");

  for (guint i = 0; i < node->n_inputs; i++) {
    g_autofree char *text = NULL;

    if (!folded[node->inputs[i].node])
      continue;
    text = describe_constant (weir_node_input_info (graph, node, i));
    if (weighs && i == 1)
      add_line (lines, g_strconcat ("weights ", text, NULL));
    else
      add_line (lines, g_strdup_printf ("in %u: %s", i, text));
  }
}

/* Outputs that somebody reads; those alike in one line. */
static void
add_outputs (GPtrArray *lines, const WeirNode *node)
{
  g_autofree char *last = NULL;
  guint alike = 0;

  for (guint i = 0; i <= node->n_outputs; i++) {
    g_autofree char *text = NULL;

    if (i < node->n_outputs) {
      const WeirValueInfo *info = &node->outputs[i].info;
      g_autofree char *shape = weir_shape_to_string (&info->shape);

      if (i > 0 && node->outputs[i].uses->len == 0)
        continue;
      text = g_strdup_printf ("%s%s", weir_dtype_name (info->dtype), shape);
    }
    if (last != NULL && g_strcmp0 (text, last) != 0) {
      add_line (lines, alike > 1 ? g_strdup_printf ("→ %u × %s", alike, last)
                                 : g_strdup_printf ("→ %s", last));
      alike = 0;
    }
    alike++;
    g_free (last);
    last = g_steal_pointer (&text);
  }
}

GPtrArray *
svg_lines (const WeirGraph *graph, const WeirNode *node, const gboolean *folded)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);

  add_line (lines, g_strdup (node->op->name));
  add_line (lines, g_strdup (node->name));
  add_attributes (lines, node);
  add_constants (lines, graph, node, folded);
  add_outputs (lines, node);
  return lines;
}
