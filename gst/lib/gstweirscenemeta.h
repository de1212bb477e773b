#pragma once

#include <gst/gst.h>

/**
 * SECTION: gstweirscenemeta
 *
 * What weiranalytics knows of a whole frame: a custom meta whose structure holds the
 * arrays "zones" and "tripwires". A zone is a structure "zone" with id, type, points,
 * count, entered, left and crowded; a tripwire is a structure "tripwire" with id, points,
 * in and out. Both may have a color (0xRRGGBB) and a thickness. Points are doubles, x and
 * y in turns, in parts of the frame, so that they stay true where it is scaled; a circle
 * has those of its centre and its radii along x and y.
 */

#define GST_WEIR_SCENE_META "GstWeirSceneMeta"

/** gst_weir_scene_meta_register: once before all others. */
void gst_weir_scene_meta_register (void);
/** gst_weir_scene_meta_add: (transfer none): an empty one; "zones" and "tripwires" are to
 * be set. */
GstStructure *gst_weir_scene_meta_add (GstBuffer *buffer);
/** gst_weir_scene_meta_next: (transfer none) (nullable): all of @buffer, one a call;
 * @state begins as %NULL. */
const GstStructure *gst_weir_scene_meta_next (GstBuffer *buffer, gpointer *state);

/** gst_weir_structures_take: appends @structure (transfer full) to the array @list. */
void gst_weir_structures_take (GValue *list, GstStructure *structure);
/** gst_weir_structures_count: elements of the array @name; 0 without one. */
guint gst_weir_structures_count (const GstStructure *structure, const char *name);
/** gst_weir_structures_at: (transfer none): an element of the array @name. */
const GstStructure *gst_weir_structures_at (const GstStructure *structure,
                                            const char *name, guint index);
