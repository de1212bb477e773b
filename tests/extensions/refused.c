/* A library that must not be registered; which one of them is said when it is built. */

#include <weir-extension.h>

#ifdef NO_ENTRY

int something_else (void);

int
something_else (void)
{
  return 0;
}

#else

static bool
fill (const WeirExtensionHost *host, WeirExtensionContext *c, void *data)
{
  (void) host;
  (void) c;
  (void) data;
  return false;
}

static const WeirExtensionAttr bad_default[] = {
  { "size", WEIR_EXTENSION_ATTR_INT, "many", NULL },
  { .name = NULL },
};

static const WeirExtensionKernel bad_kernel = {
  WEIR_EXTENSION_HEADER (WeirExtensionKernel),
  .source = "kernel void f () {}",
  .entry = "f",
  .global = "d0 * rows",
};

static WeirExtensionOp
plain (const char *name)
{
  return (WeirExtensionOp){
    WEIR_EXTENSION_HEADER (WeirExtensionOp),
    .name = name,
    .min_inputs = 1,
    .max_inputs = 1,
    .n_outputs = 1,
    .evaluate = fill,
  };
}

static int
add (const WeirExtensionHost *host, WeirExtensionOp op)
{
  return host->add_op (&op) ? 0 : 1;
}

int
weir_extension_register (const WeirExtensionHost *host)
{
  WeirExtensionOp op = plain ("Refused");

  (void) bad_default;
  (void) bad_kernel;
#if defined OTHER_ABI
  op.abi = 2;
#elif defined SHORT
  op.size = 24;
#elif defined SILENT
  (void) op;
  return 7;
#elif defined TWICE
  return add (host, op) || add (host, plain ("refused"));
#elif defined OWN_NAME
  op.name = "Convolution";
#elif defined NO_NAME
  op.name = "two words";
#elif defined BAD_DEFAULT
  op.attrs = bad_default;
#elif defined BAD_KERNEL
  op.opencl = &bad_kernel;
#elif defined NO_EVALUATE
  op.evaluate = NULL;
#elif defined MANY
  op.max_inputs = 1000;
#elif defined TAKEN
  op.name = "SoftThreshold";
#elif defined COMPLAINS
  host->fail (NULL, "no licence");
  return 1;
#endif
  return add (host, op);
}

#endif
