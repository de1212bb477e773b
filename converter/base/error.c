#include "error.h"

G_DEFINE_QUARK (weir - error - quark, weir_error)

gboolean
weir_fail (GError **error, WeirError code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL && *error == NULL)
    *error = g_error_new_valist (WEIR_ERROR, (int) code, format, args);
  va_end (args);
  return FALSE;
}
