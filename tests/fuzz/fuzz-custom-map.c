#include "frontends/caffe/custom-map.h"
#include "fuzz.h"

/* CustomLayersMapping.xml. */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (WeirSource) source = weir_source_new (bytes, "fuzz.xml");
  g_autoptr (GError) error = NULL;
  GHashTable *map = cf_custom_map_read (source, &error);

  if ((map == NULL) == (error == NULL))
    g_error ("a map and an error, or none of both");
  g_clear_pointer (&map, g_hash_table_unref);
  return 0;
}
