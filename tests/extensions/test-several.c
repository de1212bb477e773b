#include "base/error.h"
#include "compare.h"
#include "convert-text.h"
#include "io/io.h"

/* What the header offers beyond the example. Types of ONNX: 1 is float, 6 is int32. */

static const char *const cases[] = {
  "in x f32[3] 1 2 3; const k i64[] 2; several.Head x,k > y factors:fs=0.5,1; "
  "out y f32[2] 1.5 3",
  "in x f32[3] 1 2 3; in k i64[] 1; several.Head x,k > y factors:fs=2 to:i=1; "
  "out y f32[1] 2",
  "in x f32[3] 1 2 3; const k i64[] 3; several.Head x,k > y factors:fs=2 negate:i=1 "
  "offsets:is=7,8; out y f32[3] 5 4 -6",
  "in x f32[3] 1 2 3; const k i64[] 2; several.Head x,k > t factors:fs=2.75 to:i=6 "
  "mode:s=whole; Cast t > y to:i=1; out y f32[2] 2 5",
  "in x f32[4] 1 -2 3 0; several.Positives x > y; out y f32[2] 1 3",
  "in z f32[2] 1 1; const x f32[4] 1 -2 3 0; several.Positives x > t; Add t,z > y; "
  "out y f32[2] 2 4",
  "in x f32[2] 1 -2; several.Multiples x > a,b,c; out a f32[2] 1 -2; out b f32[2] 2 -4; "
  "out c f32[2] 3 -6",
};

static void
test_cases (void)
{
  g_autofree char *path = library_path ("several");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s", cases[i]);
    run_text (cases[i], path);
  }
}

static void
expect_refused (const char *text, const char *message)
{
  g_autofree char *path = library_path ("several");
  g_autoptr (GError) error = NULL;

  g_assert_null (convert_text (text, path, &error));
  assert_says (error, message);
}

static void
test_attributes (void)
{
  expect_refused ("in x f32[3] 1; const k i64[] 2; several.Head x,k > y; out y",
                  "attribute 'factors' is missing");
  expect_refused ("in x f32[3] 1; const k i64[] 2; several.Head x,k > y factors:fs=1 "
                  "mode:s=other; out y",
                  "attribute 'mode': expected a value of real|whole, found 'other'");
  expect_refused ("in x f32[3] 1; const k i64[] 2; several.Head x,k > y factors:fs=1 "
                  "offsets:is=10; out y",
                  "attribute 'offsets': expected a value of 0..9, found '10'");
  expect_refused ("in x f32[3] 1; several.Head x > y factors:fs=1; out y",
                  "expected 2 to 2 inputs, found 1");
  expect_refused ("in x f32[3] 1; const k i64[] -7; several.Head x,k > y factors:fs=1; "
                  "out y",
                  "the extension gave dimension 0 as -7");
}

/* Its own version, every attribute, and a second reading that says the same. */
static void
test_ir (void)
{
  g_autofree char *path = library_path ("several");
  g_autoptr (WeirModel) model = NULL;
  g_autoptr (WeirModel) back = NULL;
  g_autoptr (GBytes) xml = NULL, bin = NULL, again = NULL, bin_again = NULL;
  g_autoptr (WeirSource) xml_source = NULL, bin_source = NULL;
  GError *error = NULL;

  model = convert_text (cases[2], path, &error);
  g_assert_no_error (error);
  g_assert_true (weir_ir_serialize (model, 11, &xml, &bin, &error));
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (xml, NULL),
                                  (gssize) g_bytes_get_size (xml),
                                  "type=\"Head\" version=\"several.2\""));
  xml_source = weir_source_new (xml, "net.xml");
  bin_source = weir_source_new (bin, "net.bin");
  back = weir_ir_read_sources (xml_source, bin_source, &error);
  g_assert_no_error (error);
  g_assert_true (weir_ir_serialize (back, 11, &again, &bin_again, &error));
  g_assert_true (g_bytes_equal (xml, again));
  g_assert_true (g_bytes_equal (bin, bin_again));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/extension/several/cases", test_cases);
  g_test_add_func ("/extension/several/attributes", test_attributes);
  g_test_add_func ("/extension/several/ir", test_ir);
  return g_test_run ();
}
