#include "list.h"
#include "move.h"

/* Pad: a rim around a tensor, filled with a value or with what lies inside; a negative
 * width cuts off instead. */

static const WeirAttrRow attrs[] = {
  { "pad_mode", WEIR_ATTR_STRING, NULL, "constant|edge|reflect|symmetric", 0, 0 },
  { NULL },
};

/* How much of a dimension its rim may mirror; -1: any, as long as there is an element. */
static gint64
reach (const WeirNode *node, gint64 size)
{
  if (weir_node_string_is (node, "pad_mode", "reflect"))
    return size - 1;
  return weir_node_string_is (node, "pad_mode", "symmetric") ? size : -1;
}

static gboolean
pad_dim (const WeirNode *node, int i, gint64 size, gint64 begin, gint64 end,
         gint64 *result, GError **error)
{
  gboolean constant = weir_node_string_is (node, "pad_mode", "constant");
  gint64 most = reach (node, size);

  *result = WEIR_DIM_UNKNOWN;
  if (size < 0)
    return TRUE;
  if (!constant && ((most >= 0 && (begin > most || end > most)) ||
                    (size == 0 && (begin > 0 || end > 0))))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "dimension %d of %" G_GINT64_FORMAT
                      " is too small for pads of %" G_GINT64_FORMAT
                      " and %" G_GINT64_FORMAT " in mode '%s'",
                      i, size, begin, end, weir_node_string (node, "pad_mode"));
  if (!weir_add_i64 (begin, end, result) || !weir_add_i64 (*result, size, result))
    return weir_fail (error, WEIR_ERROR_LIMIT, "dimension %d is too large", i);
  if (*result < 0)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "dimension %d: pads of %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT
                      " take more than all of %" G_GINT64_FORMAT,
                      i, begin, end, size);
  return TRUE;
}

static gboolean
check_value (const WeirInfer *infer, GError **error)
{
  if (infer->n_inputs < 4)
    return TRUE;
  if (infer->inputs[3].shape.rank > 0)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected a scalar pad_value, found rank %d",
                      infer->inputs[3].shape.rank);
  return weir_infer_same_type (infer, 0, 3, error);
}

static gboolean
infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  WeirShape y;
  WeirList begin, end;

  if (!weir_list_input (infer, 1, "pads_begin", &begin, error) ||
      !weir_list_input (infer, 2, "pads_end", &end, error) || !check_value (infer, error))
    return FALSE;
  y = weir_shape_unknown (x->rank);
  if (x->rank < 0)
    return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  if (!weir_list_length (&begin, "pads_begin", x->rank, error) ||
      !weir_list_length (&end, "pads_end", x->rank, error))
    return FALSE;
  for (int i = 0; begin.known && end.known && i < x->rank; i++)
    if (!pad_dim (infer->node, i, x->dims[i], begin.values[i], end.values[i], &y.dims[i],
                  error))
      return FALSE;
  return weir_infer_sized (infer, 0, infer->inputs[0].dtype, &y, error);
}

/* Consecutive positions of the output and the positions of the input that they repeat. */
typedef struct {
  gint64 to, count, from, step;
} Piece;

enum { BEFORE, INSIDE, AFTER, N_PIECES };

/* The output begins @begin before the input; pieces are clipped to the output's @size. */
static void
cut_pieces (const WeirNode *node, gint64 in, gint64 begin, gint64 size,
            Piece pieces[N_PIECES])
{
  gint64 left = CLAMP (begin, 0, size), right = CLAMP (begin + in, 0, size);
  gint64 skip = weir_node_string_is (node, "pad_mode", "reflect") ? 1 : 0;
  gint64 step = weir_node_string_is (node, "pad_mode", "edge") ? 0 : -1;

  pieces[BEFORE] = (Piece){ 0, left, step == 0 ? 0 : begin - 1 + skip, step };
  pieces[INSIDE] = (Piece){ left, right - left, left - begin, 1 };
  pieces[AFTER] = (Piece){ right, size - right, in - 1, step };
  if (step != 0)
    pieces[AFTER].from -= skip + right - (begin + in);
  if (weir_node_string_is (node, "pad_mode", "constant"))
    pieces[BEFORE].count = pieces[AFTER].count = 0;
}

/* One block of the output: piece number @choice, in base 3, of each dimension. */
static void
move_block (const WeirTensor *x, WeirTensor *y, Piece pieces[][N_PIECES], guint choice)
{
  int rank = weir_tensor_shape (x)->rank;
  gint64 from_steps[WEIR_MAX_RANK], to_steps[WEIR_MAX_RANK], from = 0, to = 0;
  WeirMove move = { 0 };

  weir_move_steps (weir_tensor_shape (x), from_steps);
  weir_move_steps (weir_tensor_shape (y), to_steps);
  for (int i = 0; i < rank; i++, choice /= N_PIECES) {
    const Piece *piece = &pieces[i][choice % N_PIECES];

    if (piece->count <= 0)
      return;
    from += piece->from * from_steps[i];
    to += piece->to * to_steps[i];
    weir_move_loop (&move, piece->count, piece->step * from_steps[i], to_steps[i]);
  }
  weir_move_run (&move, x, from, y, to);
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  const WeirShape *shape = weir_tensor_shape (x);
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  Piece pieces[WEIR_MAX_RANK][N_PIECES];
  guint blocks = 1;

  if (y == NULL)
    return FALSE;
  if (eval->n_inputs > 3 && weir_node_string_is (eval->node, "pad_mode", "constant"))
    weir_move_fill (eval->inputs[3], y);
  if (weir_tensor_count (x) == 0)
    return TRUE;
  for (int i = 0; i < shape->rank; i++, blocks *= N_PIECES)
    cut_pieces (eval->node, shape->dims[i],
                weir_tensor_get_int (eval->inputs[1], (gsize) i),
                eval->infos[0].shape.dims[i], pieces[i]);
  for (guint block = 0; block < blocks; block++)
    move_block (x, y, pieces, block);
  return TRUE;
}

WEIR_OP_DEFINE (pad) = {
  .name = "Pad",
  .versions = { 1, 12 },
  .min_inputs = 3,
  .max_inputs = 4,
  .outputs = 1,
  .moves = 1 << 0 | 1 << 3,
  .attrs = attrs,
  .summary = "A rim around a tensor: constant, edge, reflect or symmetric",
  .infer = infer,
  .evaluate = evaluate,
};
