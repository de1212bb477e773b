#include "elements/elements.h"
#include "lib/gstweirtypefind.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  gboolean good = gst_weir_typefind_register (plugin);

  good &= GST_ELEMENT_REGISTER (weirinfer, plugin);
  good &= GST_ELEMENT_REGISTER (weirdetect, plugin);
  good &= GST_ELEMENT_REGISTER (weirpublish, plugin);
  good &= GST_ELEMENT_REGISTER (weirclassify, plugin);
  good &= GST_ELEMENT_REGISTER (weirconvert, plugin);
  good &= GST_ELEMENT_REGISTER (weiroverlay, plugin);
  good &= GST_ELEMENT_REGISTER (weirtrack, plugin);
  good &= GST_ELEMENT_REGISTER (weiranalytics, plugin);
  return good;
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, weir,
                   "Neural networks on live video, with models of every framework",
                   plugin_init, PACKAGE_VERSION, "MIT/X11", "weir",
                   "https://weir.invalid")
