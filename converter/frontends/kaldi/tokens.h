#pragma once

#include "base/source.h"
#include "ir/tensor.h"

/**
 * KdReader:
 * @source: the file
 * @bytes: the cursor
 * @binary: whether numbers are binary; else everything is text
 *
 * The one reader of Kaldi's files, binary ("\0B" first) and text.
 */
typedef struct {
  WeirSource *source;
  WeirBytes bytes;
  gboolean binary;
} KdReader;

/** kd_reader_init: at the beginning of @source. */
void kd_reader_init (KdReader *reader, WeirSource *source);
/** kd_fail: an error that names where it is. Returns %FALSE. */
gboolean kd_fail (const KdReader *reader, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/** kd_word: the next word as it lies in the file, at most %WEIR_MAX_NAME bytes of it. */
gboolean kd_word (WeirBytes *bytes, WeirBytes *word);
/** kd_token: (transfer full): the next word, "<Nnet>" or another; fails at the end. */
char *kd_token (KdReader *reader, GError **error);
/** kd_expect: the next word must be @token. */
gboolean kd_expect (KdReader *reader, const char *token, GError **error);
/** kd_peek: whether the next word is @token; the cursor stays. */
gboolean kd_peek (const KdReader *reader, const char *token);
/** kd_skip_behind: goes behind the next @token, whatever stands before it. */
gboolean kd_skip_behind (KdReader *reader, const char *token, GError **error);
/** kd_line: (transfer full): up to the end of the line, without blanks around. */
char *kd_line (KdReader *reader, GError **error);
/** kd_int, kd_float: one number. */
gboolean kd_int (KdReader *reader, gint64 *value, GError **error);
gboolean kd_float (KdReader *reader, double *value, GError **error);
/** kd_bool: T or F. */
gboolean kd_bool (KdReader *reader, gboolean *value, GError **error);
/** kd_ints: (transfer full) (element-type gint64): a list of whole numbers. */
GArray *kd_ints (KdReader *reader, GError **error);
/** kd_int_pairs: (transfer full) (element-type gint64): a list of pairs, two elements
 * each. */
GArray *kd_int_pairs (KdReader *reader, GError **error);

/* matrix.c */

/** kd_at_tensor: whether a matrix or a vector stands next. */
gboolean kd_at_tensor (const KdReader *reader);
/** kd_tensor: (transfer full): a matrix or a vector, as f32. */
WeirTensor *kd_tensor (KdReader *reader, GError **error);

/* compressed.c */

/** kd_compressed: (transfer full): what stands behind the word @kind: "CM", "CM2" or
 * "CM3". */
WeirTensor *kd_compressed (KdReader *reader, const char *kind, GError **error);
/** kd_sparse: (transfer full): what stands behind the word "SM", with its zeros. */
WeirTensor *kd_sparse (KdReader *reader, GError **error);
