#pragma once

#include "weir-infer.h"

/** random_input: (transfer full): numbers that suit most networks: pictures, features and
 * small indices. */
WeirTensor *random_input (const WeirPortInfo *info, GRand *rand, GError **error);
