#pragma once

#include "weir-convert.h"

WEIR_BEGIN_DECLS

/**
 * SECTION: weir-infer
 *
 * Runs models. A #WeirNetwork is a model compiled for a device and for fixed shapes; it
 * is immutable and shared between threads. A #WeirRequest is one run of it at a time,
 * with memory of its own.
 */

typedef struct _WeirNetwork WeirNetwork;
typedef struct _WeirRequest WeirRequest;

#define WEIR_TYPE_NETWORK (weir_network_get_type ())
GType weir_network_get_type (void);
#define WEIR_TYPE_REQUEST (weir_request_get_type ())
GType weir_request_get_type (void);

/**
 * WeirNetworkOptions:
 * @device: (nullable): "CPU" (default), "REFERENCE", "AUTO", …
 * @threads: threads in all; 0 for one a CPU
 * @streams: requests that run at the same time, the threads divided among them; 0 for 1
 * @pin: pin threads to CPUs
 * @profile: measure each step (weir_request_profile())
 * @batch: size of dimension 0 of every input that has one of 1 or unknown size; 0 keeps
 *   the model's
 * @shapes: (nullable) (array length=n_shapes): input shapes, by the order of the inputs;
 *   a shape of unknown rank keeps the model's
 */
typedef struct {
  const char *device;
  guint threads;
  guint streams;
  gboolean pin;
  gboolean profile;
  guint batch;
  const WeirShape *shapes;
  guint n_shapes;
} WeirNetworkOptions;

/** WeirDeviceInfo: a device that was found; all borrowed. @isa is "" where there is none.
 */
typedef struct {
  const char *name;
  const char *description;
  const char *isa;
} WeirDeviceInfo;

/** weir_n_devices: how many devices can run networks here. */
guint weir_n_devices (void);
/** weir_device_info: what device @index is.
 * @info: (out caller-allocates) */
void weir_device_info (guint index, WeirDeviceInfo *info);

/** WeirPortInfo: an input or output of a network; all borrowed. Unknown dimensions only
 * where the size of an output depends on data. @layout: (nullable): "[N,H,W,C]" */
typedef struct {
  const char *name;
  WeirDtype dtype;
  WeirShape shape;
  const char *layout;
} WeirPortInfo;

/** weir_network_new: (constructor): compiles @model. Dimensions that stay unknown are an
 * error that names the input.
 * @options: (nullable) */
WeirNetwork *weir_network_new (WeirModel *model, const WeirNetworkOptions *options,
                               GError **error);
WeirNetwork *weir_network_ref (WeirNetwork *network);
void weir_network_unref (WeirNetwork *network);
/** weir_network_is_last: whether the caller's reference is the only one: for caches. */
gboolean weir_network_is_last (const WeirNetwork *network);

guint weir_network_n_inputs (const WeirNetwork *network);
guint weir_network_n_outputs (const WeirNetwork *network);
/** weir_network_input: what input @index is.
 * @info: (out caller-allocates) */
void weir_network_input (const WeirNetwork *network, guint index, WeirPortInfo *info);
/** weir_network_output: what output @index is.
 * @info: (out caller-allocates) */
void weir_network_output (const WeirNetwork *network, guint index, WeirPortInfo *info);
/** weir_network_find_input: by name (":0" does not count); -1 if there is none. */
int weir_network_find_input (const WeirNetwork *network, const char *name);
/** weir_network_model: (transfer none): the model it was made from, for its information.
 */
WeirModel *weir_network_model (const WeirNetwork *network);
/** weir_network_device: "CPU"; weir_network_isa: "avx512". */
const char *weir_network_device (const WeirNetwork *network);
const char *weir_network_isa (const WeirNetwork *network);
/** weir_network_fallbacks: (transfer full): operations that the device lacks and the CPU
 * or the reference evaluators run, as text; %NULL if there are none. */
char *weir_network_fallbacks (const WeirNetwork *network);
/** weir_network_has_state: whether a run changes what later runs of the request give:
 * variables (ReadValue, Assign). */
gboolean weir_network_has_state (const WeirNetwork *network);
/** weir_network_memory: bytes of packed weights and of one request's arena. */
void weir_network_memory (const WeirNetwork *network, gsize *weights, gsize *arena);

/** weir_request_new: (constructor) */
WeirRequest *weir_request_new (WeirNetwork *network, GError **error);
WeirRequest *weir_request_ref (WeirRequest *request);
void weir_request_unref (WeirRequest *request);
/** weir_request_network: (transfer none) */
WeirNetwork *weir_request_network (const WeirRequest *request);

/** weir_request_set_input: the tensor is read where it is, at the next run. Type and
 * shape must be those of the input. */
gboolean weir_request_set_input (WeirRequest *request, guint index, WeirTensor *tensor,
                                 GError **error);
/** weir_request_output: (transfer none): valid until the next run begins. */
WeirTensor *weir_request_output (WeirRequest *request, guint index);
/** weir_request_take_output: (transfer full): an output that stays as it is: the next run
 * writes into another tensor. Once for each output and run. */
WeirTensor *weir_request_take_output (WeirRequest *request, guint index, GError **error);
/** weir_request_run: runs now, on the calling thread and the network's. Requests of one
 * network wait for each other beyond its number of streams. */
gboolean weir_request_run (WeirRequest *request, GError **error);

/** WeirRequestDone: called on a thread of the network; @error is borrowed. */
typedef void (*WeirRequestDone) (WeirRequest *request, const GError *error,
                                 gpointer user_data);
/** weir_request_start: runs in the background; one run at a time. Requests begin in the
 * order in which they were started.
 * @done: (scope async) (closure user_data): called once */
void weir_request_start (WeirRequest *request, WeirRequestDone done, gpointer user_data);
/** weir_request_wait: until the run that was started has ended and @done has returned. */
void weir_request_wait (WeirRequest *request);
/** weir_request_reset: forgets the state of a network with memory. */
void weir_request_reset (WeirRequest *request);

/** WeirStepProfile: what one step took in the last run. */
typedef struct {
  const char *name;
  const char *op;
  const char *kernel;
  double milliseconds;
} WeirStepProfile;
/** weir_request_profile: (transfer container) (element-type WeirStepProfile) (nullable):
 * %NULL without @profile among the options. */
GArray *weir_request_profile (WeirRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirNetwork, weir_network_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirRequest, weir_request_unref)

WEIR_END_DECLS

#include "weir-image.h"
#include "weir-quantize.h"
