#include "load.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  fuzz_load_pair (&weir_frontend_caffe, data, size);
  return 0;
}
