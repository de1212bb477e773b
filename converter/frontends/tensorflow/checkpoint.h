#pragma once

#include "tensorflow.h"

/**
 * SECTION: checkpoint
 *
 * The values of variables: a bundle (PREFIX.index, PREFIX.data-00000-of-00001, …), or one
 * file of the first version. Both are tables by name; a variable that was trained in
 * pieces is joined.
 */

/** TfCheckpoint: an open checkpoint. */
typedef struct _TfCheckpoint TfCheckpoint;

/** tf_checkpoint_open: (transfer full):
 * @folder: where its files lie; must outlive the result
 * @prefix: its name there, with or without ".index" */
TfCheckpoint *tf_checkpoint_open (WeirFolder *folder, const char *prefix, GError **error);
/** tf_checkpoint_open_path: (transfer full): the same by a path. */
TfCheckpoint *tf_checkpoint_open_path (const char *path, GError **error);
void tf_checkpoint_free (TfCheckpoint *checkpoint);
/** tf_checkpoint_there: whether @folder has a checkpoint of this name. */
gboolean tf_checkpoint_there (const WeirFolder *folder, const char *prefix);

/** tf_checkpoint_has: whether it holds a tensor of this name. */
gboolean tf_checkpoint_has (const TfCheckpoint *checkpoint, const char *name);
/** tf_checkpoint_key: (nullable): under what name it holds the variable that the program
 * called @full_name; %NULL where it does not tell. */
const char *tf_checkpoint_key (TfCheckpoint *checkpoint, const char *full_name);
/** tf_checkpoint_tensor: (transfer full): the tensor @name. */
WeirTensor *tf_checkpoint_tensor (TfCheckpoint *checkpoint, const char *name,
                                  GError **error);

/* slices.c */

/** tf_slice_key: (transfer full): the name under which a bundle keeps a piece of the
 * tensor @name. */
GBytes *tf_slice_key (const char *name, const Tf__TensorSliceProto *slice);
/** tf_slice_copy: copies the elements of @part to where @slice says in @whole. */
gboolean tf_slice_copy (WeirTensor *whole, const Tf__TensorSliceProto *slice,
                        const WeirTensor *part, GError **error);
/** tf_slice_shape: the shape of the piece @slice of a tensor of shape @whole. */
gboolean tf_slice_shape (const WeirShape *whole, const Tf__TensorSliceProto *slice,
                         WeirShape *shape, GError **error);
