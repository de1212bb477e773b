#pragma once

#include "runtime/plan.h"

/** weir_kernel_transfer: copies a plain value between a device and the host. The compiler
 * places it; no group asks for it. */
extern const WeirKernel weir_kernel_transfer;
