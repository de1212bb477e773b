#pragma once

#include "tflite.h"

/* The families, each ended by a row without a name. */
extern const WeirTfliteRow weir_tflite_ops_nn[];
extern const WeirTfliteRow weir_tflite_ops_math[];
extern const WeirTfliteRow weir_tflite_ops_reduce[];
extern const WeirTfliteRow weir_tflite_ops_shape[];
extern const WeirTfliteRow weir_tflite_ops_slice[];
extern const WeirTfliteRow weir_tflite_ops_index[];
extern const WeirTfliteRow weir_tflite_ops_vision[];
extern const WeirTfliteRow weir_tflite_ops_quant[];
extern const WeirTfliteRow weir_tflite_ops_rnn[];
extern const WeirTfliteRow weir_tflite_ops_signal[];
extern const WeirTfliteRow weir_tflite_ops_control[];
extern const WeirTfliteRow weir_tflite_ops_detect[];
extern const WeirTfliteRow weir_tflite_ops_variable[];
