#include "custom-op.h"

#include "base/error.h"
#include "ir/graph.h"
#include "ir/offload.h"

#include <string.h>

typedef struct {
  WeirOp op;
  WeirOpExtension extension;
} Custom;

static gboolean
infer (WeirInfer *infer, GError **error)
{
  return weir_offload_infer (infer, infer->node->op->extension->data, error);
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  (void) eval;
  return weir_fail (
      error, WEIR_ERROR_UNSUPPORTED,
      "a custom layer: --extensions has to name a library with an operation "
      "of this name");
}

static Custom *
make (const char *type, const GPtrArray *names, const char *outputs, guint count)
{
  Custom *custom = g_new0 (Custom, 1);
  WeirAttrRow *rows = g_new0 (WeirAttrRow, names->len + 1);

  for (guint i = 0; i < names->len; i++)
    rows[i] = (WeirAttrRow){ .name = g_strdup (names->pdata[i]),
                             .type = WEIR_ATTR_STRING,
                             .fallback = "" };
  custom->extension = (WeirOpExtension){ .library = "CustomLayersMapping.xml",
                                         .version = "extension",
                                         .data = g_strdup (outputs) };
  custom->op = (WeirOp){ .name = g_strdup (type),
                         .versions = { 1 },
                         .max_inputs = WEIR_ANY_NUMBER,
                         .outputs = (guint8) MIN (count, WEIR_ANY_NUMBER),
                         .attrs = rows,
                         .summary = "A custom layer of Caffe",
                         .infer = infer,
                         .evaluate = evaluate,
                         .extension = &custom->extension };
  return custom;
}

const WeirOp *
cf_custom_op (const char *type, const GPtrArray *names, const char *outputs, guint count)
{
  static GMutex lock;
  static GHashTable *made; /* all that it was made of -> Custom */
  GString *key = g_string_new (type);
  Custom *custom;

  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (key, "\n%s", (const char *) names->pdata[i]);
  g_string_append_printf (key, "\n%s", outputs);
  g_mutex_lock (&lock);
  if (made == NULL)
    made = g_hash_table_new (g_str_hash, g_str_equal);
  custom = g_hash_table_lookup (made, key->str);
  if (custom == NULL) {
    custom = make (type, names, outputs, count);
    g_hash_table_insert (made, g_strdup (key->str), custom);
  }
  g_mutex_unlock (&lock);
  g_string_free (key, TRUE);
  return &custom->op;
}
