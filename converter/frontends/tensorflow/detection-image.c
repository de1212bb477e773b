#include "detection.h"

#include "base/problem.h"
#include "ir/input-spec.h"

#include <string.h>

/* The image: its preprocessing is a loop that resizes one after the other; it goes, and
 * the network takes images of the size that it made. */

/* How the loop is written: a loop, or, where the number of images was known, its steps.
 * @images: who reads them, at input @port. */
static const struct {
  const char *images;
  guint port;
  const char *resized, *sizes;
} forms[] = {
  { "Preprocessor/map/TensorArrayUnstack/TensorArrayScatter/TensorArrayScatterV3", 2,
    "Preprocessor/map/TensorArrayStack/TensorArrayGatherV3",
    "Preprocessor/map/TensorArrayStack_1/TensorArrayGatherV3" },
  { "Preprocessor/unstack", 0, "Preprocessor/stack", "Preprocessor/stack_1" },
};

/* An input of the graph with another shape than the file's. */
static WeirPort
image_parameter (TfNode *n)
{
  const WeirShape *shape = tf_piece (n);
  WeirDtype dtype = tf_attr_dtype (n, "dtype");

  return weir_build_parameter (n->make.b, n->make.name, dtype, shape);
}

/* [1, 3]: height, width and channels of the image. */
static WeirPort
image_size (TfNode *n)
{
  const WeirShape *shape = tf_piece (n);
  WeirPort sizes = WEIR_MAKE_INTS (&n->make, shape->dims[1], shape->dims[2], 3);

  sizes = weir_make_unsqueeze (&n->make, sizes, 0);
  return weir_make_convert (&n->make, sizes, WEIR_DTYPE_I32);
}

/* Height, width, and how much larger the image is than what was to be looked at. */
static WeirPort
image_info (TfNode *n)
{
  const WeirShape *shape = tf_piece (n);
  WeirPort info;

  if (shape == NULL) {
    info = weir_build_parameter (n->make.b, n->make.name, WEIR_DTYPE_F32,
                                 &WEIR_SHAPE (1, 3));
    if (!weir_port_is_none (info))
      weir_edit_set_rt_info (weir_graph_node (n->make.b->graph, info.node),
                             WEIR_NOTE_ADDED, "true");
    return info;
  }
  info = WEIR_MAKE_INTS (&n->make, shape->dims[1], shape->dims[2], 1);
  return weir_make_convert (&n->make, weir_make_unsqueeze (&n->make, info, 0),
                            WEIR_DTYPE_F32);
}

/* (nullable): the input that @text depends on. */
static Tf__NodeDef *
find_input (const TfRewrite *rewrite, const char *text)
{
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();

  g_ptr_array_add (stack, (gpointer) text);
  while (stack->len > 0) {
    const char *next = g_ptr_array_steal_index (stack, stack->len - 1);
    g_autofree char *output = NULL;
    guint index;
    char *name = tf_split_name (next, &output, &index);
    Tf__NodeDef *proto = g_hash_table_lookup (rewrite->nodes, name);

    if (!g_hash_table_add (seen, name) || proto == NULL)
      continue;
    if (strcmp (proto->op, "Placeholder") == 0)
      return proto;
    for (gsize i = 0; i < proto->n_input; i++)
      if (!tf_is_control (proto->input[i]))
        g_ptr_array_add (stack, proto->input[i]);
  }
  return NULL;
}

static const Detection__ImageResizer *
resizer_of (const Detection__DetectionModel *model)
{
  return model->ssd != NULL ? model->ssd->image_resizer
                            : model->faster_rcnn->image_resizer;
}

/* What the resizer makes of an image that is square. */
static WeirShape
resized (const Detection__ImageResizer *resizer)
{
  const Detection__KeepAspectRatioResizer *ratio = resizer->keep_aspect_ratio_resizer;
  gint64 side;

  if (resizer->fixed_shape_resizer != NULL)
    return WEIR_SHAPE (1, resizer->fixed_shape_resizer->height,
                       resizer->fixed_shape_resizer->width, 3);
  side = ratio->pad_to_max_dimension ? ratio->max_dimension
                                     : MIN (ratio->min_dimension, ratio->max_dimension);
  return WEIR_SHAPE (1, side, side, 3);
}

static gboolean
read_shape (const TfReplace *r, const char *input, WeirShape *shape, GError **error)
{
  const char *text = tf_replace_shape (r, input);

  *shape = resized (resizer_of (r->pipeline->model));
  if (text == NULL)
    return TRUE;
  if (!weir_shape_parse (text, shape, error))
    return FALSE;
  if (shape->rank == 4 && shape->dims[1] > 0 && shape->dims[2] > 0 && shape->dims[3] == 3)
    return TRUE;
  return weir_fail (
      error, WEIR_ERROR_ARGUMENT,
      "input '%s': expected a shape [batch,height,width,3] with a known size "
      "of the image, found [%s]",
      input, text);
}

/* Which of the forms it is; the first, for the message, where it is none. */
static guint
find_form (const TfRewrite *rewrite)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    if (tf_rewrite_find (rewrite, forms[i].images) != NULL)
      return i;
  return 0;
}

gboolean
tf_detection_image (TfReplace *r, GError **error)
{
  guint form = find_form (r->rewrite);
  const Tf__NodeDef *stack = tf_rewrite_find (r->rewrite, forms[form].resized);
  const Tf__NodeDef *sizes = tf_rewrite_find (r->rewrite, forms[form].sizes);
  WeirShape *shape = tf_rewrite_keep (r->rewrite, g_new (WeirShape, 1));
  const char *images;
  Tf__NodeDef *input;

  if (!tf_detection_pipeline (r, error))
    return FALSE;
  images = tf_rewrite_input (r->rewrite, forms[form].images, forms[form].port, error);
  if (images == NULL)
    return FALSE;
  input = find_input (r->rewrite, images);
  if (input == NULL || stack == NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH,
                              "the graph has no %s '%s'",
                              input == NULL ? "input behind" : "node",
                              input == NULL ? images : forms[form].resized);
  if (!read_shape (r, input->name, shape, error))
    return FALSE;
  r->shape = shape;
  tf_rewrite_change (r->rewrite, input, image_parameter, shape);
  tf_rewrite_redirect (r->rewrite, stack->name, images);
  if (sizes != NULL)
    tf_rewrite_redirect (
        r->rewrite, sizes->name,
        tf_rewrite_add (r->rewrite, "image_size", "Shape", image_size, shape, NULL, 0));
  return TRUE;
}

const char *
tf_detection_info (TfReplace *r)
{
  return tf_rewrite_add (r->rewrite, "image_info", r->asked ? "Placeholder" : "Const",
                         image_info, r->asked ? NULL : r->shape, NULL, 0);
}

gboolean
tf_detection_pipeline (const TfReplace *r, GError **error)
{
  return r->pipeline != NULL ||
         weir_problem_fail (error, WEIR_PROBLEM_PIPELINE,
                            "expected the network's pipeline.config: name it by "
                            "--tensorflow_object_detection_api_pipeline_config");
}
