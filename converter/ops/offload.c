#include "ops.h"

#include "ir/offload.h"

/* Offload: a part of a network that its own framework runs. Input 0 is the part as that
 * keeps it, the others are what the part reads. An operation of Weir's own. */

static const WeirAttrRow attrs[] = { { "framework", WEIR_ATTR_STRING, NULL, NULL, 0, 0 },
                                     { "outputs", WEIR_ATTR_STRING, NULL, NULL, 0, 0 },
                                     { NULL } };

static gboolean
infer (WeirInfer *infer, GError **error)
{
  return weir_offload_infer (infer, weir_node_string (infer->node, "outputs"), error);
}

/* Whether the runner has made what the network was told. */
static gboolean
check_output (const WeirEval *eval, guint index, GError **error)
{
  const WeirTensor *made = eval->outputs[index];
  const WeirValueInfo *info = &eval->infos[index];
  g_autofree char *want = weir_shape_to_string (&info->shape);
  g_autofree char *found = NULL;
  WeirShape shape;

  if (made == NULL)
    return weir_fail (error, WEIR_ERROR_INTERNAL, "output %u was not made", index);
  shape = *weir_tensor_shape (made);
  found = weir_shape_to_string (&shape);
  return (weir_tensor_dtype (made) == info->dtype &&
          weir_shape_merge (&shape, &info->shape)) ||
         weir_fail (error, WEIR_ERROR_SHAPE,
                    "output %u: expected %s of %s, found %s of %s", index, want,
                    weir_dtype_name (info->dtype), found,
                    weir_dtype_name (weir_tensor_dtype (made)));
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  const char *framework = weir_node_string (eval->node, "framework");
  const WeirOffloadRunner *runner = weir_offload_find (framework);
  gboolean good;

  if (runner == NULL)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "a part that '%.80s' has to run: --offload %.80s=RUNNER says by "
                      "what",
                      framework, framework);
  good = runner->run (runner->data, eval->inputs[0], eval->inputs + 1, eval->n_inputs - 1,
                      eval->outputs, eval->n_outputs, error);
  for (guint i = 0; good && i < eval->n_outputs; i++)
    good = check_output (eval, i, error);
  if (!good)
    g_prefix_error (error, "%s: ", runner->described);
  return good;
}

/* No set of OpenVINO's has it. */
static const WeirOpExtension own = { .library = "Weir", .version = "extension" };

WEIR_OP_DEFINE (offload) = {
  .name = "Offload",
  .versions = { 1 },
  .min_inputs = 1,
  .max_inputs = WEIR_ANY_NUMBER,
  .outputs = WEIR_ANY_NUMBER,
  .flags = WEIR_OP_STATEFUL,
  .attrs = attrs,
  .summary = "A part of a network that the framework runs that it comes from",
  .infer = infer,
  .evaluate = evaluate,
  .extension = &own,
};
