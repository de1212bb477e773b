/* What stands in place of sub-graphs of TensorFlow, and an operation of its own. */

#include <weir-extension-graph.h>

#include <string.h>

typedef const WeirExtensionHost Host;
typedef WeirExtensionContext Context;

/* AxpySubgraph: factor * input 0 + the constant that the sub-graph holds as "b"; a second
 * output, where there is one, counts the nodes of the sub-graph that are of operation
 * `count`. */
static bool
count_nodes (Host *host, Context *c, WeirExtensionValue *value)
{
  const WeirExtensionShape scalar = { .rank = 0 };
  const char *wanted = host->attr_string (c, "count");
  float count = 0;

  if (wanted == NULL)
    return false;
  for (uint32_t i = 0; i < host->graph->n_nodes (c); i++) {
    const char *op;

    if (host->graph->node (c, i, &op) == NULL)
      return false;
    count += strcmp (op, wanted) == 0;
  }
  *value = host->add_constant (c, WEIR_EXTENSION_F32, &scalar, &count, sizeof count);
  return value->id != 0;
}

/* "scope/b", by the name of the scope. */
static WeirExtensionValue
find_b (Host *host, Context *c)
{
  const WeirExtensionValue none = { 0 };
  char name[200];
  const char *scope = host->node_name (c);

  if (strlen (scope) + 3 > sizeof name)
    return none;
  memcpy (name, scope, strlen (scope));
  memcpy (name + strlen (scope), "/b", 3);
  return host->graph->value (c, name);
}

static bool
axpy (Host *host, Context *c, void *data)
{
  const WeirExtensionShape scalar = { .rank = 0 };
  WeirExtensionValue in[2], out;
  WeirExtensionType type;
  WeirExtensionShape shape;
  double given;
  float factor;
  size_t bytes;

  (void) data;
  if (!host->attr_float (c, "factor", &given))
    return false;
  factor = (float) given;
  in[0] = host->input (c, 0);
  in[1] = host->add_constant (c, WEIR_EXTENSION_F32, &scalar, &factor, sizeof factor);
  if (!host->add_node (c, "Multiply", in, 2, NULL, &in[0], 1))
    return false;
  in[1] = find_b (host, c);
  if (in[1].id == 0 || host->graph->data (c, in[1], &type, &shape, &bytes) == NULL ||
      type != WEIR_EXTENSION_F32 || shape.rank != 1 || bytes != 8) {
    host->fail (c, "expected b to be two numbers");
    return false;
  }
  if (!host->add_node (c, "Add", in, 2, NULL, &out, 1) || !host->set_output (c, 0, out))
    return false;
  return host->n_outputs (c) == 1 ||
         (count_nodes (host, c, &out) && host->set_output (c, 1, out));
}

/* CyclicSubgraph: asks for what it makes itself. */
static bool
cyclic (Host *host, Context *c, void *data)
{
  const WeirExtensionValue value = host->graph->value (c, "block/y");

  (void) data;
  return value.id != 0 && host->set_output (c, 0, value);
}

static bool
scale (Host *host, Context *c, void *data)
{
  const WeirExtensionShape list = { .rank = 1, .dims = { 2 } };
  WeirExtensionValue in[2], out;
  const double *factors;
  float values[2];
  size_t n;

  (void) data;
  factors = host->attr_floats (c, "factors", &n);
  if (factors == NULL || n != 2)
    return false;
  values[0] = (float) factors[0];
  values[1] = (float) factors[1];
  in[0] = host->input (c, 0);
  in[1] = host->add_constant (c, WEIR_EXTENSION_F32, &list, values, sizeof values);
  return host->add_node (c, "Multiply", in, 2, NULL, &out, 1) &&
         host->set_output (c, 0, out);
}

int
weir_extension_register (const WeirExtensionHost *host)
{
  static const WeirExtensionTranslation all[] = {
    { WEIR_EXTENSION_HEADER (WeirExtensionTranslation), .framework = "tensorflow",
      .domain = WEIR_EXTENSION_SUBGRAPH, .op = "AxpySubgraph", .translate = axpy },
    { WEIR_EXTENSION_HEADER (WeirExtensionTranslation), .framework = "tensorflow",
      .domain = WEIR_EXTENSION_SUBGRAPH, .op = "CyclicSubgraph", .translate = cyclic },
    { WEIR_EXTENSION_HEADER (WeirExtensionTranslation), .framework = "tensorflow",
      .op = "ScaleEach", .translate = scale },
  };

  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (!host->add_translation (&all[i]))
      return 1;
  return 0;
}
