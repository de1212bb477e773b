#include "check.h"
#include "commands.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* weir check: the same inputs through two models or devices, and where they part. */

#define DEFAULT_TOLERANCE 1e-4
#define LISTED            20
#define SHOWN             72 /* characters of a name */

static const CheckDifference *
layer_at (const CheckResult *r, guint index)
{
  return &g_array_index (r->layers, CheckDifference, index);
}

static const CheckPair *
pair_at (const CheckResult *r, guint index)
{
  return &g_array_index (r->pairs, CheckPair, index);
}

static gboolean
exceeds (const CheckDifference *found, double tolerance)
{
  return found->comparable && found->relative > tolerance;
}

/* The first layer whose difference is too large; the number of layers if there is none.
 */
static guint
find_first (const CheckResult *r, double tolerance)
{
  guint i = 0;

  while (i < r->layers->len && !exceeds (layer_at (r, i), tolerance))
    i++;
  return i;
}

/* Outputs that cannot be compared are no equal outputs. */
static gboolean
outputs_agree (const CheckResult *r, double tolerance)
{
  for (guint i = 0; i < r->outputs->len; i++) {
    const CheckDifference *output = &g_array_index (r->outputs, CheckDifference, i);

    if (!output->comparable || exceeds (output, tolerance))
      return FALSE;
  }
  return TRUE;
}

static gboolean
agrees (const CheckResult *r, double tolerance)
{
  return find_first (r, tolerance) == r->layers->len && outputs_agree (r, tolerance);
}

static int
by_difference (const void *a, const void *b)
{
  double x = (*(const CheckDifference *const *) a)->relative;
  double y = (*(const CheckDifference *const *) b)->relative;

  return x > y ? -1 : x < y;
}

/* (transfer full): some frameworks' names are longer than any line. */
static char *
shorten (const char *name)
{
  glong length = g_utf8_strlen (name, -1);
  g_autofree char *head = NULL;

  if (length <= SHOWN)
    return g_strdup (name);
  head = g_utf8_substring (name, 0, SHOWN / 2);
  return g_strconcat (head, "…", g_utf8_offset_to_pointer (name, length - SHOWN / 2 + 1),
                      NULL);
}

static void
print_row (const CheckDifference *found, const char *op, const char *name)
{
  g_autofree char *shown = shorten (name);

  if (found->comparable)
    printf ("%12.3e %12.4g  %-18s %s\n", found->relative, found->largest, op, shown);
  else
    printf ("%12s %12s  %-18s %s\n", "shapes", "differ", op, shown);
}

/* The largest differences first. */
static void
print_table (const CheckResult *r)
{
  g_autofree const CheckDifference **rows =
      g_new0 (const CheckDifference *, r->layers->len + 1);

  printf ("  difference      largest  operation          layer\n");
  for (guint i = 0; i < r->layers->len; i++)
    rows[i] = layer_at (r, i);
  if (r->layers->len > 0)
    qsort (rows, r->layers->len, sizeof *rows, by_difference);
  for (guint i = 0; i < MIN (r->layers->len, LISTED); i++) {
    const CheckPair *pair = pair_at (r, (guint) (rows[i] - layer_at (r, 0)));
    print_row (rows[i], pair->op, pair->name);
  }
  if (r->layers->len > LISTED)
    printf ("and %u layers with smaller differences\n", r->layers->len - LISTED);
  for (guint i = 0; i < r->outputs->len; i++)
    print_row (&g_array_index (r->outputs, CheckDifference, i), "output",
               r->output_names->pdata[i]);
}

static void
print_text (const CheckResult *r, double tolerance)
{
  guint first = find_first (r, tolerance), reasons[CHECK_REASONS] = { 0 };

  for (guint i = 0; i < r->pairs->len; i++)
    reasons[pair_at (r, i)->reason]++;
  printf ("%u layers compared: %u known by name, %u by inputs, %u by order; %u and %u "
          "without a partner\n",
          r->pairs->len, reasons[CHECK_BY_NAME], reasons[CHECK_BY_INPUTS],
          reasons[CHECK_BY_ORDER], r->alone_a, r->alone_b);
  print_table (r);
  if (first < r->layers->len) {
    const CheckDifference *found = layer_at (r, first);

    printf ("they part at '%s' (%s): element %zu is %.9g and %.9g, %.3e of the largest "
            "value\n",
            pair_at (r, first)->name, pair_at (r, first)->op, found->element, found->a,
            found->b, found->relative);
  } else if (!outputs_agree (r, tolerance)) {
    printf ("they part at an output, though no layer does\n");
  } else {
    printf ("they agree within %g\n", tolerance);
  }
}

/* JSON knows no infinity. */
static void
add_number (JsonBuilder *json, const char *member, double value)
{
  json_builder_set_member_name (json, member);
  if (isfinite (value))
    json_builder_add_double_value (json, value);
  else
    json_builder_add_null_value (json);
}

static void
add_difference (JsonBuilder *json, const char *name, const CheckPair *pair,
                const CheckDifference *found)
{
  static const char *const reasons[CHECK_REASONS] = { "name", "inputs", "order" };

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "name");
  json_builder_add_string_value (json, name);
  if (pair != NULL) {
    json_builder_set_member_name (json, "op");
    json_builder_add_string_value (json, pair->op);
    json_builder_set_member_name (json, "by");
    json_builder_add_string_value (json, reasons[pair->reason]);
  }
  json_builder_set_member_name (json, "comparable");
  json_builder_add_boolean_value (json, found->comparable);
  add_number (json, "difference", found->relative);
  add_number (json, "largest", found->largest);
  json_builder_end_object (json);
}

static void
print_json (const CheckResult *r, double tolerance)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  guint first = find_first (r, tolerance);

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "agree");
  json_builder_add_boolean_value (json, agrees (r, tolerance));
  add_number (json, "tolerance", tolerance);
  json_builder_set_member_name (json, "first");
  if (first < r->layers->len)
    add_difference (json, pair_at (r, first)->name, pair_at (r, first),
                    layer_at (r, first));
  else
    json_builder_add_null_value (json);
  json_builder_set_member_name (json, "layers");
  json_builder_begin_array (json);
  for (guint i = 0; i < r->layers->len; i++)
    add_difference (json, pair_at (r, i)->name, pair_at (r, i), layer_at (r, i));
  json_builder_end_array (json);
  json_builder_set_member_name (json, "outputs");
  json_builder_begin_array (json);
  for (guint i = 0; i < r->outputs->len; i++)
    add_difference (json, r->output_names->pdata[i], NULL,
                    &g_array_index (r->outputs, CheckDifference, i));
  json_builder_end_array (json);
  json_builder_set_member_name (json, "unmatched");
  json_builder_begin_array (json);
  json_builder_add_int_value (json, r->alone_a);
  json_builder_add_int_value (json, r->alone_b);
  json_builder_end_array (json);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  text = json_to_string (root, TRUE);
  printf ("%s\n", text);
}

static int
check (CheckOptions *options, gboolean json)
{
  CheckResult result;
  GError *error = NULL;
  int status = 0;

  if (options->against == NULL) {
    options->against = options->model;
    if (options->against_convert_options == NULL)
      options->against_convert_options = options->convert_options;
  }
  if (!check_run (&result, options, &error)) {
    status = EXIT_FAILED;
  } else {
    (json ? print_json : print_text) (&result, options->tolerance);
    status = agrees (&result, options->tolerance) ? 0 : EXIT_FAILED;
  }
  check_result_clear (&result);
  return error != NULL ? fail (&error, status) : status;
}

int
command_check (int argc, char **argv)
{
  g_autofree char *against = NULL, *device = NULL, *against_device = NULL;
  g_autofree char *convert = NULL, *against_convert = NULL;
  g_auto (GStrv) data = NULL;
  g_auto (GStrv) input = NULL;
  g_auto (GStrv) shape = NULL;
  double tolerance = DEFAULT_TOLERANCE;
  int threads = 0, seed = 1, status;
  gboolean json = FALSE;
  CheckOptions options;
  const GOptionEntry entries[] = {
    { "against", 0, 0, G_OPTION_ARG_FILENAME, &against, "the other model", "OTHER" },
    { "data", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &data,
      "a sample for the only input; more samples by more options", "FILE.npy" },
    { "input", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &input, "an input; random without",
      "[NAME=]FILE.npy" },
    { "shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &shape, "shape of an input",
      "[NAME=][1,3,224,224]" },
    { "device", 0, 0, G_OPTION_ARG_STRING, &device, "where MODEL runs", "DEVICE" },
    { "against-device", 0, 0, G_OPTION_ARG_STRING, &against_device, "where OTHER runs",
      "DEVICE" },
    { "convert-options", 0, 0, G_OPTION_ARG_STRING, &convert, "options for MODEL",
      "TEXT" },
    { "against-convert-options", 0, 0, G_OPTION_ARG_STRING, &against_convert,
      "options for OTHER", "TEXT" },
    { "tolerance", 0, 0, G_OPTION_ARG_DOUBLE, &tolerance,
      "how far, in units of a layer's largest value; 1e-4 without", "T" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &seed, "of random inputs", "N" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &threads, "threads; all CPUs without", "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "print JSON", NULL },
    { NULL },
  };

  status = parse_arguments ("check", "MODEL", entries, &argc, &argv);
  if (status != 0)
    return status - 1;
  if (argc != 2 || (against == NULL && against_device == NULL) || threads < 0 ||
      !(tolerance >= 0) || (data != NULL && input != NULL)) {
    fprintf (stderr,
             "weir: error: expected one MODEL, --against or --against-device, and "
             "--data or --input; see `weir check --help`\n");
    return EXIT_USAGE;
  }
  options = (CheckOptions){ argv[1], against,         device,         against_device,
                            convert, against_convert, data,           input,
                            shape,   (guint) threads, (guint32) seed, tolerance };
  return check (&options, json);
}
