#pragma once

#include <gst/gst.h>

/* One register function an element; plugin.c calls them all. */
GST_ELEMENT_REGISTER_DECLARE (weirinfer)
GST_ELEMENT_REGISTER_DECLARE (weirdetect)
GST_ELEMENT_REGISTER_DECLARE (weirpublish)
GST_ELEMENT_REGISTER_DECLARE (weirclassify)
GST_ELEMENT_REGISTER_DECLARE (weirconvert)
GST_ELEMENT_REGISTER_DECLARE (weiroverlay)
GST_ELEMENT_REGISTER_DECLARE (weirtrack)
GST_ELEMENT_REGISTER_DECLARE (weiranalytics)
