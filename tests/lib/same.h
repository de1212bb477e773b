#pragma once

#include "ir/graph.h"

/** Fails the test unless both graphs hold the same nodes: found by name, with equal
 * operations, attributes, inputs, outputs, notes and bodies. Ids may differ. Types and
 * shapes are compared where both know them. */
void assert_same_graph (const WeirGraph *a, const WeirGraph *b);
