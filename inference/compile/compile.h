#pragma once

#include "device.h"
#include "runtime/plan.h"

/**
 * weir_compile: (transfer full):
 * @graph: (transfer full): optimised, inferred, with static shapes wherever they do not
 *   depend on data
 * @devices: (array length=n_devices): in the order of preference; the last is a host
 * device with a kernel for every operation
 *
 * Fuses operations into groups, gives each group to a device and a kernel, chooses
 * layouts, plans memory and packs weights.
 */
WeirPlan *weir_compile (WeirGraph *graph, WeirDevice *const *devices, guint n_devices,
                        GError **error);
