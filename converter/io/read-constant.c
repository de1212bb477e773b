#include "read.h"

/* Contents of constants, from the BIN. */

static gboolean
read_size (const WeirXmlNode *data, const char *attr, gsize *value, GError **error)
{
  const char *text = weir_xml_attr (data, attr);
  guint64 number;

  if (text == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "attribute '%s' is missing", attr);
  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXSIZE, &number, NULL))
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "attribute '%s': expected a number of bytes, found '%.80s'", attr,
                      text);
  *value = (gsize) number;
  return TRUE;
}

static gboolean
read_type (const WeirXmlNode *data, WeirDtype *dtype, WeirShape *shape, GError **error)
{
  const char *type = weir_xml_attr (data, "element_type");
  const char *dims = weir_xml_attr (data, "shape");

  if (type == NULL || dims == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "attribute '%s' is missing",
                      type == NULL ? "element_type" : "shape");
  *dtype = weir_dtype_parse (type);
  if (*dtype == WEIR_DTYPE_UNKNOWN)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "attribute 'element_type': '%.80s' is not known", type);
  return weir_shape_parse (dims, shape, error);
}

/* Elements that do not lie aligned are copied, and no byte of the file may be copied more
 * often than the budget allows. */
static gboolean
budget_copy (IrReader *reader, GBytes *bytes, WeirDtype dtype, gsize offset, gsize size,
             GError **error)
{
  guintptr address = (guintptr) g_bytes_get_data (bytes, NULL) + offset;

  return address % MAX (weir_dtype_size (dtype), 1) == 0 ||
         weir_budget_take (&reader->budget, size, "a copy of the constant", error);
}

WeirTensor *
ir_read_constant (IrReader *reader, const WeirXmlNode *xml, GError **error)
{
  const WeirXmlNode *data = weir_xml_child (xml, "data");
  WeirDtype dtype = WEIR_DTYPE_UNKNOWN;
  WeirShape shape = WEIR_SHAPE_SCALAR;
  gsize offset = 0, size = 0, count;
  g_autoptr (GBytes) none = g_bytes_new_static ("", 0);
  WeirTensor *value;
  GBytes *bytes;

  if (data == NULL) {
    weir_fail (error, WEIR_ERROR_FORMAT, "a constant without <data>");
    return NULL;
  }
  if (!read_type (data, &dtype, &shape, error) ||
      !read_size (data, "offset", &offset, error) ||
      !read_size (data, "size", &size, error))
    return NULL;
  if (weir_shape_count (&shape, &count, NULL) && count == 0)
    size = 0; /* OpenVINO writes a byte for no elements */
  if (size > 0 && reader->bin == NULL) {
    weir_fail (error, WEIR_ERROR_IO,
               "its contents are in a .bin file, and there is none");
    return NULL;
  }
  if (size == 0)
    return weir_tensor_new_from_bytes (dtype, &shape, none, 0, 0, error);
  bytes = weir_source_gbytes (reader->bin);
  if (!budget_copy (reader, bytes, dtype, offset, size, error))
    return NULL;
  value = weir_tensor_new_from_bytes (dtype, &shape, bytes, offset, size, error);
  if (value == NULL)
    g_prefix_error (error, "%s: ", weir_source_name (reader->bin));
  return value;
}
