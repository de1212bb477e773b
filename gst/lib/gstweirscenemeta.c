#include "gstweirscenemeta.h"

#include <gst/video/video.h>

void
gst_weir_scene_meta_register (void)
{
  static const char *tags[] = { GST_META_TAG_VIDEO_STR, NULL };
  static gsize done;

  if (g_once_init_enter (&done)) {
    gst_meta_register_custom (GST_WEIR_SCENE_META, tags, NULL, NULL, NULL);
    g_once_init_leave (&done, 1);
  }
}

GstStructure *
gst_weir_scene_meta_add (GstBuffer *buffer)
{
  return gst_custom_meta_get_structure (
      gst_buffer_add_custom_meta (buffer, GST_WEIR_SCENE_META));
}

const GstStructure *
gst_weir_scene_meta_next (GstBuffer *buffer, gpointer *state)
{
  GstMeta *meta;

  while ((meta = gst_buffer_iterate_meta (buffer, state)) != NULL)
    if (gst_meta_info_is_custom (meta->info) &&
        gst_custom_meta_has_name ((GstCustomMeta *) meta, GST_WEIR_SCENE_META))
      return gst_custom_meta_get_structure ((GstCustomMeta *) meta);
  return NULL;
}

void
gst_weir_structures_take (GValue *list, GstStructure *structure)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, structure);
  gst_value_array_append_and_take_value (list, &value);
}

static const GValue *
find_array (const GstStructure *structure, const char *name)
{
  const GValue *list = gst_structure_get_value (structure, name);

  return list != NULL && GST_VALUE_HOLDS_ARRAY (list) ? list : NULL;
}

guint
gst_weir_structures_count (const GstStructure *structure, const char *name)
{
  const GValue *list = find_array (structure, name);

  return list != NULL ? gst_value_array_get_size (list) : 0;
}

const GstStructure *
gst_weir_structures_at (const GstStructure *structure, const char *name, guint index)
{
  return gst_value_get_structure (
      gst_value_array_get_value (find_array (structure, name), index));
}
