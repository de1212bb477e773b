#pragma once

#include "weir-infer.h"

/* What a network is shown: a folder of arrays and pictures, or random numbers. */

/**
 * Samples:
 * @samples: for weir_calibrate(); it points to this structure, which stays where it is
 * @files: one list of paths an input; (nullable): it is given zeros
 * @n_files: how many paths of each list are samples
 * @random: whether all inputs are random numbers
 * @preprocess: how pictures become inputs
 */
typedef struct {
  WeirSamples samples;
  GPtrArray **files;
  guint n_inputs, n_files;
  gboolean random;
  WeirPreprocess preprocess;
} Samples;

/**
 * samples_open:
 * @text: a folder, a file, or "random:N"
 * @limit: at most so many, spread over the files; 0 for all
 *
 * A folder's files are samples of the only input, or of the picture input, in the order
 * of their names; a folder of folders has one for each input, named after it.
 */
gboolean samples_open (Samples *samples, const char *text, const WeirModel *model,
                       const WeirPreprocessWishes *wishes, guint limit, GError **error);
/** samples_has_pictures: whether any file is a picture. */
gboolean samples_has_pictures (const Samples *samples);
/** samples_shape: the shape that the first array has for input @index; of unknown rank
 * where there is none. */
gboolean samples_shape (const Samples *samples, guint index, WeirShape *shape,
                        GError **error);
void samples_close (Samples *samples);
