#include "list.h"

#include "ir/verify.h"

typedef struct {
  const char *name;
  WeirPass pass;
} Row;

/* What the user asked for comes first, on the graph as the framework wrote it. */
static const Row convert_rows[] = { { "cut-graph", weir_pass_cut_graph },
                                    { "set-shape", weir_pass_set_shape },
                                    { "layout", weir_pass_layout },
                                    { "preprocess", weir_pass_preprocess },
                                    { "dead-code", weir_pass_dead_code },
                                    { "fold-constants", weir_pass_fold_constants },
                                    { "identity", weir_pass_identity },
                                    { "reshape-chains", weir_pass_reshape_chains },
                                    { "fuse-batchnorm", weir_pass_fuse_batchnorm },
                                    { "sink-transpose", weir_pass_sink_transpose },
                                    { "reshape-chains", weir_pass_reshape_chains },
                                    { "fuse-flatten", weir_pass_fuse_flatten },
                                    { "fuse-reverse-channels",
                                      weir_pass_fuse_reverse_channels },
                                    { "merge-scale-shift", weir_pass_merge_scale_shift },
                                    { "fuse-scale-shift", weir_pass_fuse_scale_shift },
                                    { "merge-scale-shift", weir_pass_merge_scale_shift },
                                    { "identity", weir_pass_identity },
                                    { "dead-code", weir_pass_dead_code },
                                    { "compress-fp16", weir_pass_compress_fp16 },
                                    { "unique-names", weir_pass_unique_names },
                                    { NULL } };

static const Row optimise_rows[] = {
  { "dead-code", weir_pass_dead_code },
  { "fold-all", weir_pass_fold_all },
  { "identity", weir_pass_identity },
  { "squeeze-to-reshape", weir_pass_squeeze_to_reshape },
  { "reshape-chains", weir_pass_reshape_chains },
  { "fuse-batchnorm", weir_pass_fuse_batchnorm },
  { "sink-transpose", weir_pass_sink_transpose },
  { "reshape-chains", weir_pass_reshape_chains },
  { "fuse-flatten", weir_pass_fuse_flatten },
  { "fuse-reverse-channels", weir_pass_fuse_reverse_channels },
  { "merge-scale-shift", weir_pass_merge_scale_shift },
  { "fuse-scale-shift", weir_pass_fuse_scale_shift },
  { "merge-scale-shift", weir_pass_merge_scale_shift },
  { "identity", weir_pass_identity },
  { "dead-code", weir_pass_dead_code },
  { NULL }
};

#ifdef NDEBUG
static gboolean verify = FALSE;
#else
static gboolean verify = TRUE;
#endif

void
weir_passes_verify (gboolean on)
{
  verify = on;
}

static gboolean
run (WeirModel *model, const WeirPassOptions *options, const Row *rows, GError **error)
{
  for (; rows->pass != NULL; rows++)
    if (!rows->pass (model, options, error) ||
        (verify && !weir_graph_verify (weir_model_graph (model), error))) {
      g_prefix_error (error, "pass %s: ", rows->name);
      return FALSE;
    }
  return TRUE;
}

gboolean
weir_passes_convert (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  return run (model, options, convert_rows, error);
}

gboolean
weir_passes_optimise (WeirModel *model, GError **error)
{
  WeirPassOptions none;

  weir_pass_options_init (&none);
  return run (model, &none, optimise_rows, error);
}
