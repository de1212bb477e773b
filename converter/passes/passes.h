#pragma once

#include "ir/input-spec.h"
#include "ir/model.h"
#include "ir/pass.h"

WEIR_BEGIN_DECLS

/** WeirChannelSpec: mean or scale values of one input; @name %NULL: by order. */
typedef struct {
  char *name;
  double *values;
  gsize n;
} WeirChannelSpec;

/** WeirLayoutSpec: "nhwc", or source and target of "nhwc->nchw"; either may be %NULL. */
typedef struct {
  char *name;
  char *source;
  char *target;
} WeirLayoutSpec;

/**
 * WeirTransformSpec:
 * @name: "LowLatency2"
 * @arguments: (element-type utf8 utf8): key -> value
 */
typedef struct {
  char *name;
  GHashTable *arguments;
} WeirTransformSpec;

/**
 * WeirPassOptions:
 *
 * What the user asked the passes to do. All arrays are (nullable) and hold pointers to
 * the structures named; weir_pass_options_clear() frees everything.
 * @static_shape: fold what follows from known shapes
 * @disable_fusing: leave scales and shifts beside the layers
 * @disable_gfusing: leave equal branches beside one another
 * @disable_resnet_optimization: leave strides at the convolutions that have them
 * @progress: (nullable): called before each pass; fails where the work shall stop
 */
typedef struct {
  GPtrArray *inputs;     /* WeirInputSpec */
  GPtrArray *outputs;    /* WeirOutputSpec */
  GPtrArray *mean;       /* WeirChannelSpec */
  GPtrArray *scale;      /* WeirChannelSpec */
  GPtrArray *layouts;    /* WeirLayoutSpec */
  GPtrArray *transforms; /* WeirTransformSpec */
  GPtrArray *unfused;    /* GRegex: names of nodes that are not fused */
  double scale_all;      /* 0: none */
  gint64 batch;          /* 0: keep */
  gboolean is_cut;       /* the frontend has cut what @inputs and @outputs name */
  gboolean reverse_input_channels;
  gboolean compress_to_fp16;
  guint ir_version; /* 0: the newest */
  gboolean static_shape;
  gboolean disable_fusing;
  gboolean disable_gfusing;
  gboolean disable_resnet_optimization;
  gboolean (*progress) (double fraction, gpointer data, GError **error);
  gpointer progress_data;
} WeirPassOptions;

void weir_input_spec_free (gpointer spec);
void weir_output_spec_free (gpointer spec);
void weir_channel_spec_free (gpointer spec);
void weir_layout_spec_free (gpointer spec);
void weir_transform_spec_free (gpointer spec);

/** weir_transform_exists: whether --transform knows @name. */
gboolean weir_transform_exists (const char *name);
/** weir_transform_names: (transfer full): "LowLatency2, MakeStateful, Pruning" */
char *weir_transform_names (void);
/** weir_transform_check: whether the transformation has the arguments of @spec. */
gboolean weir_transform_check (const WeirTransformSpec *spec, GError **error);

void weir_pass_options_init (WeirPassOptions *options);
void weir_pass_options_clear (WeirPassOptions *options);

/** WeirPass: changes the model in place; on failure the model is of no more use. */
typedef gboolean (*WeirPass) (WeirModel *model, const WeirPassOptions *options,
                              GError **error);

/** weir_passes_convert: the whole ordered list: what the user asked for, then what makes
 * the network small and fast, then FP16 and unique names: ready to be written. */
gboolean weir_passes_convert (WeirModel *model, const WeirPassOptions *options,
                              GError **error);
/** weir_passes_optimise: only what keeps the network's meaning and interface: folding,
 * fusing, dead code, decompression of FP16 constants: what the engine runs before it
 * compiles any model, an IR of other tools too. */
gboolean weir_passes_optimise (WeirModel *model, GError **error);

WEIR_END_DECLS
