#include "list.h"

#include "ir/verify.h"

typedef struct {
  const char *name;
  WeirPass pass;
} Row;

/* What the user asked for, on the graph as the framework wrote it. */
static const Row ask_rows[] = {
  { "cut-graph", weir_pass_cut_graph }, { "set-shape", weir_pass_set_shape },
  { "demand-rank", weir_pass_demand_rank },
  { "layout", weir_pass_layout },       { "preprocess", weir_pass_preprocess },
  { "dead-code", weir_pass_dead_code }, { NULL }
};

static const Row fold_rows[] = {
  { "mark-unfused", weir_pass_mark_unfused },
  { "choose-branch", weir_pass_choose_branch },
  { "fold-constants", weir_pass_fold_constants },
  { "loop-to-sequence", weir_pass_loop_to_sequence },
  { NULL },
};

static const Row fold_all_rows[] = {
  { "dead-code", weir_pass_dead_code },
  { "choose-branch", weir_pass_choose_branch },
  { "move-quantize", weir_pass_move_quantize },
  { "quantized-levels", weir_pass_quantized_levels },
  { "fold-all", weir_pass_fold_all },
  { "loop-to-sequence", weir_pass_loop_to_sequence },
  { "squeeze-to-reshape", weir_pass_squeeze_to_reshape },
  { "expand-shuffle", weir_pass_expand_shuffle },
  { "sample-strides", weir_pass_sample_strides },
  { NULL },
};

/* What both do: first what frameworks write at length becomes one operation, for that is
 * seen best before anything else is moved; then Transposes go; then scales and shifts
 * find the layers beside them. */
static const Row shared_rows[] = {
  { "identity", weir_pass_identity },
  { "common-nodes", weir_pass_common_nodes },
  { "fuse-quantize", weir_pass_fuse_quantize },
  { "fuse-activation", weir_pass_fuse_activation },
  { "fuse-prelu", weir_pass_fuse_prelu },
  { "fuse-softmax", weir_pass_fuse_softmax },
  { "fuse-mvn", weir_pass_fuse_mvn },
  { "fuse-normalize", weir_pass_fuse_normalize },
  { "fuse-batchnorm", weir_pass_fuse_batchnorm },
  { "gather-lists", weir_pass_gather_lists },
  { "reshape-targets", weir_pass_reshape_targets },
  { "merge-slices", weir_pass_merge_slices },
  { "skip-concat", weir_pass_skip_concat },
  { "merge-pad", weir_pass_merge_pad },
  { "merge-reduce", weir_pass_merge_reduce },
  { "fold-broadcast", weir_pass_fold_broadcast },
  { "drop-broadcast", weir_pass_drop_broadcast },
  { "fuse-upsample", weir_pass_fuse_upsample },
  { "merge-interpolate", weir_pass_merge_interpolate },
  { "common-nodes", weir_pass_common_nodes },
  { "reshape-chains", weir_pass_reshape_chains },
  { "sink-transpose", weir_pass_sink_transpose },
  { "identity", weir_pass_identity },
  { "reshape-chains", weir_pass_reshape_chains },
  { "merge-concat", weir_pass_merge_concat },
  { "fuse-branches", weir_pass_fuse_branches },
  { "fuse-space-to-batch", weir_pass_fuse_space_to_batch },
  { "fuse-flatten", weir_pass_fuse_flatten },
  { "matmul-transpose", weir_pass_matmul_transpose },
  { "fuse-reverse-channels", weir_pass_fuse_reverse_channels },
  { "merge-scale-shift", weir_pass_merge_scale_shift },
  { "scale-concat", weir_pass_scale_concat },
  { "merge-scale-shift", weir_pass_merge_scale_shift },
  { "fuse-scale-shift", weir_pass_fuse_scale_shift },
  { "fuse-pad", weir_pass_fuse_pad },
  { "move-strides", weir_pass_move_strides },
  { "merge-quantize", weir_pass_merge_quantize },
  { "identity", weir_pass_identity },
  { "common-nodes", weir_pass_common_nodes },
  { "dead-code", weir_pass_dead_code },
  { NULL },
};

static const Row write_rows[] = {
  { "compress-weights", weir_pass_compress_weights },
  { "fuse-shuffle", weir_pass_fuse_shuffle },
  { "fuse-group-norm", weir_pass_fuse_group_norm },
  { "unmark-unfused", weir_pass_unmark_unfused },
  { "transforms", weir_pass_transforms },
  { "opset-downgrade", weir_pass_opset_downgrade },
  { "dead-code", weir_pass_dead_code },
  { "compress-fp16", weir_pass_compress_fp16 },
  { "unique-names", weir_pass_unique_names },
  { NULL },
};

static const Row *const convert_rows[] = { ask_rows, fold_rows, shared_rows, write_rows,
                                           NULL };
static const Row *const optimise_rows[] = { fold_all_rows, shared_rows, NULL };

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

/* A run through several lists. */
typedef struct {
  WeirModel *model;
  const WeirPassOptions *options;
  guint done, all;
} Run;

static gboolean
tell (const Run *run, GError **error)
{
  return run->options->progress == NULL ||
         run->options->progress ((double) run->done / run->all,
                                 run->options->progress_data, error);
}

static gboolean
run_rows (Run *run, const Row *rows, GError **error)
{
  for (; rows->pass != NULL; rows++) {
    if (!tell (run, error))
      return FALSE;
    if (!rows->pass (run->model, run->options, error) ||
        (verify && !weir_graph_verify (weir_model_graph (run->model), error))) {
      g_prefix_error (error, "pass %s: ", rows->name);
      return FALSE;
    }
    run->done++;
  }
  return TRUE;
}

static gboolean
run (WeirModel *model, const WeirPassOptions *options, const Row *const *lists,
     GError **error)
{
  Run this = { .model = model, .options = options };

  for (guint i = 0; lists[i] != NULL; i++)
    for (const Row *row = lists[i]; row->pass != NULL; row++)
      this.all++;
  for (; *lists != NULL; lists++)
    if (!run_rows (&this, *lists, error))
      return FALSE;
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
