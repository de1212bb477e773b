#pragma once

#include "ir/build.h"
#include "passes/passes.h"

/* Running passes on small graphs. */

/**
 * A copy of @graph that @pass has changed. Checked on the way: the invariants hold,
 * shapes infer, the names of inputs and outputs are still those, and where every input
 * shape and every operation allows it, both graphs compute the same from random inputs.
 */
WeirGraph *run_pass (const WeirGraph *graph, WeirPass pass,
                     const WeirPassOptions *options);
/** The same without the comparison of inputs, outputs and values: for passes that change
 * what the network means. */
WeirGraph *run_pass_only (const WeirGraph *graph, WeirPass pass,
                          const WeirPassOptions *options);
/** Expects that @pass fails with an error of @code whose message holds @text. */
void expect_pass_error (const WeirGraph *graph, WeirPass pass,
                        const WeirPassOptions *options, int code, const char *text);

/** Both graphs compute the same from random inputs of the shapes of @before; unknown
 * dimensions are 2. */
void assert_equivalent (const WeirGraph *before, const WeirGraph *after,
                        double tolerance);

/** How many nodes of operation @op there are, bodies not counted. */
guint count_op (const WeirGraph *graph, const char *op);
/** The only node of operation @op; fails the test if there are more, or none. */
WeirNode *only_op (const WeirGraph *graph, const char *op);

/**
 * An If whose two bodies are both @graph (taken), on parameters like those of @graph
 * after the condition, and with its results: what a pass does it must do in there too.
 */
WeirGraph *wrap_in_if (WeirGraph *graph);
