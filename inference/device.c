#include "device.h"

#include "weir-infer.h"

static WeirDevice *(*const devices[]) (void) = { weir_cpu_device, weir_reference_device };

guint
weir_n_devices (void)
{
  return G_N_ELEMENTS (devices);
}

void
weir_device_info (guint index, WeirDeviceInfo *info)
{
  const WeirDevice *device;

  g_return_if_fail (index < G_N_ELEMENTS (devices));
  device = devices[index]();
  *info = (WeirDeviceInfo){ device->name, device->description, device->isa };
}

WeirDevice *
weir_device_find (const char *name, GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);

  if (g_ascii_strcasecmp (name, "AUTO") == 0)
    return weir_cpu_device ();
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++) {
    WeirDevice *device = devices[i]();

    if (g_ascii_strcasecmp (device->name, name) == 0)
      return device;
    g_string_append_printf (list, "%s, ", device->name);
  }
  weir_fail (error, WEIR_ERROR_DEVICE, "there is no device '%s'; expected %sor AUTO",
             name, list->str);
  return NULL;
}
