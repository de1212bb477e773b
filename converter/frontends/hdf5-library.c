#ifdef HAVE_HDF5
#include "hdf5-library.h"

#include "base/error.h"

#include <dlfcn.h>
#include <stddef.h>

static const struct {
  const char *name;
  gsize member;
} symbols[] = {
#define ROW(member, function) \
  { G_STRINGIFY (function), offsetof (WeirHdf5Library, member) },
  HDF5_CALLS (ROW)
#undef ROW
      { "H5P_CLS_FILE_ACCESS_ID_g", offsetof (WeirHdf5Library, file_access) },
  { "H5T_C_S1_g", offsetof (WeirHdf5Library, text) },
};

static gboolean
load (WeirHdf5Library *h5, GError **error)
{
  void *handle = dlopen (HDF5_FILE, RTLD_NOW | RTLD_LOCAL);

  if (handle == NULL)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "HDF5 files are read by libhdf5, which cannot be loaded: %s",
                      dlerror ());
  for (guint i = 0; i < G_N_ELEMENTS (symbols); i++) {
    void *symbol = dlsym (handle, symbols[i].name);

    if (symbol == NULL) {
      weir_fail (error, WEIR_ERROR_UNSUPPORTED, "%s: there is no '%s'", HDF5_FILE,
                 symbols[i].name);
      dlclose (handle);
      return FALSE;
    }
    *(void **) ((char *) h5 + symbols[i].member) = symbol;
  }
  return TRUE;
}

const WeirHdf5Library *
weir_hdf5_library (GError **error)
{
  static WeirHdf5Library h5;
  static GMutex lock;
  static gboolean ready;
  gboolean good;

  g_mutex_lock (&lock);
  if (!ready && load (&h5, error)) {
    h5.open ();
    h5.set_plugins (0);
    ready = TRUE;
  }
  good = ready;
  g_mutex_unlock (&lock);
  return good ? &h5 : NULL;
}
#endif
