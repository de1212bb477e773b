#pragma once

#include "weir-convert.h"

#include <gst/gst.h>

/* Tiny networks for tests of elements, and the plugin's elements in this process. */

/** Registers all elements, once. */
void register_elements (void);

/** A network [1,3,8,8] -> [1,3]: the mean of each channel. */
WeirModel *mean_network (void);
/** The same with @factor times the mean. */
WeirModel *scaled_network (float factor);
/** @model as an IR in a new folder; the path of the XML. */
char *write_network (WeirModel *model);
/** @model as a buffer of application/x-openvino-ir. */
GstBuffer *network_buffer (WeirModel *model);

/** Runs @pipeline until EOS; fails the test on an error or after 60 seconds. */
void run_pipeline (GstElement *pipeline);
/** Waits for an error; its text must hold @text. */
void expect_error (GstElement *pipeline, const char *text);
