#pragma once

#include "text.h"

WEIR_BEGIN_DECLS

/**
 * SECTION: text-tree
 *
 * A text of protobuf as it stands, for those who look for fields that no schema knows.
 */

/**
 * WeirTextField:
 * @name: of the field
 * @value: (nullable): what a scalar stands for, escapes of strings resolved; %NULL for a
 *   message. A list is as many fields.
 * @line, @column: where it stands
 * @begin, @end: the same in bytes, all of it
 * @next, @child: for weir_text_tree_next() and weir_text_tree_child()
 */
typedef struct {
  const char *name, *value;
  guint line, column;
  gsize begin, end;
  guint next, child;
} WeirTextField;

typedef struct _WeirTextTree WeirTextTree;

/** weir_text_tree_new: %NULL with the line and column of what is wrong. */
WeirTextTree *weir_text_tree_new (const WeirBytes *text, GError **error);
void weir_text_tree_free (WeirTextTree *tree);
/** weir_text_tree_child: (nullable): the first field of @parent, or of the text where
 * that is %NULL. */
const WeirTextField *weir_text_tree_child (const WeirTextTree *tree,
                                           const WeirTextField *parent);
/** weir_text_tree_next: (nullable): the one behind @field in the same message. */
const WeirTextField *weir_text_tree_next (const WeirTextTree *tree,
                                          const WeirTextField *field);
/** weir_text_tree_find: (nullable): the first field @name of @parent. */
const WeirTextField *weir_text_tree_find (const WeirTextTree *tree,
                                          const WeirTextField *parent, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirTextTree, weir_text_tree_free)

WEIR_END_DECLS
