#include "io/io.h"

#include <stdio.h>

/* ir-copy IN.xml DIRECTORY NAME VERSION: reads an IR and writes it again. */
int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WeirModel) model = NULL;

  if (argc != 5) {
    fprintf (stderr, "usage: %s IN.xml DIRECTORY NAME VERSION\n", argv[0]);
    return 2;
  }
  model = weir_ir_read (argv[1], &error);
  if (model == NULL ||
      !weir_ir_write (model, (guint) g_ascii_strtoull (argv[4], NULL, 10), argv[2],
                      argv[3], &error)) {
    fprintf (stderr, "%s\n", error->message);
    return 1;
  }
  return 0;
}
