#include "demand.h"

#include "infer.h"

/* What readers demand of the rank of a network's inputs. */

/* Operations of unknown rank in a row that are looked through. */
#define MOST_STEPS 64

static WeirShape
open_shape (int rank)
{
  WeirShape shape = { .rank = rank };

  for (int i = 0; i < rank; i++)
    shape.dims[i] = WEIR_DIM_UNKNOWN;
  return shape;
}

static int
input_rank (const WeirGraph *graph, const WeirNode *node, guint index)
{
  return weir_node_input_info (graph, node, index)->shape.rank;
}

/* Which input of @node has @rank dimensions, for its output has; -1 where that is not
 * sure. A sum has the rank of its larger side: the other one, as large, leaves all open.
 */
static int
input_of_rank (const WeirGraph *graph, const WeirNode *node, int rank)
{
  if ((node->op->flags & WEIR_OP_UNARY) != 0 || weir_node_is (node, "Convert"))
    return 0;
  if ((node->op->flags & WEIR_OP_BINARY) == 0)
    return -1;
  for (guint i = 0; i < 2; i++) {
    int other = input_rank (graph, node, 1 - i);

    if (input_rank (graph, node, i) < 0 && other >= 0 && other < rank)
      return (int) i;
  }
  return -1;
}

gboolean
weir_graph_demand_rank (WeirGraph *graph, WeirPort port, int rank)
{
  const WeirShape shape = open_shape (rank);

  if (weir_port_is_none (port))
    return FALSE;
  for (guint step = 0; step < MOST_STEPS; step++) {
    WeirNode *node = weir_graph_node (graph, port.node);
    int input;

    if (weir_graph_shape (graph, port)->rank >= 0)
      return FALSE;
    if (weir_node_is (node, "Parameter")) {
      weir_graph_set_shape (node, &shape);
      node->outputs[0].info.shape = shape;
      return TRUE;
    }
    input = input_of_rank (graph, node, rank);
    if (input < 0)
      return FALSE;
    port = node->inputs[input];
  }
  return FALSE;
}
