#pragma once

#include "base/dtype.h"

WEIR_BEGIN_DECLS

/**
 * WeirAttrType:
 *
 * What an attribute of an operation holds. Enumerations are strings with a list of the
 * allowed words in the range of their row.
 */
typedef enum {
  WEIR_ATTR_INT,
  WEIR_ATTR_FLOAT,
  WEIR_ATTR_BOOL,
  WEIR_ATTR_STRING,
  WEIR_ATTR_DTYPE,
  WEIR_ATTR_INTS,
  WEIR_ATTR_FLOATS,
} WeirAttrType;

/**
 * WeirAttrRow:
 * @name: as it stands in the IR
 * @type: what it holds
 * @fallback: default in the IR's own spelling; %NULL for a required attribute
 * @range: (nullable): for strings the allowed words, "a|b|c"; for numbers "low..high"
 *   where either side may be empty
 * @since: first version of the operation that has it; 0 means all
 * @until: last version that has it; 0 means all
 */
typedef struct {
  const char *name;
  WeirAttrType type;
  const char *fallback;
  const char *range;
  guint since;
  guint until;
} WeirAttrRow;

/**
 * WeirAttr:
 *
 * One value, as its row describes it. @set tells a value that was given from a default.
 */
typedef struct {
  gboolean set;
  gint64 i; /* also bool and dtype */
  double f;
  char *s;
  gint64 *ints;
  double *floats;
  gsize n;
} WeirAttr;

void weir_attr_clear (WeirAttr *attr);
void weir_attr_copy (WeirAttr *attr, const WeirAttr *from);
gboolean weir_attr_equal (const WeirAttr *a, const WeirAttr *b);

/** weir_attr_parse: from the IR's spelling, with the row's range checked. */
gboolean weir_attr_parse (const WeirAttrRow *row, const char *text, WeirAttr *attr,
                          GError **error);
/** weir_attr_check: whether a value that code has set lies in the row's range. */
gboolean weir_attr_check (const WeirAttrRow *row, const WeirAttr *attr, GError **error);
/** weir_attr_print: (transfer full): the IR's spelling: "1, 1", "true", "0.5", "f32". */
char *weir_attr_print (const WeirAttrRow *row, const WeirAttr *attr);
/** weir_attr_type_name: "int", "float", … for messages and docs. */
const char *weir_attr_type_name (WeirAttrType type);

/** weir_print_float: (transfer full): the shortest decimal that reads back as @value. */
char *weir_print_float (double value, gboolean single);

WEIR_END_DECLS
