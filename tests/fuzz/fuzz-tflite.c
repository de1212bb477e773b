#include "load.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  fuzz_load (&weir_frontend_tflite, data, size);
  return 0;
}
