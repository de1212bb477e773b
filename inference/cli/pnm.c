#include "pnm.h"

#include "base/bytes.h"
#include "base/source.h"

/* Longest number in a header. */
#define MAX_NUMBER 100000

/* The next number, behind blanks and comments, which go from # to the end of the line. */
static gboolean
read_number (WeirBytes *bytes, guint *number)
{
  guint8 c;

  *number = 0;
  do {
    if (!weir_bytes_u8 (bytes, &c))
      return FALSE;
    while (c == '#' && weir_bytes_skip_behind (bytes, "\n"))
      if (!weir_bytes_u8 (bytes, &c))
        return FALSE;
  } while (g_ascii_isspace (c));
  do {
    if (!g_ascii_isdigit (c) || *number > MAX_NUMBER)
      return FALSE;
    *number = *number * 10 + (guint) (c - '0');
  } while (weir_bytes_u8 (bytes, &c) && !g_ascii_isspace (c));
  return TRUE;
}

static gboolean
read_header (WeirBytes *bytes, WeirImage *image, GError **error)
{
  guint channels, top, width, height;

  if (weir_bytes_begins (bytes, "P6"))
    channels = 3;
  else if (weir_bytes_begins (bytes, "P5"))
    channels = 1;
  else
    return weir_fail (error, WEIR_ERROR_FORMAT, "no PPM or PGM of bytes (P6, P5)");
  if (!weir_bytes_skip (bytes, 2) || !read_number (bytes, &width) ||
      !read_number (bytes, &height) || !read_number (bytes, &top))
    return weir_fail (error, WEIR_ERROR_FORMAT, "expected width, height and 255");
  if (width == 0 || height == 0 || width > MAX_NUMBER || height > MAX_NUMBER)
    return weir_fail (error, WEIR_ERROR_FORMAT, "a picture of %u x %u", width, height);
  if (top != 255)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "values up to %u: only 255 is read",
                      top);
  *image = (WeirImage){ .format = channels == 3 ? WEIR_PIXELS_RGB : WEIR_PIXELS_GRAY8,
                        .width = width,
                        .height = height,
                        .strides = { (int) (width * channels) },
                        .full_range = TRUE };
  return TRUE;
}

gboolean
pnm_read (Pnm *pnm, const char *path, GError **error)
{
  g_autoptr (WeirSource) source = weir_source_open (path, error);
  WeirBytes bytes, pixels;
  guint64 size;

  *pnm = (Pnm){ 0 };
  if (source == NULL)
    return FALSE;
  bytes = weir_source_bytes (source);
  if (!read_header (&bytes, &pnm->image, error)) {
    g_prefix_error (error, "%s: ", path);
    return FALSE;
  }
  size = (guint64) pnm->image.strides[0] * pnm->image.height;
  if (!weir_bytes_take (&bytes, size, &pixels))
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "%s: expected %" G_GUINT64_FORMAT " bytes of pixels, found %zu",
                      path, size, weir_bytes_left (&bytes));
  pnm->image.planes[0] = pixels.data;
  pnm->bytes = g_bytes_ref (weir_source_gbytes (source));
  return TRUE;
}

void
pnm_clear (Pnm *pnm)
{
  g_clear_pointer (&pnm->bytes, g_bytes_unref);
}
