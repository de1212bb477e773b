#include "rounding.h"

#include "ir/match.h"

#include <math.h>

/* Most levels that a byte tells apart. */
#define MAX_LEVELS 256
/* How far, in steps, rounding of its ends to float may have moved a range. */
#define ROUNDING 1e-3
/* Beyond this a byte and its zero are not exact in float. */
#define MAX_ZERO 65536.0

gboolean
weir_rounding_read (const WeirGraph *graph, const WeirNode *node, WeirRounding *rounding)
{
  gint64 n = weir_node_int (node, "levels");
  double ends[4], step, zero;

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (!weir_match_scalar (graph, node, i + 1, &ends[i]))
      return FALSE;
  if (n > MAX_LEVELS || !(ends[0] < ends[1]) || !(ends[2] < ends[3]) ||
      !isnormal ((float) (ends[1] - ends[0])) ||
      !weir_shape_equal (weir_graph_shape (graph, node->inputs[0]),
                         &node->outputs[0].info.shape))
    return FALSE;
  step = (ends[3] - ends[2]) / (double) (n - 1);
  zero = -ends[2] / step;
  if (!isnormal ((float) step) || !(fabs (zero) <= MAX_ZERO) ||
      fabs (zero - rint (zero)) > ROUNDING)
    return FALSE;
  *rounding = (WeirRounding){
    .factor = (float) (n - 1) / ((float) ends[1] - (float) ends[0]),
    .top = (float) (n - 1),
    .step = ((float) ends[3] - (float) ends[2]) / (float) (n - 1),
    .low = (float) ends[2],
    .levels = { .step = (float) step, .zero = (gint32) rint (zero) },
  };
  rounding->shift = -(float) ends[0] * rounding->factor;
  return isnormal (rounding->factor);
}

gboolean
weir_levels_equal (const WeirLevels *a, const WeirLevels *b)
{
  return a->step == b->step && a->zero == b->zero;
}
