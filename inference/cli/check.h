#pragma once

#include "weir-infer.h"

/* What the files of `weir check` share. */

/**
 * CheckReason: why two values are taken for the same
 * @CHECK_BY_NAME: they have a tensor name in common, or their nodes are called the same
 * @CHECK_BY_INPUTS: the same operation on the same values and the nearest constants, or
 *   with the same weights
 * @CHECK_BY_ORDER: the same operation, type and shape, in the same order
 */
typedef enum {
  CHECK_BY_NAME,
  CHECK_BY_INPUTS,
  CHECK_BY_ORDER,
  CHECK_REASONS
} CheckReason;

/**
 * CheckPair:
 * @a, @b: the same value in both graphs
 * @name: of it in the first, borrowed
 */
typedef struct {
  WeirPort a, b;
  const char *name;
  const char *op;
  CheckReason reason;
} CheckPair;

/**
 * CheckDifference:
 * @comparable: %FALSE where the shapes do not allow it; nothing else is said then
 * @relative: the largest difference in units of @largest, the first one's largest value
 * @element: where it is; @a and @b: what stands there
 */
typedef struct {
  gboolean comparable;
  double relative, largest, a, b;
  gsize element;
} CheckDifference;

/** CheckOptions: everything that the command line says. */
typedef struct {
  const char *model, *against;
  const char *device, *against_device;
  const char *convert_options, *against_convert_options;
  char **data, **input, **shape;
  guint threads;
  guint32 seed;
  double tolerance;
} CheckOptions;

/**
 * CheckResult:
 * @pairs: #CheckPair, in the order of the first graph's operations
 * @layers: #CheckDifference, one a pair
 * @outputs: #CheckDifference of the models' outputs, run as they are
 * @output_names: one an output
 * @alone_a, @alone_b: values without a partner
 */
typedef struct {
  WeirModel *model, *against;
  GArray *pairs, *layers, *outputs;
  GPtrArray *output_names;
  guint alone_a, alone_b;
} CheckResult;

/** check_same_name: ":0" and "/sink_port_0" do not count. */
gboolean check_same_name (const char *a, const char *b);
/** check_match_inputs: (transfer full): for each input of @a which of @b it is: by names,
 * or all by their order where a name is missing. */
guint *check_match_inputs (const WeirGraph *a, const WeirGraph *b);
/** check_align: (transfer full) (element-type CheckPair): which values are the same. */
GArray *check_align (const WeirGraph *a, const WeirGraph *b, guint *alone_a,
                     guint *alone_b);
/** check_compare: rank 4 with channels last is compared to channels first. */
CheckDifference check_compare (const WeirTensor *a, const WeirTensor *b);
/** check_fit_shape: @shape, or the same picture with its channels elsewhere, that
 * @declared allows; FALSE where none does. */
gboolean check_fit_shape (const WeirShape *shape, const WeirShape *declared,
                          WeirShape *fitted);
/** check_reorder: (transfer full): @tensor with its dimensions in the order of @shape. */
WeirTensor *check_reorder (WeirTensor *tensor, const WeirShape *shape, GError **error);
/** check_run: both models on the same inputs. @result is to be cleared, on failure too.
 */
gboolean check_run (CheckResult *result, const CheckOptions *options, GError **error);
void check_result_clear (CheckResult *result);
