#include "base/limits.h"
#include "documents.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What a file of 1 MiB may cost, however it is made: a second of the processor, and 8
 * times its size and 64 MiB. */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SLOW 1
#endif
#endif

/* Sanitizers make every step slower, and some quadratic: there only crashes count. */
#ifdef SLOW
#define SIZE ((gsize) 1 << 16)
#else
#define SIZE ((gsize) 1 << 20)
#endif

#define PARAMETER                                                     \
  "<layer id=\"0\" name=\"x\" type=\"Parameter\" version=\"opset1\">" \
  "<data shape=\"1\" element_type=\"f32\"/><output><port id=\"0\"/></output></layer>"
#define CONSTANT                                                           \
  "<layer id=\"0\" name=\"x\" type=\"Const\" version=\"opset1\">"          \
  "<data shape=\"1024\" element_type=\"i64\" offset=\"0\" size=\"8192\"/>" \
  "<output><port id=\"0\"/></output></layer>"

/* A document: @before, then @each with its number in place of every %u until it is large,
 * then @after. */
static const struct {
  const char *name;
  const char *before, *each, *after;
} shapes[] = {
  { "elements", "<net version=\"11\"><layers/>", "<a/>", "</net>" },
  { "attributes", "<net version=\"11\"><layers/>", "<a b=\"\" c=\"\" d=\"\" e=\"\"/>",
    "</net>" },
  { "layers", "<net version=\"11\"><layers>",
    "<layer id=\"%u\" type=\"Abs\" version=\"opset1\"/>", "</layers></net>" },
  { "layers-with-attributes", "<net version=\"11\"><layers>",
    "<layer id=\"%u\" type=\"FakeQuantize\" version=\"opset1\"><data "
    "levels=\"2\"/></layer>",
    "</layers></net>" },
  { "parameters", "<net version=\"11\"><layers>",
    "<layer id=\"%u\" type=\"Parameter\" version=\"opset1\"><data element_type=\"f32\"/>"
    "</layer>",
    "</layers></net>" },
  { "same-id", "<net version=\"11\"><layers>" PARAMETER,
    "<layer id=\"0\" type=\"Parameter\" version=\"opset1\"><data element_type=\"f32\"/>"
    "</layer>",
    "</layers></net>" },
  { "unknown-types", "<net version=\"11\"><layers>",
    "<layer id=\"%u\" type=\"T%u\" version=\"opset1\"/>", "</layers></net>" },
  { "ports",
    "<net version=\"11\"><layers><layer id=\"0\" type=\"Concat\" version=\"opset1\">"
    "<data axis=\"0\"/><input>",
    "<port id=\"%u\"/>", "</input></layer></layers></net>" },
  { "dims",
    "<net version=\"11\"><layers><layer id=\"0\" type=\"Parameter\" version=\"opset1\">"
    "<data shape=\"1\" element_type=\"f32\"/><output><port id=\"0\">",
    "<dim>1</dim>", "</port></output></layer></layers></net>" },
  { "results", "<net version=\"11\"><layers>" PARAMETER,
    "<layer id=\"%u1\" type=\"Result\" version=\"opset1\"><input><port id=\"0\"/></input>"
    "</layer>",
    "</layers></net>" },
  { "edges-to-nowhere", "<net version=\"11\"><layers>" PARAMETER "</layers><edges>",
    "<edge from-layer=\"0\" from-port=\"0\" to-layer=\"%u9\" to-port=\"0\"/>",
    "</edges></net>" },
  { "list",
    "<net version=\"11\"><layers><layer id=\"0\" type=\"Convolution\" version=\"opset1\">"
    "<data dilations=\"1\" strides=\"",
    "1,", "1\"/></layer></layers></net>" },
  { "shape",
    "<net version=\"11\"><layers><layer id=\"0\" type=\"Parameter\" version=\"opset1\">"
    "<data element_type=\"f32\" shape=\"",
    "1,", "1\"/></layer></layers></net>" },
  { "notes", "<net version=\"11\"><layers/><rt_info>", "<k%u/>", "</rt_info></net>" },
  { "long-name", "<net version=\"11\" name=\"", "x", "\"><layers/></net>" },
  { "text", "<net version=\"11\"><layers/><rt_info><a>", "&lt;&amp;",
    "</a></rt_info></net>" },
  { "shared-constants", "<net version=\"11\"><layers>" CONSTANT,
    "<layer id=\"%u1\" name=\"c\" type=\"Const\" version=\"opset1\">"
    "<data shape=\"1000\" element_type=\"i64\" offset=\"1\" size=\"8000\"/></layer>",
    "</layers></net>" },
};

static char *
fill (guint shape)
{
  g_autoptr (GString) text = g_string_new (shapes[shape].before);
  g_auto (GStrv) parts = g_strsplit (shapes[shape].each, "%u", -1);

  for (guint i = 1; text->len < SIZE; i++) {
    g_autofree char *number = g_strdup_printf ("%u", i);
    g_autofree char *each = g_strjoinv (number, parts);

    g_string_append (text, each);
  }
  g_string_append (text, shapes[shape].after);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Bytes in memory, now or at most: "VmRSS" or "VmHWM". */
static gsize
status (const char *key)
{
  g_autofree char *text = NULL;
  const char *at;

  g_file_get_contents ("/proc/self/status", &text, NULL, NULL);
  at = text != NULL ? strstr (text, key) : NULL;
  return at != NULL ? g_ascii_strtoull (at + strlen (key) + 1, NULL, 10) * 1024 : 0;
}

/* From here on VmHWM counts anew. */
static void
forget_peak (void)
{
  int fd = open ("/proc/self/clear_refs", O_WRONLY);

  if (fd < 0 || write (fd, "5", 1) != 1)
    g_test_message ("the peak of memory counts from the start of the program");
  close (fd);
}

static void
test_cost (gconstpointer data)
{
  g_autofree char *text = fill (GPOINTER_TO_UINT (data));
  g_autofree guint8 *zeros = g_malloc0 (8192);
  g_autoptr (GBytes) bin = g_bytes_new (zeros, 8192);
  g_autoptr (GError) error = NULL;
  WeirModel *model;
  gsize before;
  clock_t begin;

  forget_peak ();
  before = status ("VmRSS");
  begin = clock ();
  model = read_text (text, bin, &error);
  begin = clock () - begin;
  g_test_message ("%.200s, %ld ms, %zu MiB", model != NULL ? "read" : error->message,
                  begin * 1000 / CLOCKS_PER_SEC, (status ("VmHWM") - before) >> 20);
  weir_model_unref (model);
#ifndef SLOW
  g_assert_cmpint (begin, <, CLOCKS_PER_SEC);
  g_assert_cmpuint (status ("VmHWM") - before, <,
                    WEIR_BUDGET_PER_BYTE * strlen (text) + WEIR_BUDGET_BASE);
#endif
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++) {
    g_autofree char *path = g_strconcat ("/io/cost/", shapes[i].name, NULL);
    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_cost);
  }
  return g_test_run ();
}
