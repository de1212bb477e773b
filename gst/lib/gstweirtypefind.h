#pragma once

#include <gst/gst.h>

/** gst_weir_typefind_register: media types of model files: application/x-onnx, … */
gboolean gst_weir_typefind_register (GstPlugin *plugin);
