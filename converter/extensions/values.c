#include "context.h"

#include "base/error.h"

/* Inputs and outputs for callbacks. */

#define IN(kind) (1u << (kind))

static const WeirValueInfo *
foreign_input (WeirExtensionContext *c, uint32_t index)
{
  WeirPort port = c->foreign->inputs[index];

  return weir_port_is_none (port) ? NULL : weir_graph_info (c->builder->graph, port);
}

static const WeirValueInfo *
input_info (WeirExtensionContext *c, uint32_t index)
{
  const WeirValueInfo *info = NULL;
  guint n = ext_n_inputs (c);

  if (index >= n)
    ext_fail (c, WEIR_ERROR_INTERNAL, "the extension asks for input %u of %u", index, n);
  else if (c->kind == EXT_INFER)
    info = &c->infer->inputs[index];
  else if (c->kind == EXT_EVALUATE)
    info = &c->eval->infer->inputs[index];
  else if ((info = foreign_input (c, index)) == NULL)
    ext_fail (c, WEIR_ERROR_FORMAT, "input %u is missing", index);
  return info;
}

uint32_t
ext_n_inputs (WeirExtensionContext *c)
{
  return c->node != NULL ? c->node->n_inputs : c->foreign->n_inputs;
}

uint32_t
ext_n_outputs (WeirExtensionContext *c)
{
  return c->node != NULL ? c->node->n_outputs : c->foreign->n_outputs;
}

bool
ext_input_type (WeirExtensionContext *c, uint32_t index, WeirExtensionType *type,
                WeirExtensionShape *shape)
{
  const WeirValueInfo *info = input_info (c, index);

  if (info == NULL)
    return false;
  if (type != NULL)
    *type = ext_type (info->dtype);
  if (shape != NULL)
    ext_put_shape (&info->shape, shape);
  return true;
}

const void *
ext_input_data (WeirExtensionContext *c, uint32_t index, size_t *bytes)
{
  const WeirValueInfo *info = input_info (c, index);
  const WeirTensor *value = info != NULL ? info->value : NULL;

  *bytes = 0;
  if (value == NULL)
    return NULL;
  if (ext_type (weir_tensor_dtype (value)) == WEIR_EXTENSION_UNKNOWN) {
    ext_fail (c, WEIR_ERROR_UNSUPPORTED, "input %u: extensions do not get elements of %s",
              index, weir_dtype_name (weir_tensor_dtype (value)));
    return NULL;
  }
  *bytes = weir_tensor_size (value);
  return weir_tensor_data (value);
}

bool
ext_set_output_type (WeirExtensionContext *c, uint32_t index, WeirExtensionType type,
                     const WeirExtensionShape *from)
{
  g_autoptr (GError) error = NULL;
  WeirShape shape;

  if (!ext_is (c, IN (EXT_INFER), "set_output_type"))
    return false;
  if (index >= c->infer->n_outputs)
    return ext_fail (c, WEIR_ERROR_INTERNAL, "the extension sets output %u of %u", index,
                     c->infer->n_outputs);
  if (ext_dtype (type) == WEIR_DTYPE_UNKNOWN)
    return ext_fail (c, WEIR_ERROR_INTERNAL,
                     "the extension gave output %u element type %d", index, (int) type);
  if (from == NULL || !ext_shape (from, &shape, &error))
    return ext_fail (c, WEIR_ERROR_SHAPE, "output %u: %s", index,
                     from != NULL ? error->message : "the extension gave no shape");
  return weir_infer_set (c->infer, index, ext_dtype (type), &shape);
}

/* What `infer` has said, with what the callback knows better. */
static gboolean
output_shape (WeirExtensionContext *c, uint32_t index, const WeirExtensionShape *from,
              WeirShape *shape)
{
  const WeirShape *inferred = &c->eval->infos[index].shape;
  GError **error = c->error == NULL ? &c->error : NULL;
  gsize count;

  *shape = *inferred;
  if (from != NULL && !ext_shape (from, shape, error))
    return FALSE;
  if (!weir_shape_is_static (shape) || !weir_shape_merge (shape, inferred)) {
    g_autofree char *want = weir_shape_to_string (inferred);
    g_autofree char *got = weir_shape_to_string (shape);
    return ext_fail (c, WEIR_ERROR_SHAPE,
                     "output %u: the extension's infer said %s, its evaluate says %s",
                     index, want, got);
  }
  return weir_shape_count (shape, &count, error);
}

void *
ext_output_data (WeirExtensionContext *c, uint32_t index, const WeirExtensionShape *from,
                 size_t *bytes)
{
  WeirTensor *tensor;
  WeirShape shape;

  *bytes = 0;
  if (!ext_is (c, IN (EXT_EVALUATE), "output_data"))
    return NULL;
  if (index >= c->eval->n_outputs) {
    ext_fail (c, WEIR_ERROR_INTERNAL, "the extension fills output %u of %u", index,
              c->eval->n_outputs);
    return NULL;
  }
  if (c->eval->outputs[index] != NULL) {
    ext_fail (c, WEIR_ERROR_INTERNAL, "the extension asks for output %u twice", index);
    return NULL;
  }
  if (!output_shape (c, index, from, &shape))
    return NULL;
  tensor = weir_eval_output (c->eval, index, c->eval->infos[index].dtype, &shape,
                             c->error == NULL ? &c->error : NULL);
  if (tensor == NULL)
    return NULL;
  *bytes = weir_tensor_size (tensor);
  return weir_tensor_writable (tensor);
}
