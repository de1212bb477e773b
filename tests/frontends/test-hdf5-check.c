#include "base/error.h"
#include "compare.h"
#include "frontends/hdf5-check.h"

/* The head of an HDF5 file of version 0 with a collection of texts, by hand. */

#define FILE_HEAD(lengths)                       \
  "\x89HDF\r\n\x1a\n\0\0\0\0\0\x08" lengths "\0" \
  "padding."
#define COLLECTION(size)    "GCOL\x01\0\0\0" size "\0\0\0\0\0\0\0"
#define OBJECT(index, size) index "\0\0\0\0\0\0\0" size

#define NUMBER(low) low "\0\0\0\0\0\0\0"
#define ENDLESS     "\xff\xff\xff\xff\xff\xff\xff\xff"
#define TEXT        "a text.\0"

static const struct {
  const char *bytes;
  gsize size;
  const char *message;
} rows[] = {
#define ROW(text, message)           \
  {                                  \
    text, sizeof (text) - 1, message \
  }
  /* An object of eight bytes, and the rest of the collection. */
  ROW (FILE_HEAD ("\x08") COLLECTION ("\x38") OBJECT ("\x01", NUMBER ("\x06"))
           TEXT OBJECT ("\0", NUMBER ("\x10")),
       NULL),
  /* No room for a head behind the object. */
  ROW (FILE_HEAD ("\x08") COLLECTION ("\x30") OBJECT ("\x01", NUMBER ("\x08")) TEXT TEXT,
       NULL),
  ROW (FILE_HEAD ("\x08") "GCOL, but no collection", NULL),
  ROW (FILE_HEAD ("\x04"), "an HDF5 file with lengths of 4 bytes; expected 8"),
  ROW ("\x89HDF\r\n", "the HDF5 file is broken"),
  ROW (FILE_HEAD ("\x08") COLLECTION ("\x20") OBJECT ("\0", NUMBER ("\0")),
       "the collection of texts at byte 24 holds an object of a wrong size"),
  ROW (FILE_HEAD ("\x08") COLLECTION ("\x20") OBJECT ("\0", NUMBER ("\x11")),
       "an object of a wrong size"),
  ROW (FILE_HEAD ("\x08") COLLECTION ("\x28") OBJECT ("\x01", NUMBER ("\x09")) TEXT,
       "an object of a wrong size"),
  ROW (FILE_HEAD ("\x08") COLLECTION ("\x20") OBJECT ("\x01", ENDLESS),
       "an object of a wrong size"),
  ROW (FILE_HEAD ("\x08") COLLECTION ("\x28") OBJECT ("\0", NUMBER ("\x10")),
       "an object of a wrong size"),
  ROW (FILE_HEAD ("\x08") COLLECTION ("\x0f"), "an object of a wrong size"),
  ROW (FILE_HEAD ("\x08") "GCOL\x01\0\0\0" ENDLESS, "an object of a wrong size"),
#undef ROW
};

static void
test_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const WeirBytes bytes = WEIR_BYTES ((const guint8 *) rows[i].bytes, rows[i].size);
    GError *error = NULL;
    gboolean good = weir_hdf5_check (&bytes, &error);

    g_test_message ("row %u", i);
    if (rows[i].message == NULL) {
      g_assert_no_error (error);
      g_assert_true (good);
      continue;
    }
    g_assert_false (good);
    assert_says (error, rows[i].message);
    g_error_free (error);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hdf5-check/rows", test_rows);
  return g_test_run ();
}
