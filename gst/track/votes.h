#pragma once

#include <glib.h>

/** GstWeirVote: what @label of @topic has gathered. */
typedef struct {
  GQuark topic;
  char *label;
  int label_id;
  double weight;
} GstWeirVote;

/**
 * GstWeirVotes:
 *
 * The labels that one object was given over time. Each new vote lets the old ones of its
 * topic fade, so that a label which is right from some moment on wins in the end.
 */
typedef struct {
  GArray *votes;
} GstWeirVotes;

void gst_weir_votes_init (GstWeirVotes *votes);
void gst_weir_votes_clear (GstWeirVotes *votes);
void gst_weir_votes_cast (GstWeirVotes *votes, GQuark topic, const char *label,
                          int label_id, double weight);
/** gst_weir_votes_winner: (nullable): the heaviest; the first of equal ones. */
const GstWeirVote *gst_weir_votes_winner (const GstWeirVotes *votes, GQuark topic);
