#include "base/error.h"
#include "fuzz.h"
#include "io/io.h"
#include "ir/verify.h"

#include <string.h>

/* Input: XML, a zero byte, BIN; or a model stream. What can be read is a sound graph, can
 * be written, and what was written reads as the same. */

static WeirModel *
read_bytes (GBytes *xml, GBytes *bin)
{
  g_autoptr (WeirSource) text = weir_source_new (xml, "fuzz.xml");
  g_autoptr (WeirSource) weights = weir_source_new (bin, "fuzz.bin");
  g_autoptr (GError) error = NULL;
  WeirModel *model = weir_ir_read_sources (text, weights, &error);

  if ((model == NULL) == (error == NULL))
    g_error ("a model and an error, or none of both");
  return model;
}

static void
check_written (const WeirModel *model)
{
  g_autoptr (GBytes) xml = NULL, bin = NULL, again_xml = NULL, again_bin = NULL;
  g_autoptr (WeirModel) back = NULL;
  g_autoptr (GError) error = NULL;

  if (!weir_ir_serialize (model, 11, &xml, &bin, &error))
    g_error ("a model that was read cannot be written: %s", error->message);
  back = read_bytes (xml, bin);
  if (back == NULL)
    g_error ("a model that was written cannot be read");
  if (!weir_ir_serialize (back, 11, &again_xml, &again_bin, &error))
    g_error ("a model cannot be written twice: %s", error->message);
  if (!g_bytes_equal (xml, again_xml) || !g_bytes_equal (bin, again_bin))
    g_error ("a model changes from being written and read");
}

static void
try_model (GBytes *xml, GBytes *bin)
{
  g_autoptr (WeirModel) model = read_bytes (xml, bin);
  g_autoptr (GError) error = NULL;

  if (model == NULL)
    return;
  if (!weir_graph_verify (weir_model_graph (model), &error))
    g_error ("an unsound graph: %s", error->message);
  check_written (model);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const uint8_t *end = size > 0 ? memchr (data, '\0', size) : NULL;
  gsize xml_size = end != NULL ? (gsize) (end - data) : size;
  gsize skip = end != NULL ? xml_size + 1 : size;
  g_autoptr (GBytes) all = g_bytes_new (data, size), xml = NULL, bin = NULL;
  WeirBytes bytes = WEIR_BYTES (data, size);

  if (weir_stream_probe (&bytes)) {
    if (!weir_stream_unpack (all, &xml, &bin, NULL))
      return 0;
  } else {
    xml = g_bytes_new_from_bytes (all, 0, xml_size);
    bin = g_bytes_new_from_bytes (all, skip, size - skip);
  }
  try_model (xml, bin);
  return 0;
}
