#include "commands.h"
#include "session.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* weir bench: how fast a model runs. */

#define WARM_UP 3

static double
now (void)
{
  return (double) g_get_monotonic_time () * 1e-6;
}

static int
ascending (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* Runs for about @seconds, at least twice; the seconds of each run. */
static GArray *
time_runs (Session *s, double seconds, GError **error)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  double end = now () + seconds;

  while (times->len < 2 || now () < end) {
    double start = now (), took;

    if (!weir_request_run (s->request, error))
      return NULL;
    took = now () - start;
    g_array_append_val (times, took);
  }
  return g_steal_pointer (&times);
}

typedef struct {
  gint left;
  GMutex mutex;
  GCond done;
  GError *error;
} Flight;

static void
count_down (WeirRequest *request, const GError *error, gpointer data)
{
  Flight *flight = data;

  (void) request;
  g_mutex_lock (&flight->mutex);
  if (error != NULL && flight->error == NULL)
    flight->error = g_error_copy (error);
  flight->left--;
  g_cond_signal (&flight->done);
  g_mutex_unlock (&flight->mutex);
}

static void
share_inputs (Session *s, WeirRequest *request)
{
  for (guint i = 0; i < s->n_inputs; i++) {
    WeirPortInfo info;
    g_autoptr (WeirTensor) zeros = NULL;

    weir_network_input (s->network, i, &info);
    zeros = weir_tensor_new (info.dtype, &info.shape, NULL);
    if (zeros != NULL)
      weir_request_set_input (request, i, zeros, NULL);
  }
}

/* Frames a second with one request a stream in flight. */
static double
throughput (Session *s, guint streams, double seconds, GError **error)
{
  g_autoptr (GPtrArray) requests =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_request_unref);
  Flight flight = { 0 };
  double start = now ();
  guint runs = 0;

  g_mutex_init (&flight.mutex);
  g_cond_init (&flight.done);
  for (guint i = 0; i < streams; i++) {
    WeirRequest *request = weir_request_new (s->network, error);

    if (request == NULL)
      return 0;
    share_inputs (s, request);
    g_ptr_array_add (requests, request);
  }
  for (; now () - start < seconds && flight.error == NULL; runs += streams) {
    flight.left = (gint) streams;
    for (guint i = 0; i < streams; i++)
      weir_request_start (requests->pdata[i], count_down, &flight);
    for (guint i = 0; i < streams; i++)
      weir_request_wait (requests->pdata[i]);
  }
  g_cond_clear (&flight.done);
  g_mutex_clear (&flight.mutex);
  if (flight.error != NULL)
    g_propagate_error (error, flight.error);
  return runs / (now () - start);
}

static gboolean
warm_up (Session *s, GError **error)
{
  for (guint i = 0; i < WARM_UP; i++)
    if (!session_set_inputs (s, 0, error) || !weir_request_run (s->request, error))
      return FALSE;
  return TRUE;
}

static double
quantile (const GArray *sorted, double q)
{
  return g_array_index (sorted, double, (guint) (q * (sorted->len - 1))) * 1e3;
}

static void
print_layers (Session *s)
{
  g_autoptr (GArray) rows = weir_request_profile (s->request);
  double total = 0;

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    total += g_array_index (rows, WeirStepProfile, i).milliseconds;
  for (guint i = 0; rows != NULL && i < rows->len; i++) {
    const WeirStepProfile *row = &g_array_index (rows, WeirStepProfile, i);
    printf ("%9.4f ms %5.1f %%  %-24s %-20s %s\n", row->milliseconds,
            row->milliseconds / total * 100, row->kernel, row->op, row->name);
  }
}

typedef struct {
  const char *model;
  guint threads, streams;
  double compile_ms, fps;
} Report;

static void
print_json (Session *s, const Report *report, const GArray *times)
{
  gsize weights, arena;

  weir_network_memory (s->network, &weights, &arena);
  g_print (
      "{\"model\": \"%s\", \"device\": \"%s\", \"threads\": %u, \"streams\": %u, "
      "\"latency_ms\": {\"min\": %.4f, \"median\": %.4f, \"p90\": %.4f, \"p99\": %.4f}, "
      "\"fps\": %.2f, \"memory_mb\": %.2f, \"compile_ms\": %.2f, \"isa\": \"%s\"}\n",
      report->model, weir_network_device (s->network), report->threads, report->streams,
      quantile (times, 0), quantile (times, 0.5), quantile (times, 0.9),
      quantile (times, 0.99), report->fps, (double) (weights + arena) / 1048576,
      report->compile_ms, weir_network_isa (s->network));
}

static void
print_text (Session *s, const Report *report, const GArray *times)
{
  printf ("%s on %s (%s), %u threads, %u streams\n", report->model,
          weir_network_device (s->network), weir_network_isa (s->network),
          report->threads, report->streams);
  printf ("latency min %.3f ms, median %.3f, p90 %.3f, p99 %.3f; %.1f frames a second; "
          "compiled in %.0f ms\n",
          quantile (times, 0), quantile (times, 0.5), quantile (times, 0.9),
          quantile (times, 0.99), report->fps, report->compile_ms);
}

static gboolean
measure (Session *s, Report *report, double seconds, gboolean layers, gboolean json,
         GError **error)
{
  g_autoptr (GArray) times = NULL;

  if (!warm_up (s, error) || (times = time_runs (s, seconds, error)) == NULL)
    return FALSE;
  g_array_sort (times, ascending);
  report->fps = 1e3 / quantile (times, 0.5);
  if (report->streams > 1)
    report->fps = throughput (s, report->streams, seconds, error);
  if (layers)
    print_layers (s);
  if (json)
    print_json (s, report, times);
  else
    print_text (s, report, times);
  return report->fps > 0;
}

static void
print_times (const GArray *times)
{
  printf ("[");
  for (guint i = 0; i < times->len; i++)
    printf ("%s%.9f", i > 0 ? ", " : "", g_array_index (times, double, i));
  printf ("]\n");
  fflush (stdout);
}

/* Writes the outputs, says how large they are, then answers each line of standard input
 * with the seconds of each run. */
static gboolean
serve (Session *s, const char *directory, GError **error)
{
  guint n = weir_network_n_outputs (s->network);
  g_autoptr (GArray) means = g_array_new (FALSE, FALSE, sizeof (double));
  g_autofree WeirTensor **outputs = g_new0 (WeirTensor *, MAX (n, 1));
  char line[256];

  if (!warm_up (s, error))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    double sum = 0, mean;

    outputs[i] = weir_request_output (s->request, i);
    for (gsize k = 0; k < weir_tensor_count (outputs[i]); k++)
      sum += ABS (weir_tensor_get (outputs[i], k));
    mean = sum / (double) MAX (weir_tensor_count (outputs[i]), 1);
    g_array_append_val (means, mean);
  }
  if (directory != NULL && !session_write (s, outputs, directory, error))
    return FALSE;
  g_array_sort (means, ascending);
  printf ("{\"ok\": [");
  for (guint i = 0; i < means->len; i++)
    printf ("%s%.9g", i > 0 ? ", " : "", g_array_index (means, double, i));
  printf ("]}\n");
  fflush (stdout);
  while (fgets (line, sizeof line, stdin) != NULL) {
    g_autoptr (GArray) times = NULL;

    if (!weir_request_run (s->request, error) ||
        (times = time_runs (s, g_ascii_strtod (line, NULL), error)) == NULL)
      return FALSE;
    print_times (times);
  }
  return TRUE;
}

static Report
report_new (const char *model, int threads, int streams)
{
  return (Report){ .model = model,
                   .threads = threads > 0 ? (guint) threads : g_get_num_processors (),
                   .streams = (guint) streams };
}

int
command_bench (int argc, char **argv)
{
  g_auto (GStrv) input = NULL;
  g_auto (GStrv) shape = NULL;
  g_autofree char *device = NULL;
  g_autofree char *convert = NULL;
  g_autofree char *extensions = NULL;
  g_autofree char *directory = NULL;
  int threads = 0, streams = 1, status;
  double seconds = 3, start = now ();
  gboolean layers = FALSE, json = FALSE, served = FALSE;
  Session session = { 0 };
  GError *error = NULL;
  const GOptionEntry entries[] = {
    { "device", 0, 0, G_OPTION_ARG_STRING, &device, "CPU, REFERENCE or AUTO", "DEVICE" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &threads, "threads; all CPUs without", "N" },
    { "streams", 0, 0, G_OPTION_ARG_INT, &streams, "requests at the same time", "N" },
    { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds, "how long to measure (3)", "S" },
    { "shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &shape, "shape of an input",
      "[NAME=][1,3,224,224]" },
    { "input", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &input, "an input; zeros without",
      "[NAME=]FILE.npy" },
    { "convert-options", 0, 0, G_OPTION_ARG_STRING, &convert, "options of `weir convert`",
      "TEXT" },
    { "extensions", 0, 0, G_OPTION_ARG_FILENAME, &extensions,
      "libraries and mappings of your own", "LIST" },
    { "output-dir", 0, 0, G_OPTION_ARG_FILENAME, &directory,
      "with --serve: write outputs", "DIR" },
    { "per-layer", 0, 0, G_OPTION_ARG_NONE, &layers, "the time of each step", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "print JSON", NULL },
    { "serve", 0, 0, G_OPTION_ARG_NONE, &served, "answer seconds on stdin", NULL },
    { NULL },
  };
  SessionOptions options;
  Report report;

  status = parse_arguments ("bench", "MODEL", entries, &argc, &argv);
  if (status != 0)
    return status - 1;
  if (argc != 2 || threads < 0 || streams < 1) {
    fprintf (stderr, "weir: error: expected one MODEL; see `weir bench --help`\n");
    return EXIT_USAGE;
  }
  options = (SessionOptions){ .model = argv[1],
                              .convert_options = convert,
                              .extensions = extensions,
                              .input = input,
                              .shape = shape,
                              .network = { .device = device,
                                           .threads = (guint) threads,
                                           .streams = (guint) streams,
                                           .profile = layers } };
  report = report_new (argv[1], threads, streams);
  if (!session_open (&session, &options, &error))
    status = EXIT_FAILED;
  report.compile_ms = (now () - start) * 1e3;
  if (status == 0 &&
      !(served ? serve (&session, directory, &error)
               : measure (&session, &report, seconds, layers, json, &error)))
    status = EXIT_FAILED;
  session_close (&session);
  return status == 0 ? 0 : fail (&error, status);
}
