#pragma once

#include "cpu/kernel.h"

#define recode_run WEIR_ISA_SYMBOL (recode_run)

/** recode_run: copies input 0 of the step, bytes, to output 0, floats, or the other way
 * round, and from blocks to a plain value or back on the way. */
void recode_run (const WeirRun *run);
