#include "cases.h"
#include "compare.h"
#include "tflite-run.h"
#include "tflite-writer.h"

#include <string.h>

/* One operator a model, as a table of text. All values are worked out by hand. */

#define MAX_INPUTS 4

/**
 * Row:
 * @code: the builtin operator
 * @options: the type of its options; 0 for none
 * @fields: (nullable): "SLOT:KIND=VALUES", parted by blanks; kinds are u8 i32 f32 is fs
 * @output: what must come out; "#1 f32[2] 1 2" is output 1 of two, "#0 ..." output 0
 * @inputs: tensors as in #OpCase; "const" before one makes it a constant
 */
typedef struct {
  gint32 code;
  guint8 options;
  const char *fields;
  const char *output;
  const char *inputs[MAX_INPUTS];
} Row;

static guint8
type_of (WeirDtype dtype)
{
  static const struct {
    WeirDtype dtype;
    guint8 type;
  } types[] = {
    { WEIR_DTYPE_F32, TYPE_FLOAT32 }, { WEIR_DTYPE_I32, TYPE_INT32 },
    { WEIR_DTYPE_I64, TYPE_INT64 },   { WEIR_DTYPE_BOOL, TYPE_BOOL },
    { WEIR_DTYPE_U8, TYPE_UINT8 },    { WEIR_DTYPE_I8, TYPE_INT8 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].dtype == dtype)
      return types[i].type;
  g_error ("no type for %s", weir_dtype_name (dtype));
}

static FlatNode *
list_of (const char *kind, char *const *values)
{
  guint n = g_strv_length ((char **) values);
  gint32 ints[8];
  float floats[8];

  g_assert_cmpuint (n, <=, 8);
  for (guint i = 0; i < n; i++) {
    ints[i] = (gint32) g_ascii_strtoll (values[i], NULL, 10);
    floats[i] = (float) g_ascii_strtod (values[i], NULL);
  }
  return *kind == 'i' ? flat_ints (ints, n) : flat_floats (floats, n);
}

static FlatNode *
options_of (const Row *row)
{
  g_auto (GStrv) fields = g_strsplit (row->fields != NULL ? row->fields : "", " ", -1);
  FlatNode *table = flat_table ();

  for (guint i = 0; fields[i] != NULL; i++) {
    g_auto (GStrv) parts = g_strsplit_set (fields[i], ":=", -1);
    g_auto (GStrv) values = g_strsplit (parts[2], ",", -1);
    guint slot = (guint) g_ascii_strtoull (parts[0], NULL, 10);
    double value = g_ascii_strtod (values[0], NULL);

    if (strcmp (parts[1], "u8") == 0)
      flat_set_u8 (table, slot, (guint8) value);
    else if (strcmp (parts[1], "i32") == 0)
      flat_set_i32 (table, slot, (gint32) value);
    else if (strcmp (parts[1], "f32") == 0)
      flat_set_f32 (table, slot, (float) value);
    else
      flat_set (table, slot, list_of (parts[1], values));
  }
  return table;
}

static gint32
add_tensor (TfliteWriter *w, const char *name, const WeirTensor *tensor, gboolean fixed)
{
  const WeirShape *shape = weir_tensor_shape (tensor);
  guint8 type = type_of (weir_tensor_dtype (tensor));
  gint32 dims[WEIR_MAX_RANK];

  for (int i = 0; i < shape->rank; i++)
    dims[i] = (gint32) shape->dims[i];
  return fixed ? tflite_constant (w, name, type, dims, (gsize) shape->rank,
                                  weir_tensor_data (tensor), weir_tensor_size (tensor))
               : tflite_tensor (w, name, type, dims, (gsize) shape->rank);
}

static void
run_row (const Row *row)
{
  gboolean two = *row->output == '#';
  guint which = two && row->output[1] == '1' ? 1 : 0;
  g_autoptr (WeirTensor) want = case_tensor (row->output + (two ? 3 : 0));
  WeirTensor *fed[MAX_INPUTS], *tensors[MAX_INPUTS];
  gint32 inputs[MAX_INPUTS], all[MAX_INPUTS], outputs[2];
  guint n = 0, n_fed = 0;
  TfliteWriter w;

  g_test_message ("operator %d: %s", row->code, row->output);
  tflite_begin (&w);
  for (; n < MAX_INPUTS && row->inputs[n] != NULL; n++) {
    gboolean fixed = g_str_has_prefix (row->inputs[n], "const ");
    g_autofree char *name = g_strdup_printf ("in%u", n);

    tensors[n] = case_tensor (row->inputs[n] + (fixed ? 6 : 0));
    all[n] = add_tensor (&w, name, tensors[n], fixed);
    if (fixed)
      continue;
    inputs[n_fed] = all[n];
    fed[n_fed++] = tensors[n];
  }
  outputs[0] = add_tensor (&w, "y", want, FALSE);
  outputs[1] = two ? add_tensor (&w, "z", want, FALSE) : 0;
  tflite_op (&w, row->code, all, n, outputs, two ? 2 : 1, row->options,
             row->options != 0 ? options_of (row) : NULL);
  {
    g_autoptr (WeirTensor) got =
        tflite_run (tflite_end (&w, inputs, n_fed, &outputs[which], 1), fed);
    assert_close (got, want, 1e-5);
  }
  while (n > 0)
    weir_tensor_unref (tensors[--n]);
}

static const Row binary[] = {
  { 0, OPTIONS_ADD, "0:u8=1", "f32[3] 0 1 3", { "f32[3] -3 0 1", "f32[3] 1 1 2" } },
  { 18, OPTIONS_MUL, "0:u8=3", "f32[3] 6 0 0", { "f32[3] 5 0 1", "f32[3] 4 1 -2" } },
  { 41, OPTIONS_SUB, "0:u8=2", "f32[3] 1 -1 0.5", { "f32[3] 5 0 1", "f32[3] 1 4 0.5" } },
  { 42, OPTIONS_DIV, NULL, "f32[2] 2.5 -2", { "f32[2] 5 4", "f32[2] 2 -2" } },
  { 42, OPTIONS_DIV, NULL, "i32[2] 2 -2", { "i32[2] 5 -5", "i32[2] 2 2" } },
  { 55, 0, NULL, "f32[2] 5 2", { "f32[2] 5 -1", "f32[1] 2" } },
  { 57, 0, NULL, "f32[2] 2 -1", { "f32[2] 5 -1", "f32[1] 2" } },
  { 58, 0, NULL, "bool[3] 1 0 0", { "f32[3] 1 2 3", "f32[1] 2" } },
  { 61, 0, NULL, "bool[3] 0 0 1", { "f32[3] 1 2 3", "f32[1] 2" } },
  { 62, 0, NULL, "bool[3] 0 1 1", { "i32[3] 1 2 3", "i32[1] 2" } },
  { 63, 0, NULL, "bool[3] 1 1 0", { "f32[3] 1 2 3", "f32[1] 2" } },
  { 71, 0, NULL, "bool[3] 0 1 0", { "f32[3] 1 2 3", "f32[1] 2" } },
  { 72, 0, NULL, "bool[3] 1 0 1", { "i64[3] 1 2 3", "i64[1] 2" } },
  { 78, 0, NULL, "f32[3] 1 4 0.5", { "f32[3] 1 2 2", "f32[3] 5 2 -1" } },
  { 84, 0, NULL, "bool[4] 0 1 1 1", { "bool[4] 0 0 1 1", "bool[4] 0 1 0 1" } },
  { 86, 0, NULL, "bool[4] 0 0 0 1", { "bool[4] 0 0 1 1", "bool[4] 0 1 0 1" } },
  { 90, 0, NULL, "f32[2] 2 -3", { "f32[2] 5 -5", "f32[1] 2" } },
  { 90, 0, NULL, "i32[2] 2 -3", { "i32[2] 5 -5", "i32[1] 2" } },
  { 95, 0, NULL, "i32[2] 1 1", { "i32[2] 5 -5", "i32[1] 2" } },
  { 99, 0, NULL, "f32[2] 9 4", { "f32[2] 5 0", "f32[1] 2" } },
  { 160, 0, NULL, "i32[2] 6 3", { "i32[2] 5 0", "i32[1] 3" } },
  { 161, 0, NULL, "i32[2] 2 -2", { "i32[2] 5 -4", "i32[1] 1" } },
  { 106, 0, NULL, "f32[2] 111 222", { "f32[2] 1 2", "f32[2] 10 20", "f32[2] 100 200" } },
  { 0 },
};

static const Row unary[] = {
  { 8, 0, NULL, "f32[2] 1 -2", { "f32[2] 1.5 -1.5" } },
  { 14, 0, NULL, "f32[2] 0.5 0.880797", { "f32[2] 0 2" } },
  { 20, 0, NULL, "f32[3] -1 0.5 1", { "f32[3] -2 0.5 2" } },
  { 21, 0, NULL, "f32[3] 0 0.5 6", { "f32[3] -2 0.5 9" } },
  { 28, 0, NULL, "f32[2] 0 0.761594", { "f32[2] 0 1" } },
  { 47, 0, NULL, "f32[2] 1 2.718282", { "f32[2] 0 1" } },
  { 53, OPTIONS_CAST, NULL, "i32[3] -1 0 2", { "f32[3] -1.7 0.2 2.9" } },
  { 53, OPTIONS_CAST, NULL, "f32[2] 1 0", { "bool[2] 1 0" } },
  { 54,
    0,
    NULL,
    "f32[1,1,2,2] 1 -10 -0.5 2",
    { "f32[1,1,2,2] 1 -1 -5 2", "const f32[1,1,2] 0.1 10" } },
  { 54, 0, NULL, "f32[2] -2 3", { "f32[2] -4 3", "const f32[1] 0.5" } },
  { 59, 0, NULL, "f32[2] -1 2", { "f32[2] 1 -2" } },
  { 66, 0, NULL, "f32[2] 0 0.841471", { "f32[2] 0 1" } },
  { 73, 0, NULL, "f32[2] 0 0.693147", { "f32[2] 1 2" } },
  { 75, 0, NULL, "f32[2] 2 3", { "f32[2] 4 9" } },
  { 76, 0, NULL, "f32[2] 0.5 0.25", { "f32[2] 4 16" } },
  { 87, 0, NULL, "bool[2] 1 0", { "bool[2] 0 1" } },
  { 92, 0, NULL, "f32[2] 4 9", { "f32[2] 2 -3" } },
  { 93, 0, NULL, "f32[2] 0 0", { "f32[2] 4 9" } },
  { 98, OPTIONS_LEAKY_RELU, "0:f32=0.25", "f32[2] -1 9", { "f32[2] -4 9" } },
  { 101, 0, NULL, "f32[2] 1 2", { "f32[2] 1 -2" } },
  { 104, 0, NULL, "f32[2] 2 -1", { "f32[2] 1.5 -1.5" } },
  { 108, 0, NULL, "f32[2] 1 0.540302", { "f32[2] 0 1" } },
  { 111, 0, NULL, "f32[2] -0.632121 3", { "f32[2] -1 3" } },
  { 116, 0, NULL, "f32[4] 0 2 2 -2", { "f32[4] 0.5 1.5 2.5 -1.5" } },
  { 117, 0, NULL, "f32[3] 0 0.666667 4", { "f32[3] -4 1 4" } },
  { 150, OPTIONS_GELU, NULL, "f32[2] 0 0.841345", { "f32[2] 0 1" } },
  { 150, OPTIONS_GELU, "0:u8=1", "f32[2] 0 0.841192", { "f32[2] 0 1" } },
  { 152, 0, NULL, "f32[3] 0 0.5 1", { "f32[3] -2 0.5 2" } },
  { 158, 0, NULL, "f32[3] -1 0 1", { "f32[3] -2 0 2" } },
  { 0 },
};

static const Row indices[] = {
  { 7, 0, NULL, "f32[2,2] 5 6 1 2", { "i32[2] 2 0", "const f32[3,2] 1 2 3 4 5 6" } },
  { 36,
    OPTIONS_GATHER,
    "0:i32=1",
    "f32[2,1] 3 6",
    { "f32[2,3] 1 2 3 4 5 6", "i32[1] 2" } },
  { 64,
    0,
    NULL,
    "f32[2,2] 1 2 7 8",
    { "bool[2] 1 0", "f32[2,2] 1 2 3 4", "f32[2,2] 5 6 7 8" } },
  { 123,
    0,
    NULL,
    "f32[2,2] 1 6 3 8",
    { "bool[2] 1 0", "f32[2,2] 1 2 3 4", "f32[2,2] 5 6 7 8" } },
  { 85,
    OPTIONS_ONE_HOT,
    "0:i32=-1",
    "f32[2,3] -1 5 -1 5 -1 -1",
    { "i32[2] 1 0", "const i32[] 3", "const f32[] 5", "const f32[] -1" } },
  { 68,
    0,
    NULL,
    "f32[3] 9 3 3",
    { "i32[2] 1 2", "const i32[1] 3", "f32[] 3", "f32[] 9" } },
  { 68,
    0,
    NULL,
    "f32[2,2] 9 3 4 9",
    { "i32[2,2] 0 1 1 0", "const i32[2] 2 2", "f32[2] 3 4", "f32[] 9" } },
  { 151, 0, NULL, "f32[4] 1 2 7 8", { "f32[4] 1 2 3 4", "f32[2] 7 8", "i32[1] 3" } },
  { 156,
    0,
    NULL,
    "f32[4] 0 3.14159265 1.57079633 -2.35619449",
    { "f32[4] 0 0 1 -1", "f32[4] 0 -1 0 -1" } },
  { 107, 0, NULL, "f32[2] 4 1", { "f32[2,2] 1 2 3 4", "i32[2,2] 1 1 0 0" } },
  { 109, 0, NULL, "i64[2,2] 0 1 1 0", { "bool[2,2] 0 1 1 0" } },
  { 113, 0, NULL, "f32[2,2] 5 0 0 6", { "f32[2] 5 6" } },
  { 115, 0, NULL, "f32[2,2] 5 2 3 6", { "f32[2,2] 1 2 3 4", "f32[2] 5 6" } },
  { 122,
    0,
    NULL,
    "f32[4] 0 7 0 2",
    { "i32[3,1] 1 3 1", "f32[3] 3 2 4", "const i32[1] 4" } },
  { 147, OPTIONS_BUCKETIZE, "0:fs=1,5,9", "i32[4] 0 1 1 3", { "f32[4] 0 1 4 9" } },
  { 0 },
};

static const Row shapes[] = {
  { 2,
    OPTIONS_CONCATENATION,
    "0:i32=1 1:u8=1",
    "f32[1,3] 0 2 3",
    { "f32[1,2] -1 2", "f32[1,1] 3" } },
  { 22, OPTIONS_RESHAPE, "0:is=3,2", "f32[3,2] 0..5", { "f32[2,3] 0..5" } },
  { 22, 0, NULL, "f32[3,2] 0..5", { "f32[2,3] 0..5", "const i32[2] 3 -1" } },
  { 39, 0, NULL, "f32[3,2] 0 3 1 4 2 5", { "f32[2,3] 0..5", "const i32[2] 1 0" } },
  { 43, OPTIONS_SQUEEZE, "0:is=0", "f32[2,1] 1 2", { "f32[1,2,1] 1 2" } },
  { 43, OPTIONS_SQUEEZE, NULL, "f32[2] 1 2", { "f32[1,2,1] 1 2" } },
  { 69, 0, NULL, "f32[1,4] 1 2 1 2", { "f32[1,2] 1 2", "const i32[2] 1 2" } },
  { 70, 0, NULL, "f32[2,1] 1 2", { "f32[2] 1 2", "const i32[] 1" } },
  { 77, OPTIONS_SHAPE, NULL, "i32[2] 2 3", { "f32[2,3] 0..5" } },
  { 77, OPTIONS_SHAPE, NULL, "i64[2] 2 3", { "f32[2,3] 0..5" } },
  { 83,
    OPTIONS_PACK,
    "0:i32=2 1:i32=1",
    "f32[2,2] 1 3 2 4",
    { "f32[2] 1 2", "f32[2] 3 4" } },
  { 88, OPTIONS_UNPACK, "0:i32=2 1:i32=1", "#1 f32[2] 2 4", { "f32[2,2] 1 2 3 4" } },
  { 94, 0, NULL, "f32[2,2] 7", { "const i32[2] 2 2", "f32[] 7" } },
  { 96, 0, NULL, "i32[3] 1 3 5", { "const i32[] 1", "const i32[] 6", "const i32[] 2" } },
  { 110, 0, NULL, "i32[] 2", { "f32[2,3] 0..5" } },
  { 130, 0, NULL, "f32[2,2] 1 2 1 2", { "f32[2] 1 2", "const i32[2] 2 2" } },
  { 145, 0, NULL, "i32[3] 4 2 3", { "i32[3] 4 1 3", "i32[2] 2 1" } },
  { 0 },
};

static const Row reductions[] = {
  { 40,
    OPTIONS_REDUCER,
    "0:u8=1",
    "f32[2,1] 2 5",
    { "f32[2,3] 1 2 3 4 5 6", "const i32[1] 1" } },
  { 74,
    OPTIONS_REDUCER,
    NULL,
    "f32[3] 5 7 9",
    { "f32[2,3] 1 2 3 4 5 6", "const i32[1] 0" } },
  { 81,
    OPTIONS_REDUCER,
    NULL,
    "f32[2] 6 120",
    { "f32[2,3] 1 2 3 4 5 6", "const i32[1] -1" } },
  { 82,
    OPTIONS_REDUCER,
    NULL,
    "f32[2] 3 6",
    { "f32[2,3] 1 2 3 4 5 6", "const i32[1] 1" } },
  { 89,
    OPTIONS_REDUCER,
    NULL,
    "f32[2] 1 4",
    { "f32[2,3] 1 2 3 4 5 6", "const i32[1] 1" } },
  { 91, OPTIONS_REDUCER, NULL, "bool[2] 1 0", { "bool[2,2] 0 1 0 0", "const i32[1] 1" } },
  { 140,
    OPTIONS_REDUCER,
    NULL,
    "bool[2] 0 1",
    { "bool[2,2] 0 1 1 1", "const i32[1] 1" } },
  { 48, 0, NULL, "#0 f32[1,2] 5 3", { "f32[1,3] 1 5 3", "const i32[] 2" } },
  { 48, 0, NULL, "#1 i32[1,2] 1 2", { "f32[1,3] 1 5 3", "const i32[1] 2" } },
  { 56, OPTIONS_ARG_MAX, NULL, "i64[2] 1 0", { "f32[2,2] 1 5 3 2", "const i32[] 1" } },
  { 79, OPTIONS_ARG_MIN, NULL, "i32[2] 0 1", { "f32[2,2] 1 5 3 2", "const i32[] -1" } },
  { 103, OPTIONS_UNIQUE, NULL, "#0 f32[3] 4 2 7", { "f32[5] 4 2 4 7 2" } },
  { 103, OPTIONS_UNIQUE, NULL, "#1 i32[5] 0 1 0 2 1", { "i32[5] 4 2 4 7 2" } },
  { 125, 0, NULL, "f32[2,2] 4 6 5 6", { "f32[3,2] 1 2 3 4 5 6", "i32[3] 0 0 1" } },
  { 128, OPTIONS_CUMSUM, NULL, "f32[3] 1 3 6", { "f32[3] 1 2 3", "const i32[] 0" } },
  { 128,
    OPTIONS_CUMSUM,
    "0:u8=1 1:u8=1",
    "f32[3] 5 3 0",
    { "f32[3] 1 2 3", "const i32[] 0" } },
  { 153, 0, NULL, "f32[3] 3 1 2", { "f32[3] 1 2 3", "i32[3] 0 2 0", "const i32[] 3" } },
  { 154, 0, NULL, "f32[2] 3 2", { "f32[3] 1 2 3", "i32[3] 0 1 0", "const i32[] 2" } },
  { 154,
    0,
    NULL,
    "i32[2] 3 -2147483648",
    { "i32[2] 1 3", "i32[2] 0 0", "const i32[] 2" } },
  { 155, 0, NULL, "f32[2,1] 4 2", { "f32[3,1] 1 2 3", "i32[3] 0 1 0", "const i32[] 2" } },
  { 157, 0, NULL, "f32[2] 1 2", { "f32[3] 1 2 3", "i32[3] 0 1 0", "const i32[] 2" } },
  { 0 },
};

static const Row parts[] = {
  { 34, 0, NULL, "f32[1,4] 0 1 2 0", { "f32[1,2] 1 2", "const i32[2,2] 0 0 1 1" } },
  { 60,
    0,
    NULL,
    "f32[4] 9 1 2 9",
    { "f32[2] 1 2", "const i32[1,2] 1 1", "const f32[] 9" } },
  { 65,
    0,
    NULL,
    "f32[1,2] 5 6",
    { "f32[2,3] 1 2 3 4 5 6", "const i32[2] 1 1", "const i32[2] 1 -1" } },
  { 100,
    OPTIONS_MIRROR_PAD,
    NULL,
    "f32[5] 2 1 2 3 2",
    { "f32[3] 1 2 3", "const i32[1,2] 1 1" } },
  { 100,
    OPTIONS_MIRROR_PAD,
    "0:u8=1",
    "f32[5] 1 1 2 3 3",
    { "f32[3] 1 2 3", "const i32[1,2] 1 1" } },
  { 105, 0, NULL, "f32[3] 3 2 1", { "f32[3] 1 2 3", "const i32[1] 0" } },
  { 112,
    OPTIONS_REVERSE_SEQUENCE,
    "0:i32=1 1:i32=0",
    "f32[2,3] 2 1 3 6 5 4",
    { "f32[2,3] 1 2 3 4 5 6", "i32[2] 2 3" } },
  { 49,
    OPTIONS_SPLIT,
    "0:i32=2",
    "#1 f32[2] 3 4",
    { "const i32[] 0", "f32[4] 1 2 3 4" } },
  { 5,
    OPTIONS_DEPTH_TO_SPACE,
    "0:i32=2",
    "f32[1,2,2,1] 1 2 3 4",
    { "f32[1,1,1,4] 1 2 3 4" } },
  { 26,
    OPTIONS_SPACE_TO_DEPTH,
    "0:i32=2",
    "f32[1,1,1,4] 1 2 3 4",
    { "f32[1,2,2,1] 1 2 3 4" } },
  { 0 },
};

static const Row layers[] = {
  { 11, OPTIONS_L2_NORM, NULL, "f32[1,2] 0.6 0.8", { "f32[1,2] 3 4" } },
  { 12,
    OPTIONS_POOL,
    "0:u8=1 1:i32=1 2:i32=1 3:i32=2 4:i32=1",
    "f32[1,1,1,1] 5",
    { "f32[1,1,2,1] 1 7" } },
  { 25, OPTIONS_SOFTMAX, "0:f32=2", "f32[1,2] 0.119203 0.880797", { "f32[1,2] 0 1" } },
  { 50, 0, NULL, "f32[1,2] -1.313262 -0.313262", { "f32[1,2] 0 1" } },
  { 126,
    OPTIONS_BATCH_MATMUL,
    "1:u8=1",
    "f32[1,2] 5 11",
    { "f32[1,2] 1 2", "f32[2,2] 1 2 3 4" } },
  { 126,
    OPTIONS_BATCH_MATMUL,
    NULL,
    "f32[1,2] 7 10",
    { "f32[1,2] 1 2", "f32[2,2] 1 2 3 4" } },
  { 0 },
};

static void
test_rows (gconstpointer data)
{
  for (const Row *row = data; row->output != NULL; row++)
    run_row (row);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/tflite/ops/binary", binary, test_rows);
  g_test_add_data_func ("/tflite/ops/unary", unary, test_rows);
  g_test_add_data_func ("/tflite/ops/indices", indices, test_rows);
  g_test_add_data_func ("/tflite/ops/shapes", shapes, test_rows);
  g_test_add_data_func ("/tflite/ops/reductions", reductions, test_rows);
  g_test_add_data_func ("/tflite/ops/parts", parts, test_rows);
  g_test_add_data_func ("/tflite/ops/layers", layers, test_rows);
  return g_test_run ();
}
