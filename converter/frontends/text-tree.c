#include "text-tree.h"

#include "base/error.h"

#include <string.h>

/* Field 0 is the text itself; 0 as a link is none. */
struct _WeirTextTree {
  GArray *fields; /* WeirTextField */
  GStringChunk *texts;
};

/* Messages that are open: where the next field is linked to. */
typedef struct {
  guint parent, last;
  char due;
} Level;

typedef struct {
  WeirTextTree *tree;
  WeirTextReader reader;
  WeirBudget budget;
  Level levels[WEIR_MAX_DEPTH];
  guint depth;
} Parser;

static WeirTextField *
field_at (const WeirTextTree *tree, guint index)
{
  return &g_array_index (tree->fields, WeirTextField, index);
}

static gboolean
charge (Parser *p, gsize size, GError **error)
{
  return weir_budget_take (&p->budget, size, "the fields", error);
}

static gboolean
add_field (Parser *p, const char *name, const WeirTextToken *at, guint *index,
           GError **error)
{
  Level *level = &p->levels[p->depth - 1];
  WeirTextField field = {
    .name = name, .line = at->line, .column = at->column, .begin = at->begin
  };

  if (!charge (p, sizeof field, error))
    return FALSE;
  *index = p->tree->fields->len;
  g_array_append_val (p->tree->fields, field);
  if (level->last != 0)
    field_at (p->tree, level->last)->next = *index;
  else
    field_at (p->tree, level->parent)->child = *index;
  level->last = *index;
  return TRUE;
}

/* A word, or strings that follow each other, which are one. */
static gboolean
read_scalar (Parser *p, const char **value, GError **error)
{
  g_autoptr (GByteArray) text = g_byte_array_new ();

  if (p->reader.token.kind == WEIR_TEXT_NAME) {
    const WeirTextToken *token = &p->reader.token;

    g_byte_array_append (text, p->reader.bytes.data + token->begin,
                         (guint) (token->end - token->begin));
    if (!weir_text_next (&p->reader, error))
      return FALSE;
  } else if (p->reader.token.kind != WEIR_TEXT_STRING) {
    return weir_text_fail (&p->reader, error, "expected a value");
  }
  while (p->reader.token.kind == WEIR_TEXT_STRING)
    if (!weir_text_string (&p->reader, text, error) ||
        !weir_text_next (&p->reader, error))
      return FALSE;
  g_byte_array_append (text, (const guint8 *) "", 1);
  if (!charge (p, text->len, error))
    return FALSE;
  *value = g_string_chunk_insert (p->tree->texts, (const char *) text->data);
  return TRUE;
}

static gboolean
add_scalar (Parser *p, const char *name, const WeirTextToken *at, GError **error)
{
  const char *value = NULL;
  guint index = 0;

  if (!read_scalar (p, &value, error) || !add_field (p, name, at, &index, error))
    return FALSE;
  field_at (p->tree, index)->value = value;
  field_at (p->tree, index)->end = p->reader.token.begin;
  return TRUE;
}

static gboolean
add_list (Parser *p, const char *name, const WeirTextToken *at, GError **error)
{
  if (!weir_text_next (&p->reader, error))
    return FALSE;
  while (!weir_text_is (&p->reader, ']')) {
    if (!add_scalar (p, name, at, error))
      return FALSE;
    if (weir_text_is (&p->reader, ',') && !weir_text_next (&p->reader, error))
      return FALSE;
  }
  return weir_text_next (&p->reader, error);
}

static gboolean
open_message (Parser *p, const char *name, const WeirTextToken *at, char due,
              GError **error)
{
  guint index = 0;

  if (p->depth == WEIR_MAX_DEPTH)
    return weir_text_fail (&p->reader, error, "nested deeper than %d", WEIR_MAX_DEPTH);
  if (!add_field (p, name, at, &index, error))
    return FALSE;
  p->levels[p->depth++] = (Level){ .parent = index, .due = due };
  return weir_text_next (&p->reader, error);
}

static gboolean
add_value (Parser *p, GError **error)
{
  WeirTextToken at = p->reader.token;
  g_autofree char *word = weir_text_word (&p->reader);
  const char *name;

  if (at.kind != WEIR_TEXT_NAME)
    return weir_text_fail (&p->reader, error,
                           "expected the name of a field, found '%.80s'", word);
  if (!charge (p, strlen (word) + 1, error) || !weir_text_next (&p->reader, error))
    return FALSE;
  name = g_string_chunk_insert_const (p->tree->texts, word);
  if (weir_text_is (&p->reader, ':') && !weir_text_next (&p->reader, error))
    return FALSE;
  if (weir_text_is (&p->reader, '{') || weir_text_is (&p->reader, '<'))
    return open_message (p, name, &at, weir_text_is (&p->reader, '{') ? '}' : '>', error);
  return weir_text_is (&p->reader, '[') ? add_list (p, name, &at, error)
                                        : add_scalar (p, name, &at, error);
}

static gboolean
step (Parser *p, GError **error)
{
  char due = p->levels[p->depth - 1].due;

  if (weir_text_is (&p->reader, ',') || weir_text_is (&p->reader, ';'))
    return weir_text_next (&p->reader, error);
  if (due != 0 && weir_text_is (&p->reader, due)) {
    field_at (p->tree, p->levels[--p->depth].parent)->end = p->reader.token.end;
    return weir_text_next (&p->reader, error);
  }
  if (p->reader.token.kind == WEIR_TEXT_END)
    return weir_text_fail (&p->reader, error, "expected '%c', found the end", due);
  return add_value (p, error);
}

WeirTextTree *
weir_text_tree_new (const WeirBytes *text, GError **error)
{
  g_autoptr (WeirTextTree) tree = g_new0 (WeirTextTree, 1);
  Parser p = { .tree = tree, .depth = 1 };
  gboolean good;

  tree->fields = g_array_sized_new (FALSE, TRUE, sizeof (WeirTextField), 1);
  g_array_set_size (tree->fields, 1);
  tree->texts = g_string_chunk_new (4096);
  weir_budget_init (&p.budget, text->size);
  good = weir_text_reader_init (&p.reader, text, error);
  while (good && !(p.depth == 1 && p.reader.token.kind == WEIR_TEXT_END))
    good = step (&p, error);
  return good ? g_steal_pointer (&tree) : NULL;
}

void
weir_text_tree_free (WeirTextTree *tree)
{
  if (tree == NULL)
    return;
  g_array_unref (tree->fields);
  g_string_chunk_free (tree->texts);
  g_free (tree);
}

const WeirTextField *
weir_text_tree_child (const WeirTextTree *tree, const WeirTextField *parent)
{
  guint index = parent != NULL ? parent->child : field_at (tree, 0)->child;

  return index != 0 ? field_at (tree, index) : NULL;
}

const WeirTextField *
weir_text_tree_next (const WeirTextTree *tree, const WeirTextField *field)
{
  return field->next != 0 ? field_at (tree, field->next) : NULL;
}

const WeirTextField *
weir_text_tree_find (const WeirTextTree *tree, const WeirTextField *parent,
                     const char *name)
{
  const WeirTextField *field = weir_text_tree_child (tree, parent);

  while (field != NULL && strcmp (field->name, name) != 0)
    field = weir_text_tree_next (tree, field);
  return field;
}
