#include "quantize-report.h"

#include <stdio.h>
#include <string.h>

static void
count_layers (const WeirCalibration *calibration, guint *quantized, guint *kept)
{
  *quantized = *kept = 0;
  for (guint i = 0; i < weir_calibration_n_layers (calibration); i++) {
    WeirCalibrationLayer layer;

    weir_calibration_layer (calibration, i, &layer);
    if (layer.reason == NULL)
      ++*quantized;
    else
      ++*kept;
  }
}

static void
print_layers (const WeirCalibration *calibration)
{
  guint quantized, kept;

  count_layers (calibration, &quantized, &kept);
  printf ("layers: %u quantised, %u kept in float; values equalised: %u\n", quantized,
          kept, weir_calibration_n_equalized (calibration));
  for (guint i = 0; i < weir_calibration_n_layers (calibration); i++) {
    WeirCalibrationLayer layer;

    weir_calibration_layer (calibration, i, &layer);
    if (layer.reason != NULL)
      printf ("  %s (%s): %s\n", layer.name, layer.op, layer.reason);
  }
}

static void
print_drifts (const WeirCalibration *calibration)
{
  for (guint i = 0; i < weir_calibration_n_drifts (calibration); i++) {
    WeirDrift drift;

    weir_calibration_drift (calibration, i, &drift);
    printf ("output %s: drift %.4f, SNR %.1f dB, cosine %.5f, largest %.4g\n", drift.name,
            drift.drop, drift.snr, drift.cosine, drift.largest);
  }
}

static double
constant_megabytes (const WeirModel *model)
{
  const WeirGraph *graph = weir_model_graph (model);
  double bytes = 0;

  for (guint id = 0; id < weir_graph_size (graph); id++) {
    const WeirNode *node = weir_graph_node (graph, id);

    if (weir_node_is (node, "Constant") && node->outputs[0].info.value != NULL)
      bytes += (double) weir_tensor_size (node->outputs[0].info.value);
  }
  return bytes / 1e6;
}

void
quantize_report (const WeirCalibration *calibration, const WeirModel *model,
                 const WeirModel *quantized)
{
  print_layers (calibration);
  print_drifts (calibration);
  printf ("constants: %.2f MB, in float %.2f MB\n", constant_megabytes (quantized),
          constant_megabytes (model));
}

static void
print_values (const char *what, const float values[4])
{
  printf (", %s %g %g %g", what, (double) values[0], (double) values[1],
          (double) values[2]);
}

void
quantize_report_pictures (const WeirPreprocess *p)
{
  static const char *const resizes[] = {
    [WEIR_RESIZE_STRETCH] = "stretch",
    [WEIR_RESIZE_LETTERBOX] = "letterbox",
    [WEIR_RESIZE_CROP] = "crop",
  };

  printf ("pictures: %s (%s)", p->transform.order == WEIR_CHANNELS_BGR ? "BGR" : "RGB",
          p->order_from);
  print_values ("mean", p->transform.mean);
  print_values ("scale", p->transform.scale);
  printf (" (%s), %s (%s)\n", p->mean_from, resizes[p->transform.resize], p->resize_from);
}
