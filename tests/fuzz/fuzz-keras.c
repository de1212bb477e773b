#include "load.h"

/* Files of Keras: HDF5, and archives of Keras 3. */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  fuzz_load (&weir_frontend_keras, data, size);
  return 0;
}
