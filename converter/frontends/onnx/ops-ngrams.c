#include "attr.h"
#include "node.h"
#include "table.h"

/* TfIdfVectorizer of numbers: how often each of the known runs of elements occurs in a
 * row, where up to so many elements may be left out between those of a run. */

/* What a small file may unfold into: elements looked up at once, and groups of them. */
#define MAX_PLACES ((gint64) 1 << 20)
#define MAX_GROUPS 1024

typedef struct {
  OnnxNode *n;
  guint groups;  /* made so far */
  WeirPort x;    /* [rows, elements] */
  gint64 length; /* elements of a row */
  const gint64 *pool, *begins;
  gsize n_pool, n_begins;
} Grams;

/* The known runs of @size elements are in the pool from @begin to @end. */
static void
runs_of (Grams *g, guint size, gsize *begin, gsize *end)
{
  gint64 first = g->begins[size - 1];
  gint64 last = size < g->n_begins ? g->begins[size] : (gint64) g->n_pool;

  *begin = *end = 0;
  if (first < 0 || last < first || last > (gint64) g->n_pool ||
      (last - first) % size != 0)
    weir_make_invalid (&g->n->make,
                       "attribute 'ngram_counts': runs of %u from %" G_GINT64_FORMAT
                       " to %" G_GINT64_FORMAT,
                       size, first, last);
  else {
    *begin = (gsize) first;
    *end = (gsize) last;
  }
}

/* [rows, runs]: how often each run of @size occurs with @skip elements between. */
static WeirPort
count_runs (Grams *g, guint size, gint64 skip, WeirPort known)
{
  OnnxNode *n = g->n;
  gint64 places = g->length - (gint64) (size - 1) * (skip + 1);
  g_autofree gint64 *at = NULL;
  WeirPort seen;

  if (places < 1)
    return WEIR_PORT_NONE;
  if (places * size > MAX_PLACES || g->groups++ == MAX_GROUPS)
    return weir_make_unsupported (&n->make,
                                  "more than %d runs in rows of %" G_GINT64_FORMAT,
                                  MAX_GROUPS, g->length);
  at = g_new (gint64, (gsize) places * size);
  for (gint64 i = 0; i < places; i++)
    for (guint k = 0; k < size; k++)
      at[i * size + k] = i + k * (skip + 1);
  seen = weir_make_gather (&n->make, g->x,
                           weir_make_ints (&n->make, at, (gsize) places * size), 1);
  seen = weir_make_reshape (&n->make, seen, (const gint64[]){ 0, places, 1, size }, 4);
  seen = weir_make_reduce (&n->make, "ReduceLogicalAnd",
                           WEIR_MAKE (&n->make, "Equal", seen, known),
                           WEIR_MAKE_INTS (&n->make, 3), FALSE);
  return weir_make_reduce (&n->make, "ReduceSum",
                           weir_make_convert (&n->make, seen, WEIR_DTYPE_F32),
                           WEIR_MAKE_INTS (&n->make, 1), FALSE);
}

static WeirPort
counts_of (Grams *g, guint size, gint64 skips)
{
  OnnxNode *n = g->n;
  WeirPort known, sum = WEIR_PORT_NONE;
  gsize begin, end;

  runs_of (g, size, &begin, &end);
  if (begin == end)
    return WEIR_PORT_NONE;
  known = weir_make_ints (&n->make, g->pool + begin, end - begin);
  known = weir_make_reshape (&n->make, known, (const gint64[]){ 1, 1, -1, size }, 4);
  for (gint64 skip = 0; skip <= (size == 1 ? 0 : skips) && !weir_build_failed (n->make.b);
       skip++) {
    WeirPort count = count_runs (g, size, skip, known);

    if (weir_port_is_none (count))
      continue;
    sum = weir_port_is_none (sum) ? count : WEIR_MAKE (&n->make, "Add", sum, count);
  }
  return sum;
}

/* Which of the counted columns belongs to each output; @missing where none does. */
static WeirPort
columns (Grams *g, const GArray *counted, gint64 missing)
{
  OnnxNode *n = g->n;
  gsize count;
  const gint64 *places = onnx_attr_ints (n, "ngram_indexes", &count);
  gint64 last = -1;
  g_autofree gint64 *from = NULL;

  for (gsize i = 0; i < count; i++)
    last = MAX (last, places[i]);
  if (last < 0 || last >= (gint64) (4 * count + 1024) || count > G_MAXINT32)
    return weir_make_invalid (&n->make,
                              "attribute 'ngram_indexes': found %" G_GINT64_FORMAT, last);
  from = g_new (gint64, (gsize) last + 1);
  for (gint64 i = 0; i <= last; i++)
    from[i] = missing;
  for (guint i = 0; i < counted->len; i++) {
    gint64 run = g_array_index (counted, gint64, i);

    if (run < (gint64) count && places[run] >= 0)
      from[places[run]] = i;
  }
  return weir_make_ints (&n->make, from, (gsize) last + 1);
}

/* All counts side by side, and behind them a column of zeros. */
static WeirPort
all_counts (Grams *g, gint64 skips, GArray *counted)
{
  OnnxNode *n = g->n;
  gint64 least = onnx_attr_int (n, "min_gram_length", 1), run = 0;
  gint64 most = onnx_attr_int (n, "max_gram_length", 1);
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (WeirPort));
  WeirPort part;

  for (guint size = 1; size <= g->n_begins && !weir_build_failed (n->make.b); size++) {
    gsize begin, end;

    runs_of (g, size, &begin, &end);
    part = size >= least && size <= most ? counts_of (g, size, skips) : WEIR_PORT_NONE;
    for (gsize i = begin; i < end; i += size, run++)
      if (!weir_port_is_none (part))
        g_array_append_val (counted, run);
    if (!weir_port_is_none (part))
      g_array_append_val (parts, part);
  }
  part = weir_make_slice (&n->make, weir_make_convert (&n->make, g->x, WEIR_DTYPE_F32),
                          WEIR_MAKE_INTS (&n->make, 0), WEIR_MAKE_INTS (&n->make, 1), 1);
  part = WEIR_MAKE (&n->make, "Multiply", part, weir_make_scalar (&n->make, part, 0));
  g_array_append_val (parts, part);
  return weir_make_concat (&n->make, (const WeirPort *) parts->data, parts->len, 1);
}

/* Each run has a weight; the column of zeros needs none. */
static WeirPort
weights_of (OnnxNode *n, const GArray *counted, const float *weights, gsize count)
{
  g_autofree float *list = g_new0 (float, counted->len + 1);

  for (guint i = 0; i < counted->len; i++) {
    gint64 run = g_array_index (counted, gint64, i);

    list[i] = run < (gint64) count ? weights[run] : 0;
  }
  return weir_make_constant (
      &n->make, weir_tensor_new_f32 (&WEIR_SHAPE ((gint64) counted->len + 1), list));
}

static WeirPort
weighed (OnnxNode *n, WeirPort counts, const GArray *counted)
{
  gboolean frequency = !onnx_attr_is (n, "mode", "TF", "IDF");
  gsize count;
  const float *weights = onnx_attr_floats (n, "weights", &count);
  WeirPort y = counts, zero = weir_make_scalar (&n->make, counts, 0);

  if (!frequency)
    y = weir_make_convert (&n->make, WEIR_MAKE (&n->make, "Greater", counts, zero),
                           WEIR_DTYPE_F32);
  if (onnx_attr_is (n, "mode", "TF", "TF") || weights == NULL)
    return y;
  return WEIR_MAKE (&n->make, "Multiply", y, weights_of (n, counted, weights, count));
}

static WeirPort
tf_idf (OnnxNode *n)
{
  Grams g = { .n = n, .x = onnx_in (n, 0) };
  int rank = weir_make_rank (&n->make, g.x);
  gint64 skips = onnx_attr_int (n, "max_skip_count", 0);
  g_autoptr (GArray) counted = g_array_new (FALSE, FALSE, sizeof (gint64));
  WeirPort y;

  g.pool = onnx_attr_ints (n, "pool_int64s", &g.n_pool);
  g.begins = onnx_attr_ints (n, "ngram_counts", &g.n_begins);
  if (g.pool == NULL)
    return weir_make_unsupported (&n->make, "runs of texts");
  g.x = weir_make_convert (&n->make, g.x, WEIR_DTYPE_I64);
  if (rank == 1)
    g.x = weir_make_unsqueeze (&n->make, g.x, 0);
  g.length = rank >= 1 ? weir_make_shape (&n->make, onnx_in (n, 0))->dims[rank - 1] : -1;
  if (rank < 1 || rank > 2 || g.length < 1 || g.length > 1 << 16 || skips < 0 ||
      skips > g.length)
    return weir_make_unsupported (&n->make, "rows of unknown length");
  y = all_counts (&g, skips, counted);
  y = weighed (n, y, counted);
  y = weir_make_gather (&n->make, y, columns (&g, counted, counted->len), 1);
  return rank == 1 ? weir_make_squeeze (&n->make, y, 0) : y;
}

const OnnxRow onnx_rows_ngrams[] = {
  { "TfIdfVectorizer", NULL, 0, 0, tf_idf },
  { NULL },
};
