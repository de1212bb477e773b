#pragma once

#include "ir/graph.h"
#include "weir-quantize.h"

/* Running samples, with values inside of the network handed out. */

/** WeirTrialVisit: looks at @tensor, value @index of those asked for, on @sample. */
typedef gboolean (*WeirTrialVisit) (const WeirTensor *tensor, guint index, guint sample,
                                    gpointer data, GError **error);

/**
 * WeirTrial:
 * @samples: all that there are
 * @network: (nullable): where and in which shapes they run
 * @limit: at most so many of them, spread over all
 * @ran: (nullable): called before each run
 */
typedef struct {
  const WeirSamples *samples;
  const WeirNetworkOptions *network;
  guint limit;
  gboolean (*ran) (gpointer data, GError **error);
  gpointer ran_data;
} WeirTrial;

/** weir_trial_count: how many samples run. */
guint weir_trial_count (const WeirTrial *trial);
/** weir_trial_run: sample @index of these, from the beginning. */
gboolean weir_trial_run (const WeirTrial *trial, WeirRequest *request, guint index,
                         GError **error);
/** weir_trial_values: runs the samples and shows @visit each value of each of @ports; as
 * many at a time as fit into memory well. */
gboolean weir_trial_values (const WeirTrial *trial, WeirModel *model,
                            const WeirPort *ports, guint n_ports, WeirTrialVisit visit,
                            gpointer data, GError **error);
