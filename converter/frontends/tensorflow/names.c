#include "tensorflow.h"

#include <string.h>

gboolean
tf_is_control (const char *text)
{
  return *text == '^';
}

char *
tf_split_name (const char *text, char **output, guint *index)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 3);
  guint count = g_strv_length (parts);
  guint64 number = 0;

  *output = count == 3 ? g_strdup (parts[1]) : NULL;
  if (count > 1 &&
      !g_ascii_string_to_unsigned (parts[count - 1], 10, 0, G_MAXUINT16, &number, NULL))
    number = G_MAXUINT16;
  *index = (guint) number;
  return g_strdup (count > 0 ? parts[0] : "");
}
