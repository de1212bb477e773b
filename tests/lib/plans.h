#pragma once

#include "device.h"
#include "ir/build.h"

/**
 * Compiles a copy of @graph for @devices (the last a host), runs it on @n_threads threads
 * with random inputs and compares every output with the reference evaluators; the largest
 * difference must stay below @tolerance of the largest value.
 */
void check_plan (WeirGraph *graph, WeirDevice *const *devices, guint n_devices,
                 guint n_threads, double tolerance);

/** CompareTensors: fails the test where @got is too far from @expected. */
typedef void (*CompareTensors) (const WeirTensor *got, const WeirTensor *expected,
                                double tolerance);

/** The same with another measure of how far outputs are from what they should be. */
void check_plan_by (WeirGraph *graph, WeirDevice *const *devices, guint n_devices,
                    guint n_threads, CompareTensors compare, double tolerance);

/** The plan itself, for tests that look at its steps; weir_plan_free() it. */
WeirPlan *compile_graph (WeirGraph *graph, WeirDevice *const *devices, guint n_devices);
/** How many steps of @plan run a kernel whose name begins with @prefix. */
guint count_steps (const WeirPlan *plan, const char *prefix);
