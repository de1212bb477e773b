#include "votes.h"

#include <string.h>

/* Half of a vote is left after thirteen others. */
#define FADE 0.95
/* An object that is read out loud may have a new label in each frame. */
#define MAX_VOTES 64

static void
vote_clear (gpointer data)
{
  g_free (((GstWeirVote *) data)->label);
}

void
gst_weir_votes_init (GstWeirVotes *votes)
{
  votes->votes = g_array_new (FALSE, FALSE, sizeof (GstWeirVote));
  g_array_set_clear_func (votes->votes, vote_clear);
}

void
gst_weir_votes_clear (GstWeirVotes *votes)
{
  g_clear_pointer (&votes->votes, g_array_unref);
}

static GstWeirVote *
vote_at (const GstWeirVotes *votes, guint index)
{
  return &g_array_index (votes->votes, GstWeirVote, index);
}

static guint
weakest (const GstWeirVotes *votes)
{
  guint found = 0;

  for (guint i = 1; i < votes->votes->len; i++)
    if (vote_at (votes, i)->weight < vote_at (votes, found)->weight)
      found = i;
  return found;
}

void
gst_weir_votes_cast (GstWeirVotes *votes, GQuark topic, const char *label, int label_id,
                     double weight)
{
  GstWeirVote fresh = { topic, NULL, label_id, weight };
  GstWeirVote *same = NULL;

  for (guint i = 0; i < votes->votes->len; i++) {
    GstWeirVote *vote = vote_at (votes, i);

    if (vote->topic != topic)
      continue;
    vote->weight *= FADE;
    if (vote->label_id == label_id && strcmp (vote->label, label) == 0)
      same = vote;
  }
  if (same != NULL) {
    same->weight += weight;
    return;
  }
  if (votes->votes->len >= MAX_VOTES)
    g_array_remove_index (votes->votes, weakest (votes));
  fresh.label = g_strdup (label);
  g_array_append_val (votes->votes, fresh);
}

const GstWeirVote *
gst_weir_votes_winner (const GstWeirVotes *votes, GQuark topic)
{
  const GstWeirVote *winner = NULL;

  for (guint i = 0; i < votes->votes->len; i++) {
    const GstWeirVote *vote = vote_at (votes, i);

    if (vote->topic == topic && (winner == NULL || vote->weight > winner->weight))
      winner = vote;
  }
  return winner;
}
