#pragma once

#include "device.h"

/** weir_kernel_reference: any operation, by the evaluator of its declaration: the last
 * candidate of the CPU, and the only one of the reference device. */
extern const WeirKernel weir_kernel_reference;
