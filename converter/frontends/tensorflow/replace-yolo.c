#include "replace.h"

#include "base/checked.h"
#include "base/problem.h"

#include <string.h>

/* YOLO: the last layer, or several of them, becomes RegionYolo. */

/* @mask: which of @anchors, pairs of numbers, a layer has; all where it is empty. */
typedef struct {
  gint64 classes, coords, num;
  gboolean do_softmax;
  double *anchors;
  gsize n_anchors;
  gint64 *mask;
  gsize n_mask;
} Region;

static WeirPort
region (TfNode *n)
{
  const Region *region = tf_piece (n);
  WeirMake *m = &n->make;
  WeirNode *node;

  if (weir_make_rank (m, tf_in (n, 0)) != 4)
    return weir_make_invalid (m, "expected a picture of rank 4 in front of a region");
  node = WEIR_MAKE_BEGIN (m, "RegionYolo", weir_make_to_nchw (m, tf_in (n, 0)));
  weir_node_set_int (node, "axis", 1);
  weir_node_set_int (node, "end_axis", region->do_softmax ? -1 : 3);
  weir_node_set_int (node, "coords", region->coords);
  weir_node_set_int (node, "classes", region->classes);
  weir_node_set_int (node, "num", region->num);
  weir_node_set_bool (node, "do_softmax", region->do_softmax);
  weir_node_set_floats (node, "anchors", region->anchors, region->n_anchors);
  weir_node_set_ints (node, "mask", region->mask, region->n_mask);
  return weir_make_end (m, node);
}

static gboolean
read_count (const TfReplace *r, const char *name, gint64 *value, GError **error)
{
  double number = tf_replace_number (r, name, -1);

  *value = weir_whole (number, -1, 1e4);
  return (*value > 0 && (double) *value == number) ||
         weir_problem_fail (error, WEIR_PROBLEM_CONFIG_CONTENT,
                            "attribute '%s': expected a whole number from 1 to 10000",
                            name);
}

/* What all layers have in common. */
static Region *
read_region (TfReplace *r, GError **error)
{
  Region *region = tf_rewrite_keep (r->rewrite, g_new0 (Region, 1));
  GError *local = NULL;
  g_autoptr (GArray) anchors = tf_replace_numbers (r, "anchors", &local);

  if (local != NULL) {
    g_propagate_error (error, local);
    return NULL;
  }
  if (!read_count (r, "classes", &region->classes, error) ||
      !read_count (r, "coords", &region->coords, error) ||
      !read_count (r, "num", &region->num, error))
    return NULL;
  region->do_softmax = tf_replace_bool (r, "do_softmax", FALSE) ||
                       tf_replace_number (r, "do_softmax", 0) != 0;
  region->n_anchors = anchors != NULL ? anchors->len : 0;
  region->anchors = tf_rewrite_keep (
      r->rewrite, region->n_anchors > 0
                      ? g_memdup2 (anchors->data, anchors->len * sizeof (double))
                      : g_new0 (double, 1));
  return region;
}

static const char *
add_region (TfReplace *r, const char *name, const Region *data, const char *input)
{
  return tf_rewrite_add (r->rewrite, name, "RegionYolo", region, data, &input, 1);
}

/* Without softmax, RegionYolo counts the anchors of a layer by its mask: all of them. */
static void
take_all (TfReplace *r, Region *region)
{
  if (region->do_softmax)
    return;
  region->n_mask = (gsize) region->num;
  region->mask = tf_rewrite_keep (r->rewrite, g_new0 (gint64, region->n_mask));
  for (gsize i = 0; i < region->n_mask; i++)
    region->mask[i] = (gint64) i;
}

/* Versions 1 and 2: each output of the graph. */
static gboolean
replace_outputs (TfReplace *r, GError **error)
{
  g_autoptr (GPtrArray) outputs = tf_rewrite_outputs (r->rewrite, NULL);
  Region *data = read_region (r, error);

  if (data == NULL)
    return FALSE;
  if (outputs->len == 0)
    return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH,
                              "the graph has no output");
  take_all (r, data);
  for (guint i = 0; i < outputs->len; i++) {
    const TfWanted *wanted = outputs->pdata[i];
    g_autofree char *name = g_strconcat (wanted->name, "/YoloRegion", NULL);

    tf_replace_output (r, name, add_region (r, name, data, wanted->ref));
  }
  return TRUE;
}

static gint64 *
read_mask (TfReplace *r, JsonArray *list, gint64 num, gsize *count, GError **error)
{
  gint64 *mask = NULL;

  *count = list != NULL ? json_array_get_length (list) : 0;
  if (*count > 0)
    mask = tf_rewrite_keep (r->rewrite, g_new0 (gint64, *count));
  for (guint i = 0; i < *count; i++)
    if (!weir_json_node_int (json_array_get_element (list, i), &mask[i]) || mask[i] < 0 ||
        mask[i] >= num)
      mask = NULL, *count = 0;
  if (mask == NULL)
    weir_problem_fail (error, WEIR_PROBLEM_CONFIG_CONTENT,
                       "attribute 'masks': expected for each entry point a list of "
                       "numbers from 0 to %" G_GINT64_FORMAT,
                       num - 1);
  return mask;
}

/* What stands in front of an entry point is a layer's end. */
static gboolean
replace_entry (TfReplace *r, const Region *all, const char *entry, JsonArray *mask,
               GError **error)
{
  const char *input = tf_rewrite_input (r->rewrite, entry, 0, error);
  Region *data = tf_rewrite_keep (r->rewrite, g_memdup2 (all, sizeof *all));
  g_autofree char *output = NULL;
  g_autofree char *before = NULL;
  g_autofree char *name = NULL;
  guint index;

  if (input == NULL)
    return FALSE;
  data->mask = read_mask (r, mask, all->num, &data->n_mask, error);
  if (data->mask == NULL)
    return FALSE;
  before = tf_split_name (input, &output, &index);
  name = g_strconcat (before, "/YoloRegion", NULL);
  tf_replace_output (r, name, add_region (r, name, data, input));
  return TRUE;
}

static gboolean
replace_entries (TfReplace *r, GError **error)
{
  JsonArray *entries = weir_json_array (r->attributes, "entry_points");
  JsonArray *masks = weir_json_array (r->attributes, "masks");
  guint n = entries != NULL ? json_array_get_length (entries) : 0;
  Region *all = read_region (r, error);

  if (all == NULL)
    return FALSE;
  if (n == 0 || masks == NULL || json_array_get_length (masks) != n)
    return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_CONTENT,
                              "expected 'entry_points', a list of nodes, and as many "
                              "'masks'");
  for (guint i = 0; i < n; i++) {
    const char *entry = weir_json_node_string (json_array_get_element (entries, i));
    JsonArray *mask = weir_json_node_array (json_array_get_element (masks, i));

    if (entry == NULL)
      return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_CONTENT,
                                "attribute 'entry_points': expected names of nodes");
    if (!replace_entry (r, all, entry, mask, error))
      return FALSE;
  }
  return TRUE;
}

const TfReplaceRow tf_replace_yolo[] = {
  { "TFYOLO", replace_outputs },
  { "TFYOLOV3", replace_entries },
  { NULL, NULL },
};
