#include "documents.h"

#include "base/error.h"
#include "compare.h"

#include <string.h>

const char plain_ir[] =
    "<?xml version=\"1.0\"?>\n"
    "<net name=\"m\" version=\"11\">\n"
    "<layers>\n"
    "<layer id=\"0\" name=\"x\" type=\"Parameter\" version=\"opset1\">\n"
    "<data shape=\"2,3\" element_type=\"f32\" />\n"
    "<output><port id=\"0\" precision=\"FP32\" "
    "names=\"in\"><dim>2</dim><dim>3</dim></port>"
    "</output></layer>\n"
    "<layer id=\"1\" name=\"c\" type=\"Const\" version=\"opset1\">\n"
    "<data element_type=\"f32\" shape=\"1, 3\" offset=\"4\" size=\"12\" />\n"
    "<output><port id=\"0\" precision=\"FP32\"><dim>1</dim><dim>3</dim></port>"
    "</output></layer>\n"
    "<layer id=\"2\" name=\"sum\" type=\"Add\" version=\"opset1\">\n"
    "<data auto_broadcast=\"numpy\" />\n"
    "<input><port id=\"0\" /><port id=\"1\" /></input>\n"
    "<output><port id=\"2\" precision=\"FP32\"><dim>2</dim><dim>3</dim></port></output>"
    "</layer>\n"
    "<layer id=\"3\" name=\"act\" type=\"ReLU\" version=\"opset1\">\n"
    "<input><port id=\"0\" precision=\"FP32\"><dim>2</dim><dim>3</dim></port></input>\n"
    "<output><port id=\"1\" precision=\"FP32\" names=\"out,a\\,b\"><dim>2</dim>"
    "<dim>3</dim></port></output></layer>\n"
    "<layer id=\"4\" name=\"r\" type=\"Result\" version=\"opset1\">\n"
    "<input><port id=\"0\" precision=\"FP32\"><dim>2</dim><dim>3</dim></port></input>"
    "</layer>\n"
    "</layers>\n"
    "<edges>\n"
    "<edge from-layer=\"0\" from-port=\"0\" to-layer=\"2\" to-port=\"0\" />\n"
    "<edge from-layer=\"1\" from-port=\"0\" to-layer=\"2\" to-port=\"1\" />\n"
    "<edge from-layer=\"2\" from-port=\"2\" to-layer=\"3\" to-port=\"0\" />\n"
    "<edge from-layer=\"3\" from-port=\"1\" to-layer=\"4\" to-port=\"0\" />\n"
    "</edges>\n"
    "</net>\n";

const char loop_ir[] =
    "<net name=\"loop\" version=\"11\">\n"
    "<layers>\n"
    "<layer id=\"0\" name=\"x\" type=\"Parameter\" version=\"opset1\">"
    "<data shape=\"2\" element_type=\"f32\" />"
    "<output><port id=\"0\" precision=\"FP32\"><dim>2</dim></port></output></layer>\n"
    "<layer id=\"1\" name=\"trip\" type=\"Const\" version=\"opset1\">"
    "<data element_type=\"i64\" shape=\"\" offset=\"0\" size=\"8\" />"
    "<output><port id=\"0\" precision=\"I64\" /></output></layer>\n"
    "<layer id=\"2\" name=\"go\" type=\"Const\" version=\"opset1\">"
    "<data element_type=\"boolean\" shape=\"\" offset=\"8\" size=\"1\" />"
    "<output><port id=\"0\" precision=\"BOOL\" /></output></layer>\n"
    "<layer id=\"3\" name=\"loop\" type=\"Loop\" version=\"opset5\">\n"
    "<port_map>\n"
    "<input external_port_id=\"2\" internal_layer_id=\"10\" />\n"
    "<input external_port_id=\"3\" internal_layer_id=\"20\" />\n"
    "<input external_port_id=\"-1\" internal_layer_id=\"30\" "
    "purpose=\"current_iteration\" />\n"
    "<output external_port_id=\"4\" internal_layer_id=\"60\" />\n"
    "<output external_port_id=\"-1\" internal_layer_id=\"70\""
    " purpose=\"execution_condition\" />\n"
    "</port_map>\n"
    "<back_edges><edge from-layer=\"60\" to-layer=\"10\" /></back_edges>\n"
    "<input><port id=\"0\" /><port id=\"1\" /><port id=\"2\" /><port id=\"3\" "
    "/></input>\n"
    "<output><port id=\"4\" precision=\"FP32\"><dim>2</dim></port></output>\n"
    "<body><layers>\n"
    "<layer id=\"30\" name=\"i\" type=\"Parameter\" version=\"opset1\">"
    "<data shape=\"\" element_type=\"i64\" />"
    "<output><port id=\"0\" precision=\"I64\" /></output></layer>\n"
    "<layer id=\"20\" name=\"step\" type=\"Parameter\" version=\"opset1\">"
    "<data shape=\"2\" element_type=\"f32\" />"
    "<output><port id=\"0\" precision=\"FP32\"><dim>2</dim></port></output></layer>\n"
    "<layer id=\"10\" name=\"state\" type=\"Parameter\" version=\"opset1\">"
    "<data shape=\"2\" element_type=\"f32\" />"
    "<output><port id=\"0\" precision=\"FP32\"><dim>2</dim></port></output></layer>\n"
    "<layer id=\"40\" name=\"next\" type=\"Add\" version=\"opset1\">"
    "<input><port id=\"0\" /><port id=\"1\" /></input>"
    "<output><port id=\"2\" precision=\"FP32\"><dim>2</dim></port></output></layer>\n"
    "<layer id=\"50\" name=\"always\" type=\"Const\" version=\"opset1\">"
    "<data element_type=\"boolean\" shape=\"1\" offset=\"8\" size=\"1\" />"
    "<output><port id=\"0\" precision=\"BOOL\"><dim>1</dim></port></output></layer>\n"
    "<layer id=\"60\" name=\"state_out\" type=\"Result\" version=\"opset1\">"
    "<input><port id=\"0\" /></input></layer>\n"
    "<layer id=\"70\" name=\"go_out\" type=\"Result\" version=\"opset1\">"
    "<input><port id=\"0\" /></input></layer>\n"
    "</layers><edges>\n"
    "<edge from-layer=\"10\" from-port=\"0\" to-layer=\"40\" to-port=\"0\" />\n"
    "<edge from-layer=\"20\" from-port=\"0\" to-layer=\"40\" to-port=\"1\" />\n"
    "<edge from-layer=\"40\" from-port=\"2\" to-layer=\"60\" to-port=\"0\" />\n"
    "<edge from-layer=\"50\" from-port=\"0\" to-layer=\"70\" to-port=\"0\" />\n"
    "</edges></body></layer>\n"
    "<layer id=\"4\" name=\"r\" type=\"Result\" version=\"opset1\">"
    "<input><port id=\"0\" /></input></layer>\n"
    "</layers>\n"
    "<edges>\n"
    "<edge from-layer=\"1\" from-port=\"0\" to-layer=\"3\" to-port=\"0\" />\n"
    "<edge from-layer=\"2\" from-port=\"0\" to-layer=\"3\" to-port=\"1\" />\n"
    "<edge from-layer=\"0\" from-port=\"0\" to-layer=\"3\" to-port=\"2\" />\n"
    "<edge from-layer=\"0\" from-port=\"0\" to-layer=\"3\" to-port=\"3\" />\n"
    "<edge from-layer=\"3\" from-port=\"4\" to-layer=\"4\" to-port=\"0\" />\n"
    "</edges>\n"
    "</net>\n";

GBytes *
plain_bin (void)
{
  const float values[] = { -100, 10, -20, 30 };

  return g_bytes_new (values, sizeof values);
}

char *
replaced (const char *text, const char *from, const char *to)
{
  const char *at = strstr (text, from);

  if (at == NULL)
    g_error ("'%s' is not in the document", from);
  return g_strdup_printf ("%.*s%s%s", (int) (at - text), text, to, at + strlen (from));
}

WeirModel *
read_text (const char *text, GBytes *bin, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (WeirSource) xml = weir_source_new (bytes, "m.xml");
  g_autoptr (WeirSource) weights = bin != NULL ? weir_source_new (bin, "m.bin") : NULL;

  return weir_ir_read_sources (xml, weights, error);
}

void
refuse_text (const char *text, GBytes *bin, int code, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (read_text (text, bin, &error));
  g_assert_error (error, WEIR_ERROR, code);
  g_assert_true (g_str_has_prefix (error->message, "m.xml: "));
  assert_says (error, message);
}
