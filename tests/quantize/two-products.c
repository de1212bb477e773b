#include "two-products.h"

#include "ir/build.h"
#include "ir/evaluate.h"

static const float defaults[] = { 1, 3, -1, 2 };

WeirModel *
product_model (void)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 2));
  WeirTensor *w =
      weir_tensor_new_f32 (&WEIR_SHAPE (2, 2), (const float[]){ 1, 0.5f, -2, 4 });

  weir_build_result (
      &b, "y",
      weir_build2 (&b, "MatMul", "product", x, weir_build_constant (&b, "w", w)));
  g_assert_no_error (b.error);
  return weir_model_new (graph, "products", "test");
}

static gboolean
fill (WeirRequest *request, guint index, gpointer data, GError **error)
{
  g_autoptr (WeirTensor) x =
      weir_tensor_new_f32 (&WEIR_SHAPE (1, 2), (const float *) data + 2 * index);

  return weir_request_set_input (request, 0, x, error);
}

WeirSamples
product_samples (const float *values, guint count)
{
  if (values == NULL)
    return (WeirSamples){ 2, fill, (gpointer) defaults };
  return (WeirSamples){ count, fill, (gpointer) values };
}

void
product_run (WeirModel *model, float a, float b, double y[2])
{
  g_autoptr (WeirTensor) x =
      weir_tensor_new_f32 (&WEIR_SHAPE (1, 2), (const float[]){ a, b });
  WeirTensor *output = NULL;
  GError *error = NULL;

  weir_graph_evaluate (weir_model_graph (model), &x, &output, NULL, &error);
  g_assert_no_error (error);
  y[0] = weir_tensor_get (output, 0);
  y[1] = weir_tensor_get (output, 1);
  weir_tensor_unref (output);
}
