#pragma once

#include "ir/build.h"

/**
 * A graph of @steps operations that @seed chooses, on values that are three long in each
 * of four dimensions, so that all fits: arithmetic, layers, reductions, everything that
 * moves data, and what frameworks make of activations and norms. The first dimension is
 * not known where @open_batch. Three outputs.
 */
WeirGraph *random_graph (guint32 seed, guint steps, gboolean open_batch);
