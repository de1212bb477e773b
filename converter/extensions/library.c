#include "extensions.h"

#include "base/error.h"
#include "register.h"

#include <dlfcn.h>
#include <string.h>

#define ENTRY "weir_extension_register"

typedef int (*Entry) (const WeirExtensionHost *host);

/* What has no slash would be looked for in the folders of the system. */
static void *
open_library (const char *path, GError **error)
{
  g_autofree char *file =
      strchr (path, '/') != NULL ? g_strdup (path) : g_strconcat ("./", path, NULL);
  void *handle = dlopen (file, RTLD_NOW | RTLD_LOCAL);

  if (handle == NULL)
    weir_fail (error, WEIR_ERROR_IO, "not a library that can be loaded: %s", dlerror ());
  return handle;
}

static gboolean
run_entry (Entry entry, ExtRegistration *r, GError **error)
{
  int status;

  ext_register_begin (r);
  status = entry (&ext_host);
  ext_register_end (r);
  if (r->error != NULL) {
    g_propagate_error (error, g_steal_pointer (&r->error));
    return FALSE;
  }
  return status == 0 ||
         weir_fail (error, WEIR_ERROR_ARGUMENT,
                    ENTRY " gave %d and did not say why; ABI version %d of Weir may not "
                          "be the one that it was built for",
                    status, WEIR_EXTENSION_ABI);
}

gboolean
weir_library_load (const char *path, const char *digest, GError **error)
{
  ExtRegistration r = { .library = path };
  void *handle = open_library (path, error);
  Entry entry;
  gboolean good;

  if (handle == NULL)
    return FALSE;
  *(void **) &entry = dlsym (handle, ENTRY);
  if (entry == NULL) {
    dlclose (handle);
    return weir_fail (error, WEIR_ERROR_FORMAT, "there is no function " ENTRY);
  }
  r.ops = g_ptr_array_new ();
  r.translations = g_ptr_array_new ();
  good = run_entry (entry, &r, error) &&
         weir_registry_add (digest, r.ops, r.translations, error);
  if (!good)
    ext_register_drop (&r);
  g_ptr_array_unref (r.ops);
  g_ptr_array_unref (r.translations);
  return good;
}
