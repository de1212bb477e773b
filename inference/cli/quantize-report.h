#pragma once

#include "samples.h"

/** quantize_report: prints what became of the layers, how far the outputs drift, and how
 * large both models are. */
void quantize_report (const WeirCalibration *calibration, const WeirModel *model,
                      const WeirModel *quantized);
/** quantize_report_pictures: prints how pictures become inputs, and who said so. */
void quantize_report_pictures (const WeirPreprocess *preprocess);
