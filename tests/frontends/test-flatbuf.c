#include "base/error.h"
#include "compare.h"
#include "flatbuf-writer.h"
#include "frontends/tflite/flatbuf.h"

#include <string.h>

#define ID "TEST"

enum {
  SLOT_NUMBER,
  SLOT_REAL,
  SLOT_NAME,
  SLOT_LIST,
  SLOT_CHILD,
  SLOT_CHILDREN,
  SLOT_ABSENT
};

static GBytes *
sample (void)
{
  FlatNode *root = flat_table (), *children = flat_list ();

  flat_append (children, flat_set_i32 (flat_table (), SLOT_NUMBER, 10));
  flat_append (children, flat_set_i32 (flat_table (), SLOT_NUMBER, 11));
  flat_set_i32 (root, SLOT_NUMBER, -7);
  flat_set_f32 (root, SLOT_REAL, 0.5f);
  flat_set (root, SLOT_NAME, flat_string ("weir"));
  flat_set (root, SLOT_LIST, flat_ints ((const gint32[]){ 1, -2, 3 }, 3));
  flat_set (root, SLOT_CHILD, flat_set_u64 (flat_table (), SLOT_NUMBER, G_MAXUINT64));
  flat_set (root, SLOT_CHILDREN, children);
  return flat_finish (root, ID);
}

/* Reads all of the sample's fields. Returns whether none was at fault. */
static gboolean
read_all (const guint8 *data, gsize size, GError **error)
{
  WeirFlatTable root, child;
  WeirFlatVector list;
  WeirFlat flat;
  gint64 sum = 0;
  char *name;

  weir_flat_init (&flat, &WEIR_BYTES (data, size));
  weir_flat_root (&flat, ID, &root);
  sum += weir_flat_i32 (&root, SLOT_NUMBER, 0);
  sum += weir_flat_f32 (&root, SLOT_REAL, 0) > 0;
  name = weir_flat_string (&root, SLOT_NAME);
  list = weir_flat_vector (&root, SLOT_LIST, sizeof (gint32));
  for (guint32 i = 0; i < list.count; i++)
    sum += weir_flat_at_i32 (&list, i);
  weir_flat_table (&root, SLOT_CHILD, &child);
  sum += (gint64) weir_flat_u64 (&child, SLOT_NUMBER, 0) & 1;
  list = weir_flat_vector (&root, SLOT_CHILDREN, 4);
  for (guint32 i = 0; i < list.count && weir_flat_at_table (&list, i, &child); i++)
    sum += weir_flat_i32 (&child, SLOT_NUMBER, 0);
  if (flat.error == NULL) {
    g_assert_cmpint (sum, ==, -7 + 1 + 2 + 1 + 21);
    g_assert_cmpstr (name, ==, "weir");
  }
  g_free (name);
  if (flat.error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&flat.error));
  return FALSE;
}

static void
test_fields (void)
{
  g_autoptr (GBytes) file = sample ();
  GError *error = NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (file, &size);

  g_assert_true (read_all (data, size, &error));
  g_assert_no_error (error);
}

static void
test_defaults (void)
{
  g_autoptr (GBytes) file = sample ();
  WeirBytes bytes = WEIR_BYTES (g_bytes_get_data (file, NULL), g_bytes_get_size (file));
  WeirFlatTable root, child;
  WeirFlat flat;

  weir_flat_init (&flat, &bytes);
  g_assert_true (weir_flat_root (&flat, ID, &root));
  g_assert_cmpint (weir_flat_i32 (&root, SLOT_ABSENT, 42), ==, 42);
  g_assert_cmpint (weir_flat_i8 (&root, 1000, -3), ==, -3);
  g_assert_true (weir_flat_bool (&root, SLOT_ABSENT, TRUE));
  g_assert_null (weir_flat_string (&root, SLOT_ABSENT));
  g_assert_cmpuint (weir_flat_vector (&root, SLOT_ABSENT, 4).count, ==, 0);
  g_assert_false (weir_flat_table (&root, SLOT_ABSENT, &child));
  g_assert_cmpfloat (weir_flat_f32 (&child, SLOT_REAL, 1.5f), ==, 1.5f);
  g_assert_no_error (flat.error);
}

/* Every shorter file gives an error; none is read beyond its end (sanitizers watch: each
 * has a block of memory of its own). */
static void
test_truncated (void)
{
  g_autoptr (GBytes) file = sample ();
  gsize size = g_bytes_get_size (file);

  for (gsize n = 0; n < size - 8; n++) {
    g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (file, NULL), n);
    GError *error = NULL;

    g_assert_false (read_all (data, n, &error));
    g_assert_error (error, WEIR_ERROR, WEIR_ERROR_FORMAT);
    g_clear_error (&error);
  }
}

/* Any byte may be anything. */
static void
test_bytes_changed (void)
{
  static const guint8 values[] = { 0, 1, 0x7f, 0x80, 0xff };
  g_autoptr (GBytes) file = sample ();
  gsize size = g_bytes_get_size (file);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (file, NULL), size);

  for (gsize at = 0; at < 64; at++)
    for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
      guint8 kept = data[at];
      WeirFlat flat;
      WeirFlatTable root;

      data[at] = values[i];
      weir_flat_init (&flat, &WEIR_BYTES (data, size));
      if (weir_flat_root (&flat, ID, &root)) {
        g_free (weir_flat_string (&root, SLOT_NAME));
        weir_flat_vector (&root, SLOT_LIST, 4);
        weir_flat_bytes (&root, SLOT_NAME);
      }
      weir_flat_clear (&flat);
      data[at] = kept;
    }
}

static void
put (guint8 *data, gsize at, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (data + at, &value, sizeof value);
}

/* A root table at 16 with a vtable at 8 that holds one field, at byte 4 of the table. */
static void
begin (guint8 data[32])
{
  memset (data, 0, 32);
  put (data, 0, 16);
  memcpy (data + 4, ID, 4);
  put (data, 8, 6 | 12 << 16);
  put (data, 12, 4);
  put (data, 16, 8);
  put (data, 20, 4);
}

static void
expect (const guint8 *data, const char *text)
{
  WeirFlatTable root;
  WeirFlat flat;

  weir_flat_init (&flat, &WEIR_BYTES (data, 32));
  weir_flat_root (&flat, ID, &root);
  weir_flat_vector (&root, 0, 4);
  if (text == NULL) {
    g_assert_no_error (flat.error);
  } else {
    g_assert_error (flat.error, WEIR_ERROR, WEIR_ERROR_FORMAT);
    assert_says (flat.error, text);
  }
  weir_flat_clear (&flat);
}

static void
test_crafted (void)
{
  guint8 data[32];

  begin (data);
  expect (data, NULL);
  put (data, 0, 0);
  expect (data, "offset 0 at 0");
  put (data, 0, 0xffffffff);
  expect (data, "leads behind the end");
  begin (data);
  data[4] = 'x';
  expect (data, "identifier \"TEST\" is missing");
  begin (data);
  put (data, 16, 17);
  expect (data, "vtable of the table at 16 lies outside");
  put (data, 16, 0x80000000);
  expect (data, "vtable of the table at 16 lies outside");
  begin (data);
  put (data, 8, 5 | 12 << 16);
  expect (data, "vtable at 8 is broken");
  put (data, 8, 30 | 12 << 16);
  expect (data, "vtable at 8 is broken");
  put (data, 8, 6 | 17 << 16);
  expect (data, "table of 17 bytes at 16 does not fit");
  begin (data);
  put (data, 12, 9);
  expect (data, "field 0 lies outside of its table");
  begin (data);
  put (data, 20, 13);
  expect (data, "offset 13 at 20 leads behind the end");
  begin (data);
  put (data, 24, 2);
  expect (data, "a list of 2 elements of 4 bytes at 24, but only 4 bytes are left");
  put (data, 24, 0x40000001);
  expect (data, "a list of 1073741825 elements");
}

/* A name is made valid UTF-8 and cut. */
static void
test_names (void)
{
  g_autofree char *longest = g_strnfill (10000, 'n');
  FlatNode *root = flat_set (flat_table (), 0, flat_string ("a\xff%n"));
  g_autoptr (GBytes) file = flat_finish (flat_set (root, 1, flat_string (longest)), ID);
  g_autofree char *odd = NULL, *cut = NULL;
  WeirFlatTable table;
  WeirFlat flat;

  weir_flat_init (&flat,
                  &WEIR_BYTES (g_bytes_get_data (file, NULL), g_bytes_get_size (file)));
  g_assert_true (weir_flat_root (&flat, ID, &table));
  odd = weir_flat_string (&table, 0);
  cut = weir_flat_string (&table, 1);
  g_assert_cmpstr (odd, ==, "a\xef\xbf\xbd%n");
  g_assert_cmpuint (strlen (cut), ==, WEIR_MAX_NAME);
}

/* The same list read over and over uses the budget up. */
static void
test_budget (void)
{
  g_autofree gint32 *values = g_new0 (gint32, 1 << 20);
  FlatNode *root = flat_set (flat_table (), 0, flat_ints (values, 1 << 20));
  g_autoptr (GBytes) file = flat_finish (root, ID);
  WeirFlatTable table;
  WeirFlat flat;
  int reads = 0;

  weir_flat_init (&flat,
                  &WEIR_BYTES (g_bytes_get_data (file, NULL), g_bytes_get_size (file)));
  g_assert_true (weir_flat_root (&flat, ID, &table));
  while (weir_flat_vector (&table, 0, 4).count > 0)
    g_assert_cmpint (++reads, <, 10);
  g_assert_error (flat.error, WEIR_ERROR, WEIR_ERROR_LIMIT);
  weir_flat_clear (&flat);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frontends/flatbuf/fields", test_fields);
  g_test_add_func ("/frontends/flatbuf/defaults", test_defaults);
  g_test_add_func ("/frontends/flatbuf/truncated", test_truncated);
  g_test_add_func ("/frontends/flatbuf/bytes-changed", test_bytes_changed);
  g_test_add_func ("/frontends/flatbuf/crafted", test_crafted);
  g_test_add_func ("/frontends/flatbuf/names", test_names);
  g_test_add_func ("/frontends/flatbuf/budget", test_budget);
  return g_test_run ();
}
