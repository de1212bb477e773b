#pragma once

#include "edit.h"

WEIR_BEGIN_DECLS

/**
 * WeirBuilder:
 * @graph: where nodes are added
 * @error: (nullable): the first failure; every call after it does nothing and gives
 *   %WEIR_PORT_NONE, so that code reads straight and checks once at its end
 *
 * Adds nodes and infers each at once, so that the shapes of all ports are known while a
 * graph grows. Frontends and passes build with it.
 */
typedef struct {
  WeirGraph *graph;
  GError *error;
} WeirBuilder;

#define WEIR_BUILDER(g) ((WeirBuilder){ .graph = (g) })

/** WEIR_INPUTS: an array of ports and its length, for weir_build_begin(). */
#define WEIR_INPUTS(...)             \
  (const WeirPort[]){ __VA_ARGS__ }, \
      (guint) (sizeof ((WeirPort[]){ __VA_ARGS__ }) / sizeof (WeirPort))

/**
 * weir_build_begin:
 *
 * A node whose attributes are set before weir_build_end() infers it. An operation that is
 * not known is an error.
 *
 * Returns: (transfer none) (nullable): %NULL after a failure; the setters accept that.
 */
WeirNode *weir_build_begin (WeirBuilder *builder, const char *op, const char *name,
                            const WeirPort *inputs, guint n_inputs);
/** weir_build_begin_outputs: for operations whose number of outputs depends on the node.
 */
WeirNode *weir_build_begin_outputs (WeirBuilder *builder, const char *op,
                                    const char *name, const WeirPort *inputs,
                                    guint n_inputs, guint n_outputs);
/** weir_build_end: infers @node. Returns: output 0. */
WeirPort weir_build_end (WeirBuilder *builder, WeirNode *node);

/** weir_build_begin_like: a node of the operation, version, attributes and notes that
 * @like has, on other inputs; without its bodies. */
WeirNode *weir_build_begin_like (WeirBuilder *builder, const WeirNode *like,
                                 const char *name, const WeirPort *inputs,
                                 guint n_inputs);

/* A whole node without attributes to set. */
WeirPort weir_build (WeirBuilder *builder, const char *op, const char *name,
                     const WeirPort *inputs, guint n_inputs);
WeirPort weir_build1 (WeirBuilder *builder, const char *op, const char *name, WeirPort x);
WeirPort weir_build2 (WeirBuilder *builder, const char *op, const char *name, WeirPort x,
                      WeirPort y);

/** weir_build_constant: @value: (transfer full) (nullable): %NULL after a failure that
 * @builder->error tells already. */
WeirPort weir_build_constant (WeirBuilder *builder, const char *name, WeirTensor *value);
WeirPort weir_build_i64 (WeirBuilder *builder, const char *name, const gint64 *values,
                         gsize n);
WeirPort weir_build_i64_scalar (WeirBuilder *builder, const char *name, gint64 value);
/** weir_build_scalar: a scalar constant of the element type that @like has. */
WeirPort weir_build_scalar (WeirBuilder *builder, const char *name, WeirPort like,
                            double value);

WeirPort weir_build_parameter (WeirBuilder *builder, const char *name, WeirDtype dtype,
                               const WeirShape *shape);
/** weir_build_result: network output; its node is named NAME/sink_port_0. */
void weir_build_result (WeirBuilder *builder, const char *name, WeirPort port);

/* Operations that every frontend needs. */
WeirPort weir_build_reshape (WeirBuilder *builder, const char *name, WeirPort x,
                             const gint64 *dims, gsize n, gboolean special_zero);
WeirPort weir_build_transpose (WeirBuilder *builder, const char *name, WeirPort x,
                               const gint64 *order, gsize n);
WeirPort weir_build_convert (WeirBuilder *builder, const char *name, WeirPort x,
                             WeirDtype dtype);
WeirPort weir_build_squeeze (WeirBuilder *builder, const char *name, WeirPort x,
                             const gint64 *axes, gsize n);
WeirPort weir_build_unsqueeze (WeirBuilder *builder, const char *name, WeirPort x,
                               const gint64 *axes, gsize n);

/** weir_build_failed: whether a call has failed. */
static inline gboolean
weir_build_failed (const WeirBuilder *builder)
{
  return builder->error != NULL;
}
/** weir_build_fail: records an error of the caller's own. Returns: no port. */
WeirPort weir_build_fail (WeirBuilder *builder, int code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/** weir_build_finish: hands the error over; %TRUE if there was none. */
gboolean weir_build_finish (WeirBuilder *builder, GError **error);

WEIR_END_DECLS
