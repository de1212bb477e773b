#include "table.h"

/* Layers with a memory over steps: data of T×N×…, and marks of T×N that are 0 where a
 * sequence begins. The steps are laid out one behind the other. */

#define MAX_STEPS 512

/* What all steps share: what the data brings to each, T×N×(gates·H); the marks, T×N×1;
 * the weights of what the step before has left, (gates·H)×H. */
typedef struct {
  CfLayer *l;
  gint64 steps, size;
  WeirPort x, marks, memory;
} Recurrent;

/* Everything behind the first two dimensions as one. */
static WeirPort
flatten (CfLayer *l, WeirPort x)
{
  return weir_make_reshape (&l->make, x, (const gint64[]){ 0, 0, -1 }, 3);
}

static WeirPort
multiply_by (CfLayer *l, WeirPort x, WeirPort weights)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&l->make, "MatMul", x, weights);

  weir_node_set_bool (node, "transpose_b", TRUE);
  return weir_make_end (&l->make, node);
}

/* Step @index of a value of T×N×C, as N×C. */
static WeirPort
step_of (const Recurrent *r, WeirPort x, gint64 index)
{
  return WEIR_MAKE (&r->l->make, "Gather", x, weir_make_int (&r->l->make, index),
                    weir_make_int (&r->l->make, 0));
}

/* What the data brings: its weights and bias, and what is the same in all steps. */
static void
bring_data (Recurrent *r)
{
  CfLayer *l = r->l;

  r->x = WEIR_MAKE (&l->make, "Add",
                    multiply_by (l, flatten (l, cf_in (l, 0)), cf_weights (l, 0, NULL)),
                    cf_vector (l, 1));
  if (cf_n_in (l) == 3)
    r->x = WEIR_MAKE (&l->make, "Add", r->x,
                      multiply_by (l, weir_make_flatten (&l->make, cf_in (l, 2), 1),
                                   cf_weights (l, 2, NULL)));
}

static gboolean
begin (Recurrent *r, CfLayer *l)
{
  const Caffe__RecurrentParameter *p = CF_PARAM (
      l, recurrent_param, Caffe__RecurrentParameter, CAFFE__RECURRENT_PARAMETER__INIT);
  const WeirShape *shape = weir_make_shape (&l->make, cf_in (l, 0));

  *r = (Recurrent){ .l = l, .size = p->num_output };
  if (shape->rank < 3 || shape->dims[0] < 1 || shape->dims[0] > MAX_STEPS ||
      shape->dims[1] < 1) {
    weir_make_unsupported (&l->make, "1 to %d known steps of three dimensions or more",
                           MAX_STEPS);
    return FALSE;
  }
  if (p->expose_hidden || cf_n_in (l) > 3 || l->proto->n_top != 1) {
    weir_make_unsupported (&l->make, "expose_hidden");
    return FALSE;
  }
  r->steps = shape->dims[0];
  bring_data (r);
  r->memory = cf_weights (l, cf_n_in (l), NULL);
  r->marks = weir_make_unsqueeze (&l->make, cf_in (l, 1), 2);
  shape = weir_make_shape (&l->make, r->memory);
  if (shape->rank != 2 || shape->dims[1] != r->size)
    weir_make_invalid (
        &l->make, "num_output %" G_GINT64_FORMAT " does not fit the weights", r->size);
  return !weir_build_failed (l->make.b);
}

/* N×H of zeros: what there is before the first step. */
static WeirPort
nothing_yet (const Recurrent *r)
{
  const WeirShape shape =
      WEIR_SHAPE (weir_make_shape (&r->l->make, r->x)->dims[1], r->size);
  WeirTensor *zeros = weir_tensor_new (WEIR_DTYPE_F32, &shape, &r->l->make.b->error);

  return zeros != NULL ? weir_make_constant (&r->l->make, zeros) : WEIR_PORT_NONE;
}

/* What data and memory come to in step @index. */
static WeirPort
sum_of (const Recurrent *r, gint64 index, WeirPort h, WeirPort mark)
{
  CfLayer *l = r->l;

  h = WEIR_MAKE (&l->make, "Multiply", h, mark);
  return WEIR_MAKE (&l->make, "Add", step_of (r, r->x, index),
                    multiply_by (l, h, r->memory));
}

static WeirPort
join (const Recurrent *r, WeirPort *steps)
{
  for (gint64 i = 0; i < r->steps; i++)
    steps[i] = weir_make_unsqueeze (&r->l->make, steps[i], 0);
  return weir_make_concat (&r->l->make, steps, (guint) r->steps, 0);
}

/* Gates: input, forget, output, and what is put in. */
static WeirPort
lstm_step (const Recurrent *r, WeirPort sum, WeirPort mark, WeirPort *c)
{
  WeirMake *make = &r->l->make;
  WeirNode *node = weir_build_begin_outputs (
      make->b, "Split", make->name, WEIR_INPUTS (sum, weir_make_int (make, 1)), 4);
  WeirPort gates[4];

  weir_node_set_int (node, "num_splits", 4);
  weir_make_end (make, node);
  for (guint i = 0; i < 4; i++) {
    WeirPort gate = weir_make_port (make, node, i);

    gates[i] = i < 3 ? WEIR_MAKE (make, "Sigmoid", gate) : WEIR_MAKE (make, "Tanh", gate);
  }
  gates[1] = WEIR_MAKE (make, "Multiply", gates[1], mark);
  *c = WEIR_MAKE (make, "Add", WEIR_MAKE (make, "Multiply", gates[1], *c),
                  WEIR_MAKE (make, "Multiply", gates[0], gates[3]));
  return WEIR_MAKE (make, "Multiply", gates[2], WEIR_MAKE (make, "Tanh", *c));
}

static WeirPort
lstm (CfLayer *l)
{
  WeirPort steps[MAX_STEPS], h, c;
  Recurrent r;

  if (!begin (&r, l))
    return WEIR_PORT_NONE;
  h = c = nothing_yet (&r);
  for (gint64 i = 0; i < r.steps; i++) {
    WeirPort mark = step_of (&r, r.marks, i);

    h = lstm_step (&r, sum_of (&r, i, h, mark), mark, &c);
    steps[i] = h;
  }
  return join (&r, steps);
}

static WeirPort
rnn (CfLayer *l)
{
  WeirPort steps[MAX_STEPS], h, weights, bias;
  Recurrent r;

  if (!begin (&r, l))
    return WEIR_PORT_NONE;
  weights = cf_weights (l, cf_n_in (l) + 1, NULL);
  bias = cf_vector (l, cf_n_in (l) + 2);
  h = nothing_yet (&r);
  for (gint64 i = 0; i < r.steps; i++) {
    h = WEIR_MAKE (&l->make, "Tanh", sum_of (&r, i, h, step_of (&r, r.marks, i)));
    steps[i] = WEIR_MAKE (&l->make, "Tanh",
                          WEIR_MAKE (&l->make, "Add", multiply_by (l, h, weights), bias));
  }
  return join (&r, steps);
}

const CfRow cf_rows_recurrent[] = {
  { "LSTM", lstm },
  { "RNN", rnn },
  { NULL },
};
