#define _GNU_SOURCE
#include <dlfcn.h>
#include <hdf5.h>
#include <stdio.h>
#include <string.h>

/* Prints the name of the file that H5open() comes from. */

int
main (void)
{
  Dl_info info;
  const char *slash;

  if (H5open () < 0 || dladdr (dlsym (RTLD_DEFAULT, "H5open"), &info) == 0)
    return 1;
  slash = strrchr (info.dli_fname, '/');
  puts (slash != NULL ? slash + 1 : info.dli_fname);
  return 0;
}
