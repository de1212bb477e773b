#include "input-spec.h"

#include "base/error.h"

/* The value that an input is frozen to, typed and shaped as the input. */
static WeirTensor *
frozen_value (const WeirInputSpec *spec, WeirDtype dtype, const WeirShape *known,
              GError **error)
{
  g_autoptr (WeirTensor) typed = weir_tensor_convert (spec->value, dtype, error);
  WeirShape shape = *known;

  if (typed == NULL)
    return NULL;
  if (spec->shape != NULL && !weir_shape_parse (spec->shape, &shape, error))
    return NULL;
  if (spec->shape != NULL && !weir_shape_is_static (&shape)) {
    weir_fail (error, WEIR_ERROR_ARGUMENT,
               "expected a static shape for a value, found [%s]", spec->shape);
    return NULL;
  }
  if (!weir_shape_is_static (&shape))
    return g_steal_pointer (&typed);
  return weir_tensor_reshape (typed, &shape, error);
}

static WeirPort
build (const WeirInputSpec *spec, WeirBuilder *builder, const char *name,
       const WeirValueInfo *old)
{
  WeirDtype dtype = spec->dtype != WEIR_DTYPE_UNKNOWN  ? spec->dtype
                    : old->dtype != WEIR_DTYPE_UNKNOWN ? old->dtype
                                                       : WEIR_DTYPE_F32;
  WeirShape shape = old->shape;
  WeirPort port;

  if (spec->value != NULL)
    return weir_build_constant (builder, name,
                                frozen_value (spec, dtype, &old->shape, &builder->error));
  if (spec->shape != NULL && !weir_shape_parse (spec->shape, &shape, &builder->error))
    return WEIR_PORT_NONE;
  port = weir_build_parameter (builder, name, dtype, &shape);
  if (spec->shape != NULL && !weir_build_failed (builder))
    weir_node_set_string (weir_graph_node (builder->graph, port.node), "shape",
                          spec->shape);
  return port;
}

WeirPort
weir_input_spec_build (const WeirInputSpec *spec, WeirBuilder *builder, const char *name,
                       const WeirValueInfo *old)
{
  WeirPort port;

  if (weir_build_failed (builder))
    return WEIR_PORT_NONE;
  port = build (spec, builder, name, old);
  if (weir_build_failed (builder))
    g_prefix_error (&builder->error, "--input: '%s': ", spec->name);
  return port;
}
