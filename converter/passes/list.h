#pragma once

#include "passes.h"

WEIR_BEGIN_DECLS

/* Every pass, one a file; pipeline.c says in which order they run. */

/** weir_passes_verify: whether the verifier runs after each pass; it does in debug
 * builds. */
void weir_passes_verify (gboolean on);

gboolean weir_pass_cut_graph (WeirModel *model, const WeirPassOptions *options,
                              GError **error);
gboolean weir_pass_set_shape (WeirModel *model, const WeirPassOptions *options,
                              GError **error);
gboolean weir_pass_demand_rank (WeirModel *model, const WeirPassOptions *options,
                                GError **error);
gboolean weir_pass_layout (WeirModel *model, const WeirPassOptions *options,
                           GError **error);
gboolean weir_pass_preprocess (WeirModel *model, const WeirPassOptions *options,
                               GError **error);
gboolean weir_pass_dead_code (WeirModel *model, const WeirPassOptions *options,
                              GError **error);
/** weir_pass_drop_unread: removes what no network output needs: unlike in dead code, also
 * the variables that none of them reads. */
gboolean weir_pass_drop_unread (WeirGraph *graph, GError **error);
/** weir_pass_choose_branch: for an If of which only one branch can ever be taken. */
gboolean weir_pass_choose_branch (WeirModel *model, const WeirPassOptions *options,
                                  GError **error);
/** weir_pass_fold_constants: leaves what depends on the shapes of inputs, so that the
 * written network can be reshaped (unless --static_shape is given), and the decompression
 * of FP16 constants. */
gboolean weir_pass_fold_constants (WeirModel *model, const WeirPassOptions *options,
                                   GError **error);
/** weir_pass_fold_all: everything whose contents are known. */
gboolean weir_pass_fold_all (WeirModel *model, const WeirPassOptions *options,
                             GError **error);
gboolean weir_pass_identity (WeirModel *model, const WeirPassOptions *options,
                             GError **error);
gboolean weir_pass_reshape_chains (WeirModel *model, const WeirPassOptions *options,
                                   GError **error);
/** weir_pass_squeeze_to_reshape: for who runs a network, not for who writes it: a Squeeze
 * follows when the network is reshaped. */
gboolean weir_pass_squeeze_to_reshape (WeirModel *model, const WeirPassOptions *options,
                                       GError **error);
/** weir_pass_move_quantize: for who runs a network: values are rounded where they are
 * made, not where they are put together. */
gboolean weir_pass_move_quantize (WeirModel *model, const WeirPassOptions *options,
                                  GError **error);
/** weir_pass_quantized_levels: for who runs a network: what FakeQuantize rounded is
 * computed with as whole numbers. */
gboolean weir_pass_quantized_levels (WeirModel *model, const WeirPassOptions *options,
                                     GError **error);
gboolean weir_pass_fuse_batchnorm (WeirModel *model, const WeirPassOptions *options,
                                   GError **error);
gboolean weir_pass_merge_scale_shift (WeirModel *model, const WeirPassOptions *options,
                                      GError **error);
/** weir_pass_fuse_scale_shift: ends with merge-scale-shift. */
gboolean weir_pass_fuse_scale_shift (WeirModel *model, const WeirPassOptions *options,
                                     GError **error);
gboolean weir_pass_fuse_reverse_channels (WeirModel *model,
                                          const WeirPassOptions *options, GError **error);
gboolean weir_pass_compress_fp16 (WeirModel *model, const WeirPassOptions *options,
                                  GError **error);
/** weir_pass_opset_downgrade: for version 10 of the IR. */
gboolean weir_pass_opset_downgrade (WeirModel *model, const WeirPassOptions *options,
                                    GError **error);
gboolean weir_pass_unique_names (WeirModel *model, const WeirPassOptions *options,
                                 GError **error);
gboolean weir_pass_sink_transpose (WeirModel *model, const WeirPassOptions *options,
                                   GError **error);
gboolean weir_pass_fuse_flatten (WeirModel *model, const WeirPassOptions *options,
                                 GError **error);
gboolean weir_pass_fuse_activation (WeirModel *model, const WeirPassOptions *options,
                                    GError **error);
gboolean weir_pass_fuse_prelu (WeirModel *model, const WeirPassOptions *options,
                               GError **error);
gboolean weir_pass_fuse_mvn (WeirModel *model, const WeirPassOptions *options,
                             GError **error);
gboolean weir_pass_fuse_normalize (WeirModel *model, const WeirPassOptions *options,
                                   GError **error);
gboolean weir_pass_fuse_pad (WeirModel *model, const WeirPassOptions *options,
                             GError **error);
gboolean weir_pass_matmul_transpose (WeirModel *model, const WeirPassOptions *options,
                                     GError **error);
gboolean weir_pass_fold_broadcast (WeirModel *model, const WeirPassOptions *options,
                                   GError **error);
gboolean weir_pass_reshape_targets (WeirModel *model, const WeirPassOptions *options,
                                    GError **error);
gboolean weir_pass_gather_lists (WeirModel *model, const WeirPassOptions *options,
                                 GError **error);
gboolean weir_pass_fuse_space_to_batch (WeirModel *model, const WeirPassOptions *options,
                                        GError **error);
gboolean weir_pass_common_nodes (WeirModel *model, const WeirPassOptions *options,
                                 GError **error);
gboolean weir_pass_loop_to_sequence (WeirModel *model, const WeirPassOptions *options,
                                     GError **error);

/** weir_pass_mark_unfused: notes the nodes that the user does not want fused;
 * weir_pass_unmark_unfused() takes the notes away. */
gboolean weir_pass_mark_unfused (WeirModel *model, const WeirPassOptions *options,
                                 GError **error);
gboolean weir_pass_unmark_unfused (WeirModel *model, const WeirPassOptions *options,
                                   GError **error);
/** weir_pass_transforms: what --transform names, in its order. */
gboolean weir_pass_transforms (WeirModel *model, const WeirPassOptions *options,
                               GError **error);

gboolean weir_transform_low_latency2 (WeirModel *model, const WeirTransformSpec *spec,
                                      GError **error);
gboolean weir_transform_make_stateful (WeirModel *model, const WeirTransformSpec *spec,
                                       GError **error);
gboolean weir_transform_pruning (WeirModel *model, const WeirTransformSpec *spec,
                                 GError **error);
gboolean weir_pass_fuse_softmax (WeirModel *model, const WeirPassOptions *options,
                                 GError **error);
gboolean weir_pass_fuse_shuffle (WeirModel *model, const WeirPassOptions *options,
                                 GError **error);
/** weir_pass_expand_shuffle: for who runs a network: the opposite of fuse-shuffle. */
gboolean weir_pass_expand_shuffle (WeirModel *model, const WeirPassOptions *options,
                                   GError **error);
gboolean weir_pass_fuse_branches (WeirModel *model, const WeirPassOptions *options,
                                  GError **error);
gboolean weir_pass_merge_concat (WeirModel *model, const WeirPassOptions *options,
                                 GError **error);
gboolean weir_pass_merge_slices (WeirModel *model, const WeirPassOptions *options,
                                 GError **error);
gboolean weir_pass_drop_broadcast (WeirModel *model, const WeirPassOptions *options,
                                   GError **error);
gboolean weir_pass_merge_interpolate (WeirModel *model, const WeirPassOptions *options,
                                      GError **error);
gboolean weir_pass_fuse_upsample (WeirModel *model, const WeirPassOptions *options,
                                  GError **error);
gboolean weir_pass_fuse_quantize (WeirModel *model, const WeirPassOptions *options,
                                  GError **error);
gboolean weir_pass_merge_quantize (WeirModel *model, const WeirPassOptions *options,
                                   GError **error);
gboolean weir_pass_compress_weights (WeirModel *model, const WeirPassOptions *options,
                                     GError **error);
gboolean weir_pass_scale_concat (WeirModel *model, const WeirPassOptions *options,
                                 GError **error);
gboolean weir_pass_move_strides (WeirModel *model, const WeirPassOptions *options,
                                 GError **error);
/** weir_pass_sample_strides: for who runs a network: the same as move-strides also where
 * that needs operations more. */
gboolean weir_pass_sample_strides (WeirModel *model, const WeirPassOptions *options,
                                   GError **error);
gboolean weir_pass_merge_pad (WeirModel *model, const WeirPassOptions *options,
                              GError **error);
gboolean weir_pass_merge_reduce (WeirModel *model, const WeirPassOptions *options,
                                 GError **error);
/** weir_pass_fuse_group_norm: to an operation that version 10 of the IR does not have. */
gboolean weir_pass_fuse_group_norm (WeirModel *model, const WeirPassOptions *options,
                                    GError **error);
gboolean weir_pass_skip_concat (WeirModel *model, const WeirPassOptions *options,
                                GError **error);

WEIR_END_DECLS
