#include "tensorflow-text.h"

#include "base/error.h"
#include "compare.h"

#include <string.h>

WeirModel *
load_text (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (WeirSource) source = weir_source_new (bytes, "test.pbtxt");
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  WeirFrontendInput input = { .source = source };

  return weir_frontend_tensorflow.load (&input, unsupported, error);
}

void
assert_refused (const char *text, const char *message)
{
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  g_test_message ("%s", text);
  model = load_text (text, &error);
  g_assert_null (model);
  g_assert_nonnull (error);
  assert_says (error, message);
  g_error_free (error);
}
