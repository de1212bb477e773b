#include "commands.h"

#include <stdio.h>

/* weir devices: what was found, and why what was not. */

int
command_devices (int argc, char **argv)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "print JSON", NULL },
    { NULL },
  };
  int status = parse_arguments ("devices", "", entries, &argc, &argv);

  if (status != 0)
    return status - 1;
  if (json)
    printf ("[");
  for (guint i = 0; i < weir_n_devices (); i++) {
    WeirDeviceInfo info;

    weir_device_info (i, &info);
    if (json)
      printf ("%s{\"name\": \"%s\", \"description\": \"%s\", \"isa\": \"%s\"}",
              i > 0 ? ", " : "", info.name, info.description, info.isa);
    else
      printf ("%-10s %s%s%s\n", info.name, info.description,
              *info.isa != '\0' ? ", " : "", info.isa);
  }
  if (json)
    printf ("]\n");
  return 0;
}
