#include "gstweirmodelstore.h"

#include <glib/gstdio.h>
#include <string.h>

/* Networks in use, by what they were made of. The store holds a reference of its own to
 * each; one that nobody else holds goes when the store is next asked. */
static GMutex lock;
static GHashTable *networks; /* key -> WeirNetwork */

static void
add_file (GString *key, const char *path)
{
  GStatBuf st;

  if (g_stat (path, &st) == 0)
    g_string_append_printf (key,
                            "file=%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT
                            ":%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ".%09ld",
                            (guint64) st.st_dev, (guint64) st.st_ino, (gint64) st.st_size,
                            (gint64) st.st_mtim.tv_sec, (long) st.st_mtim.tv_nsec);
  else
    g_string_append_printf (key, "path=%s", path);
}

static void
add_identity (GString *key, const GstWeirModelRequest *r)
{
  if (r->instance_id != NULL) {
    g_string_append_printf (key, "id=%s", r->instance_id);
  } else if (r->stream != NULL) {
    g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, r->stream);
    g_string_append_printf (key, "hash=%s", hash);
  } else {
    add_file (key, r->path);
  }
}

static gboolean
is_quantized (const GstWeirModelRequest *r)
{
  return g_strcmp0 (r->precision, "i8") == 0 && r->statistics != NULL;
}

static char *
make_key (const GstWeirModelRequest *r)
{
  GString *key = g_string_new (NULL);

  add_identity (key, r);
  if (r->instance_id == NULL && is_quantized (r))
    add_file (g_string_append (key, "\nstatistics "), r->statistics);
  if (r->instance_id == NULL)
    g_string_append_printf (key, "\n%s\n%s\n%s\n%s\n%u %u %u %u %u",
                            r->extensions != NULL ? r->extensions : "",
                            r->offload != NULL ? r->offload : "",
                            r->convert_options != NULL ? r->convert_options : "",
                            r->device != NULL ? r->device : "", r->threads, r->streams,
                            r->batch, r->reshape_width, r->reshape_height);
  return g_string_free (key, FALSE);
}

static gboolean
nobody_holds (gpointer key, gpointer value, gpointer data)
{
  (void) key;
  (void) data;
  return weir_network_is_last (value);
}

static WeirNetwork *
find (const char *key)
{
  WeirNetwork *network;

  g_mutex_lock (&lock);
  if (networks == NULL)
    networks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                      (GDestroyNotify) weir_network_unref);
  network = g_hash_table_lookup (networks, key);
  if (network != NULL)
    weir_network_ref (network);
  g_mutex_unlock (&lock);
  return network;
}

void
gst_weir_model_store_release (WeirNetwork *network)
{
  weir_network_unref (network);
  g_mutex_lock (&lock);
  if (networks != NULL)
    g_hash_table_foreach_remove (networks, nobody_holds, NULL);
  g_mutex_unlock (&lock);
}

/* Two that load the same at once may both compile; the first to come back is kept. */
static WeirNetwork *
keep (const char *key, WeirNetwork *network)
{
  WeirNetwork *kept;

  g_mutex_lock (&lock);
  kept = g_hash_table_lookup (networks, key);
  if (kept == NULL) {
    g_hash_table_insert (networks, g_strdup (key), weir_network_ref (network));
    kept = network;
  } else {
    weir_network_ref (kept);
    weir_network_unref (network);
  }
  g_mutex_unlock (&lock);
  return kept;
}

static WeirModel *
convert (const GstWeirModelRequest *r, WeirProgress progress, gpointer user_data,
         GError **error)
{
  g_autoptr (WeirConvertOptions) options = weir_convert_options_new ();

  if (r->convert_options != NULL &&
      !weir_convert_options_parse_line (options, r->convert_options, error))
    return NULL;
  if (r->extensions != NULL &&
      !weir_convert_options_set (options, "extensions", r->extensions, error))
    return NULL;
  if (r->offload != NULL &&
      !weir_convert_options_set (options, "offload", r->offload, error))
    return NULL;
  if (r->stream != NULL)
    return weir_convert_bytes (r->stream, "model stream", NULL, options, progress,
                               user_data, error);
  return weir_convert_cached (r->path, options, r->cache_dir, progress, user_data, error);
}

/* The model's first picture input at another size. */
static void
reshape (const GstWeirModelRequest *r, const WeirModel *model, WeirShape *shapes, guint n)
{
  const WeirGraph *graph = weir_model_graph (model);

  for (guint i = 0; i < n; i++) {
    const WeirShape *shape = &weir_graph_parameter (graph, i)->outputs[0].info.shape;
    int first = shape->rank == 4 && (shape->dims[3] == 3 || shape->dims[3] == 1) ? 1 : 2;

    shapes[i] = WEIR_SHAPE_UNKNOWN;
    if (shape->rank != 4 || (r->reshape_width == 0 && r->reshape_height == 0))
      continue;
    shapes[i] = *shape;
    if (shapes[i].dims[0] < 0)
      shapes[i].dims[0] = 1;
    if (r->reshape_height > 0)
      shapes[i].dims[first] = r->reshape_height;
    if (r->reshape_width > 0)
      shapes[i].dims[first + 1] = r->reshape_width;
  }
}

static WeirNetwork *
compile (const GstWeirModelRequest *r, WeirModel *model, GError **error)
{
  guint n = weir_graph_n_parameters (weir_model_graph (model));
  g_autofree WeirShape *shapes = g_new0 (WeirShape, MAX (n, 1));
  WeirNetworkOptions options = { .device = r->device,
                                 .threads = r->threads,
                                 .streams = r->streams,
                                 .batch = r->batch,
                                 .shapes = shapes,
                                 .n_shapes = n };

  reshape (r, model, shapes, n);
  return weir_network_new (model, &options, error);
}

static gboolean
check_precision (const GstWeirModelRequest *r, GError **error)
{
  if (g_strcmp0 (r->precision, "i8") == 0)
    return r->statistics != NULL ||
           weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "precision=i8 needs statistics=FILE: `weir quantize` writes it");
  return r->precision == NULL || strcmp (r->precision, "f32") == 0 ||
         weir_fail (error, WEIR_ERROR_ARGUMENT,
                    "precision: expected f32 or i8, found '%s'", r->precision);
}

/* @model is taken. */
static WeirModel *
quantize (const GstWeirModelRequest *r, WeirModel *model, GError **error)
{
  g_autoptr (WeirModel) exact = model;
  g_autoptr (WeirCalibration) calibration = weir_calibration_read (r->statistics, error);

  return calibration != NULL ? weir_calibration_apply (calibration, exact, error) : NULL;
}

WeirNetwork *
gst_weir_model_store_load (const GstWeirModelRequest *request, WeirProgress progress,
                           gpointer user_data, GError **error)
{
  g_autofree char *key = make_key (request);
  g_autoptr (WeirModel) model = NULL;
  WeirNetwork *network;

  if (!check_precision (request, error))
    return NULL;
  network = find (key);
  if (network != NULL)
    return network;
  model = convert (request, progress, user_data, error);
  if (model != NULL && is_quantized (request))
    model = quantize (request, g_steal_pointer (&model), error);
  if (model == NULL)
    return NULL;
  network = compile (request, model, error);
  return network != NULL ? keep (key, network) : NULL;
}
