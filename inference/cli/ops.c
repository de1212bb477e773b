#include "commands.h"

#include <stdio.h>
#include <string.h>

/* weir ops: the operations that are known, from the tables themselves. */

static void
describe_attr (const WeirAttrRow *row)
{
  printf ("  %-24s %-12s", row->name, weir_attr_type_name (row->type));
  if (row->fallback != NULL)
    printf (" default \"%s\"", row->fallback);
  else
    printf (" required");
  if (row->range != NULL)
    printf (", %s", row->range);
  if (row->since > 0)
    printf (", since opset %u", row->since);
  if (row->until > 0)
    printf (", until opset %u", row->until);
  printf ("\n");
}

static int
describe (const char *name)
{
  const WeirOp *op = weir_op_find (name);

  if (op == NULL) {
    fprintf (stderr, "weir: error: there is no operation '%s'\n", name);
    return EXIT_FAILED;
  }
  printf ("%s: %s\nopsets:", op->name, op->summary != NULL ? op->summary : "");
  for (guint i = 0; i < WEIR_MAX_VERSIONS && op->versions[i] != 0; i++)
    printf (" %u", op->versions[i]);
  printf ("\ninputs: %u", op->min_inputs);
  if (op->max_inputs == WEIR_ANY_NUMBER)
    printf (" or more");
  else if (op->max_inputs != op->min_inputs)
    printf (" to %u", op->max_inputs);
  printf ("\nattributes:\n");
  for (guint i = 0; i < weir_op_n_attrs (op); i++)
    describe_attr (&op->attrs[i]);
  return 0;
}

static int
list_framework (const char *framework)
{
  guint count;
  const char *const *names = weir_convert_operations (framework, &count);

  if (names == NULL) {
    fprintf (stderr, "weir: error: there is no framework '%s'\n", framework);
    return EXIT_FAILED;
  }
  for (guint i = 0; i < count; i++)
    printf ("%s\n", names[i]);
  return 0;
}

int
command_ops (int argc, char **argv)
{
  g_autofree char *framework = NULL;
  g_autofree char *op = NULL;
  const GOptionEntry entries[] = {
    { "framework", 0, 0, G_OPTION_ARG_STRING, &framework,
      "operations of a framework that are converted", "NAME" },
    { "describe", 0, 0, G_OPTION_ARG_STRING, &op, "tell all about one operation", "OP" },
    { NULL },
  };
  guint count;
  const WeirOp *const *table = weir_op_table (&count);
  int status = parse_arguments ("ops", "", entries, &argc, &argv);

  if (status != 0)
    return status - 1;
  if (op != NULL)
    return describe (op);
  if (framework != NULL)
    return list_framework (framework);
  for (guint i = 0; i < count; i++)
    printf ("%-40s %s\n", table[i]->name,
            table[i]->summary != NULL ? table[i]->summary : "");
  return 0;
}
