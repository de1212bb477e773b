#include "load.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  fuzz_load_binary_pair (&weir_frontend_paddle, data, size);
  return 0;
}
