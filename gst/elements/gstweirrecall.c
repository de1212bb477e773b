#include "gstweirrecall.h"

#include "lib/gstweirmeta.h"

/* Objects that were not there for so many frames are forgotten. */
#define PATIENCE    1000
#define MAX_OBJECTS 4096

typedef struct {
  guint64 asked, seen; /* numbers of frames */
  GPtrArray *said;     /* GstStructure; NULL: not answered yet */
  gboolean fresh;      /* it was said of the frame that is answered */
} Memory;

struct _GstWeirRecall {
  GMutex lock;
  GHashTable *objects; /* id -> Memory */
  guint64 frame;
};

static void
memory_free (gpointer data)
{
  Memory *memory = data;

  g_clear_pointer (&memory->said, g_ptr_array_unref);
  g_free (memory);
}

GstWeirRecall *
gst_weir_recall_new (void)
{
  GstWeirRecall *recall = g_new0 (GstWeirRecall, 1);

  g_mutex_init (&recall->lock);
  recall->objects = g_hash_table_new_full (NULL, NULL, NULL, memory_free);
  return recall;
}

void
gst_weir_recall_free (GstWeirRecall *recall)
{
  g_hash_table_unref (recall->objects);
  g_mutex_clear (&recall->lock);
  g_free (recall);
}

void
gst_weir_recall_reset (GstWeirRecall *recall)
{
  g_mutex_lock (&recall->lock);
  g_hash_table_remove_all (recall->objects);
  g_mutex_unlock (&recall->lock);
}

static gboolean
is_old (gpointer id, gpointer memory, gpointer recall)
{
  (void) id;
  return ((GstWeirRecall *) recall)->frame - ((Memory *) memory)->seen > PATIENCE;
}

void
gst_weir_recall_next_frame (GstWeirRecall *recall)
{
  g_mutex_lock (&recall->lock);
  recall->frame++;
  if (recall->frame % PATIENCE == 0)
    g_hash_table_foreach_remove (recall->objects, is_old, recall);
  g_mutex_unlock (&recall->lock);
}

/* %NULL where there are too many. */
static Memory *
remember (GstWeirRecall *recall, int id)
{
  Memory *memory;

  if (g_hash_table_size (recall->objects) >= MAX_OBJECTS)
    return NULL;
  memory = g_new0 (Memory, 1);
  memory->asked = memory->seen = recall->frame;
  g_hash_table_insert (recall->objects, GINT_TO_POINTER (id), memory);
  return memory;
}

static gboolean
asks (GstWeirRecall *recall, int id, guint interval)
{
  Memory *memory = g_hash_table_lookup (recall->objects, GINT_TO_POINTER (id));

  if (memory == NULL) {
    remember (recall, id);
    return TRUE;
  }
  memory->seen = recall->frame;
  if (interval == 0 || recall->frame - memory->asked < interval)
    return FALSE;
  memory->asked = recall->frame;
  return TRUE;
}

gboolean
gst_weir_recall_asks (GstWeirRecall *recall, GstVideoRegionOfInterestMeta *roi,
                      guint interval)
{
  int id = gst_weir_meta_object_id (roi);
  gboolean result;

  if (id == 0 || interval == 1)
    return TRUE;
  g_mutex_lock (&recall->lock);
  result = asks (recall, id, interval);
  g_mutex_unlock (&recall->lock);
  return result;
}

void
gst_weir_recall_answer (GstWeirRecall *recall, GstVideoRegionOfInterestMeta *roi,
                        GPtrArray *said)
{
  Memory *memory;

  g_mutex_lock (&recall->lock);
  memory = g_hash_table_lookup (recall->objects,
                                GINT_TO_POINTER (gst_weir_meta_object_id (roi)));
  if (memory != NULL) {
    g_clear_pointer (&memory->said, g_ptr_array_unref);
    memory->said = g_ptr_array_ref (said);
    memory->fresh = TRUE;
  }
  g_mutex_unlock (&recall->lock);
  g_ptr_array_unref (said);
}

static void
repeat (const Memory *memory, GstVideoRegionOfInterestMeta *roi)
{
  for (guint i = 0; memory->said != NULL && i < memory->said->len; i++)
    gst_video_region_of_interest_meta_add_param (
        roi, gst_structure_copy (memory->said->pdata[i]));
}

void
gst_weir_recall_repeat (GstWeirRecall *recall, GstBuffer *buffer)
{
  gpointer roi, state = NULL;

  g_mutex_lock (&recall->lock);
  while ((roi = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL) {
    Memory *memory = g_hash_table_lookup (
        recall->objects, GINT_TO_POINTER (gst_weir_meta_object_id (roi)));

    if (memory != NULL && !memory->fresh)
      repeat (memory, roi);
    if (memory != NULL)
      memory->fresh = FALSE;
  }
  g_mutex_unlock (&recall->lock);
}
