#include "fuzz.h"
#include "options.h"

#include <string.h>

/* Input: a line of options. What is taken can be read again, and be told as text. */

static void
use (const WeirConvertOptions *options)
{
  g_autoptr (WeirModel) model = weir_model_new (weir_graph_new (), "fuzz", "onnx");
  g_autoptr (GHashTable) table = weir_convert_options_table (options);
  g_autoptr (WeirConvertOptions) copy = weir_convert_options_copy (options);
  g_autofree char *text = weir_convert_options_to_string (copy);
  g_autofree char *name = weir_convert_options_model_name (copy);
  g_autoptr (GError) clash = NULL, unread = NULL;
  WeirPassOptions passes;

  if (table == NULL || text == NULL || *name == '\0')
    g_error ("options without a text or a name");
  weir_convert_options_describe (copy, model);
  weir_convert_options_check (copy, &clash);
  if (!weir_convert_options_passes (copy, &passes, &unread) && unread == NULL)
    g_error ("no passes, and no error");
  weir_pass_options_clear (&passes);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *line = g_strndup ((const char *) data, size);
  g_autoptr (WeirConvertOptions) options = weir_convert_options_new ();
  g_autoptr (GError) error = NULL;
  gboolean good = weir_convert_options_parse_line (options, line, &error);

  if (good != (error == NULL))
    g_error ("'%s': success and an error, or none of both", line);
  use (options);
  return 0;
}
