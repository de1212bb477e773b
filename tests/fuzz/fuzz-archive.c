#define _GNU_SOURCE
#include "fuzz.h"
#include "weir-convert.h"

#include <sys/mman.h>
#include <unistd.h>

/* An archive of Kaldi, read from a file. */

static const char *
file_with (const uint8_t *data, size_t size)
{
  static char path[64];
  static int fd = -1;

  if (fd < 0) {
    fd = memfd_create ("fuzz", 0);
    g_snprintf (path, sizeof path, "ark:/proc/self/fd/%d", fd);
  }
  if (fd < 0 || ftruncate (fd, 0) != 0 || pwrite (fd, data, size, 0) != (ssize_t) size)
    g_error ("no file in memory");
  return path;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) utterances =
      weir_utterances_read (file_with (data, size), &error);

  if ((utterances == NULL) == (error == NULL))
    g_error ("utterances and an error, or none of both");
  for (guint i = 0; utterances != NULL && i < utterances->len; i++) {
    const WeirUtterance *utterance = utterances->pdata[i];
    const WeirShape *shape = weir_tensor_shape (utterance->features);

    if (shape->rank != 2 || shape->dims[0] < 1 || shape->dims[1] < 1)
      g_error ("an utterance without frames");
  }
  return 0;
}
