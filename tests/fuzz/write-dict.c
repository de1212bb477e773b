#include "ir/op.h"

#include <stdio.h>

/* The words of the IR as a dictionary for libFuzzer, from the table of operations. */

static const char *const words[] = {
  "<layer id=",
  "<edge from-layer=",
  "<port id=",
  "<dim>",
  "<body>",
  "<port_map>",
  "<back_edges>",
  "<rt_info>",
  "<data ",
  "internal_layer_id=",
  "external_port_id=",
  "offset=",
  "size=",
  "shape=",
  "element_type=",
  "precision=",
  "names=",
  "version=",
};

static void
print_word (const char *word)
{
  printf ("\"");
  for (; *word != '\0'; word++)
    printf (*word == '"' || *word == '\\' ? "\\%c" : "%c", *word);
  printf ("\"\n");
}

static void
print_attrs (const WeirOp *op)
{
  for (guint i = 0; i < weir_op_n_attrs (op); i++) {
    g_autofree char *text =
        g_strdup_printf ("%s=\"%s\"", op->attrs[i].name,
                         op->attrs[i].fallback != NULL ? op->attrs[i].fallback : "1");
    print_word (text);
  }
}

int
main (void)
{
  guint count;
  const WeirOp *const *table = weir_op_table (&count);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    print_word (words[i]);
  for (guint i = 0; i < count; i++) {
    g_autofree char *type = g_strdup_printf ("type=\"%s\" version=\"opset%u\"",
                                             table[i]->name, table[i]->versions[0]);
    print_word (type);
    print_attrs (table[i]);
  }
  for (int dtype = 1; dtype < WEIR_N_DTYPES; dtype++) {
    print_word (weir_dtype_name ((WeirDtype) dtype));
    print_word (weir_dtype_precision ((WeirDtype) dtype));
  }
  return 0;
}
