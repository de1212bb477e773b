#include "scatter.h"

WeirPort
tf_scatter (TfNode *n, WeirPort x, WeirPort indices, WeirPort updates,
            const char *reduction)
{
  WeirNode *node = weir_make_begin_version (&n->make, "ScatterNDUpdate", 15,
                                            WEIR_INPUTS (x, indices, updates));

  weir_node_set_string (node, "reduction", reduction);
  return weir_make_end (&n->make, node);
}

WeirPort
tf_non_zero (TfNode *n, WeirPort x)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "NonZero", x);

  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I64);
  return weir_make_end (&n->make, node);
}

void
tf_split_index (TfNode *n, WeirPort x, WeirPort dims, guint count, WeirPort *parts)
{
  for (guint i = count; i > 0; i--) {
    WeirPort size = weir_make_gather (&n->make, dims, weir_make_int (&n->make, i - 1), 0);
    WeirNode *node;

    if (i == 1) {
      parts[0] = x;
      return;
    }
    parts[i - 1] = weir_make_2 (&n->make, "FloorMod", x, size);
    node = WEIR_MAKE_BEGIN (&n->make, "Divide", x, size);
    weir_node_set_bool (node, "m_pythondiv", TRUE);
    x = weir_make_end (&n->make, node);
  }
}
