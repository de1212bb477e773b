#include "frontends/proto/caffe.pb-c.h"
#include "frontends/text.h"
#include "frontends/wire.h"
#include "fuzz.h"

/* Input: a topology in text. What it is rewritten to is read, or refused: names that are
 * not UTF-8, or too much. */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  WeirBytes bytes = WEIR_BYTES (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) binary =
      weir_text_encode (&bytes, &caffe__net_parameter__descriptor, NULL, &error);
  g_autoptr (WeirWire) wire = NULL;

  if ((binary == NULL) == (error == NULL))
    g_error ("a message and an error, or none of both");
  if (binary != NULL)
    wire = weir_wire_read (
        WEIR_BYTES (g_bytes_get_data (binary, NULL), g_bytes_get_size (binary)),
        &caffe__net_parameter__descriptor, NULL, &error);
  if (binary != NULL && (wire == NULL) == (error == NULL))
    g_error ("a message and an error, or none of both");
  return 0;
}
