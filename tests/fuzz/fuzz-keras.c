#include "base/json.h"
#include "frontends/hdf5-check.h"
#include "frontends/keras/keras.h"
#include "fuzz.h"

/* What Weir itself reads of Keras' files: the archive and its configuration, and the
 * texts of HDF5 before libhdf5 gets them. That library reads beyond its memory where
 * bytes are changed at random, so that it is left out. */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const WeirBytes bytes = WEIR_BYTES (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) config = NULL;

  if (keras_is_archive (&bytes)) {
    config = keras_archive_config (&bytes, &error);
    if ((config == NULL) == (error == NULL))
      g_error ("a configuration and an error, or none of both");
  } else if (!weir_hdf5_check (&bytes, &error) && error == NULL) {
    g_error ("refused without a reason");
  }
  return 0;
}
