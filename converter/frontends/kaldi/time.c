#include "kaldi.h"

/* Which frames are needed when. At each call one frame comes in. The value of a node is
 * that of the frame @lag calls ago: as late as the latest that it reads. What others read
 * of frames before that is kept in a variable, @depth frames of it. */

typedef struct {
  KdNet *net;
  KdNode *reader;
  gint64 lag;
} Walk;

static gboolean
widen (KdTerm *leaf, gpointer data)
{
  Walk *walk = data;
  const KdNode *node = walk->net->nodes->pdata[leaf->node];

  if (!leaf->timeless)
    walk->lag = MAX (walk->lag, node->lag + leaf->offset);
  return TRUE;
}

/* Lags grow until all are satisfied. Without a loop of offsets whose sum is positive that
 * takes as many rounds as there are nodes at most. */
static gboolean
find_lags (KdNet *net, GError **error)
{
  gboolean changed = TRUE;

  for (guint round = 0; changed && round <= net->nodes->len; round++) {
    changed = FALSE;
    for (guint i = 0; i < net->nodes->len; i++) {
      KdNode *node = net->nodes->pdata[i];
      Walk walk = { .net = net, .reader = node, .lag = node->lag };

      if (node->input != NULL)
        kd_term_visit (node->input, widen, &walk);
      changed |= walk.lag != node->lag;
      node->lag = walk.lag;
    }
  }
  return !changed || weir_fail (error, WEIR_ERROR_FORMAT,
                                "a node depends on frames of itself that are to come");
}

static gboolean
deepen (KdTerm *leaf, gpointer data)
{
  Walk *walk = data;
  KdNode *node = walk->net->nodes->pdata[leaf->node];

  if (!leaf->timeless)
    node->depth = MAX (node->depth, walk->reader->lag - node->lag - leaf->offset);
  return TRUE;
}

gboolean
kd_time (KdNet *net, GError **error)
{
  if (!find_lags (net, error))
    return FALSE;
  for (guint i = 0; i < net->nodes->len; i++) {
    Walk walk = { .net = net, .reader = net->nodes->pdata[i] };

    if (walk.reader->input != NULL)
      kd_term_visit (walk.reader->input, deepen, &walk);
  }
  return TRUE;
}
