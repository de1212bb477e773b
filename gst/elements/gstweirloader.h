#pragma once

#include "gstweirinstance.h"

#include <gst/gst.h>

/**
 * GstWeirLoader:
 *
 * Where an element's model comes from: the property `model`, or streams on `model` pads.
 * A model is loaded beside the running one and takes its place between two frames; one
 * that cannot be loaded is refused, and the old one goes on.
 */
typedef struct _GstWeirLoader GstWeirLoader;

GstWeirLoader *gst_weir_loader_new (GstElement *element);
void gst_weir_loader_free (GstWeirLoader *loader);
/** gst_weir_loader_set_task: decoders that fit the element, 0 for none. */
void gst_weir_loader_set_task (GstWeirLoader *loader, guint task);

/** gst_weir_loader_set_media: what models must take from now on: audio of @channels, or
 * video for 0. */
void gst_weir_loader_set_media (GstWeirLoader *loader, guint channels);
/** gst_weir_loader_forget_state: a model with memory begins anew. */
void gst_weir_loader_forget_state (GstWeirLoader *loader);

/** gst_weir_loader_install_properties: from id @first on. */
void gst_weir_loader_install_properties (GObjectClass *klass, guint first);
/** gst_weir_loader_set_property: @index counts from the first; %FALSE if there is none.
 */
gboolean gst_weir_loader_set_property (GstWeirLoader *loader, guint index,
                                       const GValue *value);
gboolean gst_weir_loader_get_property (GstWeirLoader *loader, guint index, GValue *value);

/** gst_weir_loader_add_pad: (transfer none) (nullable): the pad `model`; there is one. */
GstPad *gst_weir_loader_add_pad (GstWeirLoader *loader, GstPadTemplate *template);
void gst_weir_loader_remove_pad (GstWeirLoader *loader, GstPad *pad);

/** gst_weir_loader_start: begins to load; %FALSE with an element error where there is no
 * model to come. */
gboolean gst_weir_loader_start (GstWeirLoader *loader);
/** gst_weir_loader_cancel: nobody waits any more, what loads shall stop. */
void gst_weir_loader_cancel (GstWeirLoader *loader);
/** gst_weir_loader_stop: waits for what loads and drops the model. */
void gst_weir_loader_stop (GstWeirLoader *loader);
/** gst_weir_loader_unlock: while @unlocked gst_weir_loader_get() does not wait. */
void gst_weir_loader_unlock (GstWeirLoader *loader, gboolean unlocked);

/**
 * gst_weir_loader_get:
 * @wait: whether to wait for the first model
 * @instance: (out) (transfer full) (nullable)
 *
 * Returns: %GST_FLOW_OK, with no instance where there is none yet; %GST_FLOW_FLUSHING or
 *   %GST_FLOW_ERROR without an instance.
 */
GstFlowReturn gst_weir_loader_get (GstWeirLoader *loader, gboolean wait,
                                   GstWeirInstance **instance);
/** gst_weir_loader_add_stats: which model runs, and what decided how frames are read. */
void gst_weir_loader_add_stats (GstWeirLoader *loader, GstStructure *stats);
