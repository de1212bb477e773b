#include "error.h"

GQuark
weir_error_quark (void)
{
  return g_quark_from_static_string ("weir-error-quark");
}

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
