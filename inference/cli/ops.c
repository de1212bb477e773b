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

static void
print_versions (const WeirOp *op)
{
  if (op->extension != NULL) {
    printf ("extension: %s, version \"%s\"\n", op->extension->library,
            op->extension->version);
    return;
  }
  printf ("opsets:");
  for (guint i = 0; i < WEIR_MAX_VERSIONS && op->versions[i] != 0; i++)
    printf (" %u", op->versions[i]);
  printf ("\n");
}

static void
print_kernel (const WeirOpKernel *kernel)
{
  printf ("OpenCL kernel: %s, work size %s", kernel->entry, kernel->global);
  if (kernel->local != NULL)
    printf (" in groups of %s", kernel->local);
  printf ("\n%s\n", kernel->source);
}

static int
describe (const char *name)
{
  const WeirOp *op = weir_op_find (name);

  if (op == NULL) {
    fprintf (stderr, "weir: error: there is no operation '%s'\n", name);
    return EXIT_FAILED;
  }
  printf ("%s: %s\n", op->name, op->summary != NULL ? op->summary : "");
  print_versions (op);
  printf ("inputs: %u", op->min_inputs);
  if (op->max_inputs == WEIR_ANY_NUMBER)
    printf (" or more");
  else if (op->max_inputs != op->min_inputs)
    printf (" to %u", op->max_inputs);
  printf ("\nattributes:\n");
  for (guint i = 0; i < weir_op_n_attrs (op); i++)
    describe_attr (&op->attrs[i]);
  if (op->extension != NULL && op->extension->kernel != NULL)
    print_kernel (op->extension->kernel);
  return 0;
}

static int
list_framework (const char *framework)
{
  g_autoptr (GPtrArray) more = weir_convert_extension_operations (framework);
  guint count;
  const char *const *names = weir_convert_operations (framework, &count);

  if (names == NULL) {
    fprintf (stderr, "weir: error: there is no framework '%s'\n", framework);
    return EXIT_FAILED;
  }
  for (guint i = 0; i < count; i++)
    printf ("%s\n", names[i]);
  for (guint i = 0; i < more->len; i++)
    printf ("%s\n", (const char *) more->pdata[i]);
  return 0;
}

static void
print_op (const WeirOp *op)
{
  printf ("%-40s %s\n", op->name, op->summary != NULL ? op->summary : "");
}

static int
list_all (void)
{
  g_autoptr (GPtrArray) more = weir_op_extensions ();
  guint count;
  const WeirOp *const *table = weir_op_table (&count);

  for (guint i = 0; i < count; i++)
    print_op (table[i]);
  for (guint i = 0; i < more->len; i++)
    print_op (more->pdata[i]);
  return 0;
}

int
command_ops (int argc, char **argv)
{
  g_autofree char *framework = NULL;
  g_autofree char *op = NULL;
  g_autofree char *extensions = NULL;
  GError *error = NULL;
  const GOptionEntry entries[] = {
    { "framework", 0, 0, G_OPTION_ARG_STRING, &framework,
      "operations of a framework that are converted", "NAME" },
    { "describe", 0, 0, G_OPTION_ARG_STRING, &op, "tell all about one operation", "OP" },
    { "extensions", 0, 0, G_OPTION_ARG_FILENAME, &extensions,
      "libraries and mappings of your own", "LIST" },
    { NULL },
  };
  int status = parse_arguments ("ops", "", entries, &argc, &argv);

  if (status != 0)
    return status - 1;
  if (extensions != NULL && !weir_convert_load_extensions (extensions, &error))
    return fail (&error, EXIT_FAILED);
  if (op != NULL)
    return describe (op);
  if (framework != NULL)
    return list_framework (framework);
  return list_all ();
}
