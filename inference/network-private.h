#pragma once

#include "image-taps.h"
#include "runtime/executor.h"
#include "streams.h"
#include "weir-infer.h"

#include <pthread.h>

/* What network.c, request.c and image.c share. */
struct _WeirNetwork {
  gatomicrefcount refs;
  WeirModel *model;
  WeirPlan *plan;
  WeirStreams *streams;
  gboolean profile;
};

struct _WeirRequest {
  gatomicrefcount refs;
  WeirNetwork *network;
  WeirExecution *execution;
  WeirTensor **images; /* one a network input; (nullable): the input that pictures fill */
  WeirImageTables tables; /* of the last picture */
  WeirRequestDone done;
  gpointer user_data;
  gboolean busy;
  pthread_mutex_t mutex;
  pthread_cond_t idle;
};
