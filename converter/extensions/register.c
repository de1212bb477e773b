#include "register.h"

#include "base/error.h"
#include "base/expression.h"

#include <string.h>

/* What a library hands over, checked and copied. */

#define MAX_NAME  80
#define MAX_ATTRS 64

static GPrivate current; /* ExtRegistration: of the library that this thread registers */

void
ext_register_begin (ExtRegistration *r)
{
  g_private_set (&current, r);
}

void
ext_register_end (ExtRegistration *r)
{
  (void) r;
  g_private_set (&current, NULL);
}

void
ext_register_fail (const char *message)
{
  ExtRegistration *r = g_private_get (&current);

  if (r != NULL && r->error == NULL)
    weir_fail (&r->error, WEIR_ERROR_ARGUMENT, "%s", message);
}

/* A structure of another version has another size: what it lacks is zero here, what it
 * has beyond ours is not looked at. */
static gboolean
take (const void *from, gsize least, void *to, gsize size, GError **error)
{
  uint32_t head[2];

  if (from == NULL)
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "the library handed over NULL");
  memcpy (head, from, sizeof head);
  if (head[0] != WEIR_EXTENSION_ABI)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "built for version %u of the extension ABI; this is version %d",
                      head[0], WEIR_EXTENSION_ABI);
  if (head[1] < least)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "a structure of %u bytes; expected at least %zu", head[1], least);
  memset (to, 0, size);
  memcpy (to, from, MIN (head[1], size));
  return TRUE;
}

/* Names become names in XML. */
static gboolean
check_name (const char *what, const char *name, const char *more, GError **error)
{
  gsize n = name != NULL ? strnlen (name, MAX_NAME + 1) : 0;
  gboolean good = n > 0 && n <= MAX_NAME && strchr ("-.0123456789", *name) == NULL;

  for (gsize i = 0; good && i < n; i++)
    good = g_ascii_isalnum (name[i]) || name[i] == '_' || strchr (more, name[i]) != NULL;
  return good || weir_fail (error, WEIR_ERROR_ARGUMENT,
                            "%s '%.80s': expected letters, digits and '_'", what,
                            name != NULL ? name : "");
}

/* Any text that stays on a line. */
static gboolean
check_version (const char *version, GError **error)
{
  gsize n = strnlen (version, MAX_NAME + 1);
  gboolean good = n > 0 && n <= MAX_NAME;

  for (gsize i = 0; good && i < n; i++)
    good = g_ascii_isgraph (version[i]);
  return good || weir_fail (error, WEIR_ERROR_ARGUMENT, "version '%.80s'", version);
}

static const WeirAttrType attr_types[] = {
  [WEIR_EXTENSION_ATTR_INT] = WEIR_ATTR_INT,
  [WEIR_EXTENSION_ATTR_FLOAT] = WEIR_ATTR_FLOAT,
  [WEIR_EXTENSION_ATTR_BOOL] = WEIR_ATTR_BOOL,
  [WEIR_EXTENSION_ATTR_STRING] = WEIR_ATTR_STRING,
  [WEIR_EXTENSION_ATTR_INTS] = WEIR_ATTR_INTS,
  [WEIR_EXTENSION_ATTR_FLOATS] = WEIR_ATTR_FLOATS,
  [WEIR_EXTENSION_ATTR_DTYPE] = WEIR_ATTR_DTYPE,
};

static gboolean
copy_attr (const WeirExtensionAttr *from, const WeirAttrRow *before, guint n,
           WeirAttrRow *copy, GError **error)
{
  WeirAttrRow row = { .name = from->name, .range = from->range };
  WeirAttr value = { 0 };

  if (!check_name ("attribute", from->name, "-.", error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (strcmp (before[i].name, from->name) == 0)
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "attribute '%s' comes twice",
                        from->name);
  if ((guint) from->type == 0 || (guint) from->type >= G_N_ELEMENTS (attr_types))
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "attribute '%s' has type %d",
                      from->name, (int) from->type);
  row.type = attr_types[from->type];
  if (from->fallback != NULL && !weir_attr_parse (&row, from->fallback, &value, error)) {
    g_prefix_error (error, "default of ");
    return FALSE;
  }
  weir_attr_clear (&value);
  *copy = (WeirAttrRow){ .name = g_strdup (from->name),
                         .type = row.type,
                         .range = g_strdup (from->range),
                         .fallback = g_strdup (from->fallback) };
  return TRUE;
}

static gboolean
copy_attrs (const WeirExtensionAttr *from, WeirOp *op, GError **error)
{
  WeirAttrRow *rows;

  if (from == NULL)
    return TRUE;
  rows = g_new0 (WeirAttrRow, MAX_ATTRS + 1);
  op->attrs = rows;
  for (guint i = 0; from[i].name != NULL; i++) {
    if (i == MAX_ATTRS)
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "more than %d attributes", MAX_ATTRS);
    if (!copy_attr (&from[i], rows, i, &rows[i], error))
      return FALSE;
  }
  return TRUE;
}

/* "n", "d0" to "d7"; all are 1 where only the spelling matters. */
static gboolean
work_name (const char *name, gpointer data, double *value, GError **error)
{
  (void) data;
  *value = 1;
  return strcmp (name, "n") == 0 ||
         (name[0] == 'd' && name[1] >= '0' && name[1] <= '7' && name[2] == '\0') ||
         weir_fail (error, WEIR_ERROR_ARGUMENT, "there is no '%s'", name);
}

static gboolean
check_work (const char *what, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  guint n = g_strv_length (parts);
  double value;

  if (n < 1 || n > 3)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "OpenCL kernel: %s: expected one to three sizes, found %u", what,
                      n);
  for (guint i = 0; i < n; i++)
    if (!weir_expression_evaluate (parts[i], work_name, NULL, &value, error)) {
      g_prefix_error (error, "OpenCL kernel: %s: ", what);
      return FALSE;
    }
  return TRUE;
}

static gboolean
copy_kernel (const WeirExtensionKernel *from, ExtOp *op, GError **error)
{
  const gsize least = offsetof (WeirExtensionKernel, local) + sizeof (char *);
  WeirExtensionKernel k;

  if (from == NULL)
    return TRUE;
  if (!take (from, least, &k, sizeof k, error))
    return FALSE;
  if (k.source == NULL || k.global == NULL)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "OpenCL kernel: without source or work size");
  if (!check_name ("OpenCL kernel", k.entry, "", error) ||
      !check_work ("global", k.global, error) ||
      (k.local != NULL && !check_work ("local", k.local, error)))
    return FALSE;
  op->kernel = (WeirOpKernel){ .source = g_strdup (k.source),
                               .entry = g_strdup (k.entry),
                               .global = g_strdup (k.global),
                               .local = g_strdup (k.local) };
  op->extension.kernel = &op->kernel;
  return TRUE;
}

static gboolean
check_counts (const WeirExtensionOp *from, GError **error)
{
  if (from->min_inputs > from->max_inputs || from->max_inputs > WEIR_ANY_NUMBER ||
      from->min_inputs == WEIR_ANY_NUMBER)
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "%u to %u inputs", from->min_inputs,
                      from->max_inputs);
  if (from->n_outputs == 0 || from->n_outputs > WEIR_ANY_NUMBER)
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "%u outputs", from->n_outputs);
  if (from->evaluate == NULL || (from->infer == NULL && from->min_inputs == 0))
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "there is no %s",
                      from->evaluate == NULL ? "evaluate" : "infer");
  return TRUE;
}

static void
drop_op (ExtOp *op)
{
  for (guint i = 0; i < weir_op_n_attrs (&op->op); i++) {
    g_free ((char *) op->op.attrs[i].name);
    g_free ((char *) op->op.attrs[i].fallback);
    g_free ((char *) op->op.attrs[i].range);
  }
  g_free ((WeirAttrRow *) op->op.attrs);
  g_free ((char *) op->op.name);
  g_free ((char *) op->op.summary);
  g_free ((char *) op->extension.library);
  g_free ((char *) op->extension.version);
  g_free ((char *) op->kernel.source);
  g_free ((char *) op->kernel.entry);
  g_free ((char *) op->kernel.global);
  g_free ((char *) op->kernel.local);
  g_free (op);
}

static gboolean
fill_op (const WeirExtensionOp *from, const char *library, ExtOp *op, GError **error)
{
  if (!check_name ("name", from->name, "-.", error))
    return FALSE;
  op->op = (WeirOp){ .name = g_strdup (from->name),
                     .versions = { 1 },
                     .min_inputs = (guint8) from->min_inputs,
                     .max_inputs = (guint8) from->max_inputs,
                     .outputs = (guint8) from->n_outputs,
                     .flags = from->stateful ? WEIR_OP_STATEFUL : 0,
                     .summary = g_strdup (from->summary),
                     .infer = ext_infer,
                     .evaluate = ext_evaluate,
                     .extension = &op->extension };
  op->extension.library = g_strdup (library);
  op->extension.version = g_strdup (from->version != NULL ? from->version : "extension");
  op->extension.data = op;
  op->infer = from->infer;
  op->evaluate = from->evaluate;
  op->user_data = from->user_data;
  return check_counts (from, error) && check_version (op->extension.version, error) &&
         copy_attrs (from->attrs, &op->op, error) &&
         copy_kernel (from->opencl, op, error);
}

bool
ext_add_op (const WeirExtensionOp *op)
{
  const gsize least = offsetof (WeirExtensionOp, user_data) + sizeof (void *);
  ExtRegistration *r = g_private_get (&current);
  WeirExtensionOp from;
  ExtOp *copy;

  if (r == NULL || r->error != NULL || !take (op, least, &from, sizeof from, &r->error))
    return false;
  copy = g_new0 (ExtOp, 1);
  if (fill_op (&from, r->library, copy, &r->error)) {
    g_ptr_array_add (r->ops, &copy->op);
    return true;
  }
  drop_op (copy);
  g_prefix_error (&r->error, "operation '%.80s': ", from.name != NULL ? from.name : "");
  return false;
}

static void
drop_translation (WeirTranslation *t)
{
  ExtRows *rows = (ExtRows *) t->data;

  for (guint i = 0; rows->rows != NULL && rows->rows[i].to != NULL; i++) {
    g_free ((char *) rows->rows[i].to);
    g_free ((char *) rows->rows[i].from);
    g_free ((char *) rows->rows[i].value);
  }
  g_free (rows->rows);
  g_free (rows->target);
  g_free (rows);
  g_free ((char *) t->framework);
  g_free ((char *) t->domain);
  g_free ((char *) t->op);
  g_free (t);
}

static gboolean
copy_rows (const WeirExtensionAttrRow *from, ExtRows *to, GError **error)
{
  if (from == NULL)
    return TRUE;
  to->rows = g_new0 (WeirExtensionAttrRow, MAX_ATTRS + 1);
  for (guint i = 0; from[i].to != NULL; i++) {
    if (i == MAX_ATTRS)
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "more than %d attributes", MAX_ATTRS);
    to->rows[i] = (WeirExtensionAttrRow){ .to = g_strdup (from[i].to),
                                          .from = g_strdup (from[i].from),
                                          .value = g_strdup (from[i].value) };
  }
  return TRUE;
}

static gboolean
fill_translation (const WeirExtensionTranslation *from, WeirTranslation *t, ExtRows *rows,
                  GError **error)
{
  t->framework = g_strdup (from->framework);
  t->domain = g_strdup (from->domain != NULL ? from->domain : "");
  t->op = g_strdup (from->op);
  t->build = ext_translate;
  t->data = rows;
  rows->target = g_strdup (from->target);
  rows->translate = from->translate;
  rows->user_data = from->user_data;
  if (!check_name ("framework", from->framework, "", error))
    return FALSE;
  if (from->op == NULL || *from->op == '\0')
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "without an operation");
  if ((from->target == NULL) == (from->translate == NULL))
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "expected either a target or a callback");
  return copy_rows (from->attrs, rows, error);
}

bool
ext_add_translation (const WeirExtensionTranslation *translation)
{
  const gsize least = offsetof (WeirExtensionTranslation, user_data) + sizeof (void *);
  ExtRegistration *r = g_private_get (&current);
  WeirExtensionTranslation from;
  WeirTranslation *t;

  if (r == NULL || r->error != NULL ||
      !take (translation, least, &from, sizeof from, &r->error))
    return false;
  t = g_new0 (WeirTranslation, 1);
  if (fill_translation (&from, t, g_new0 (ExtRows, 1), &r->error)) {
    g_ptr_array_add (r->translations, t);
    return true;
  }
  drop_translation (t);
  g_prefix_error (&r->error, "translation of '%.80s': ", from.op != NULL ? from.op : "");
  return false;
}

void
ext_register_drop (ExtRegistration *r)
{
  for (guint i = 0; i < r->ops->len; i++)
    drop_op ((ExtOp *) ((const WeirOp *) r->ops->pdata[i])->extension->data);
  for (guint i = 0; i < r->translations->len; i++)
    drop_translation (r->translations->pdata[i]);
}
