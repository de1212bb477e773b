#include "cpu/reference.h"
#include "cpu/tables.h"
#include "device.h"

#include "base/limits.h"

static void *
cpu_alloc (WeirDevice *device, gsize size, GError **error)
{
  (void) device;
  return weir_try_alloc (size, error);
}

static void
cpu_free_arena (WeirDevice *device, void *arena)
{
  (void) device;
  weir_free (arena);
}

WeirDevice *
weir_cpu_device (void)
{
  static WeirDevice device = {
    .name = "CPU", .is_host = TRUE, .alloc = cpu_alloc, .free_arena = cpu_free_arena
  };
  static gsize once;

  if (g_once_init_enter (&once)) {
    const WeirFeatures *features = weir_features ();
    const WeirKernelTable *table = weir_kernel_table (features->isa);

    device.kernels = table->kernels;
    device.n_kernels = table->n_kernels;
    device.block = table->block;
    device.cache = features->l2 / 2;
    device.reorder = table->reorder;
    device.isa = weir_isa_name (features->isa);
    device.description = g_strdup (features->model);
    g_once_init_leave (&once, 1);
  }
  return &device;
}

WeirDevice *
weir_reference_device (void)
{
  static const WeirKernel *const kernels[] = { &weir_kernel_reference };
  static WeirDevice device = { .name = "REFERENCE",
                               .description = "plain evaluators, for comparison",
                               .isa = "",
                               .is_host = TRUE,
                               .kernels = kernels,
                               .n_kernels = G_N_ELEMENTS (kernels),
                               .alloc = cpu_alloc,
                               .free_arena = cpu_free_arena };
  static gsize once;

  if (g_once_init_enter (&once)) {
    device.reorder = weir_kernel_table (WEIR_ISA_C)->reorder;
    g_once_init_leave (&once, 1);
  }
  return &device;
}
