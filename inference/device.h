#pragma once

#include "runtime/plan.h"

/**
 * WeirDevice:
 * @name: "CPU", "GPU.0", …
 * @description: what it is, for `weir devices`: the processor and its instruction set
 * @isa: the instruction set its kernels are built for: "avx512"; "" where there is no
 * choice
 * @block: the block size it wants for rank-4 values
 * @cache: bytes that steps should work on at a time so that they stay in a cache of one
 * core; 0 where it does not matter
 * @is_host: whether its arena is memory that the CPU may read and write
 * @kernels: candidates in the order in which they are asked; @n_kernels of them
 * @reorder: kernel that copies a value from any layout to any other, on this device
 * @alloc: an arena of @size zeroed bytes
 * @free_arena: frees it
 * @upload, @download: copy between host memory and the arena (not for host devices)
 * @finish: waits until all that was queued is done (not for host devices)
 */
struct _WeirDevice {
  const char *name;
  const char *description;
  const char *isa;
  guint block;
  gsize cache;
  gboolean is_host;
  const WeirKernel *const *kernels;
  guint n_kernels;
  const WeirKernel *reorder;
  void *(*alloc) (WeirDevice *device, gsize size, GError **error);
  void (*free_arena) (WeirDevice *device, void *arena);
  gboolean (*upload) (WeirDevice *device, void *arena, gsize offset, const void *from,
                      gsize size, GError **error);
  gboolean (*download) (WeirDevice *device, void *arena, gsize offset, void *to,
                        gsize size, GError **error);
  gboolean (*finish) (WeirDevice *device, void *arena, GError **error);
};

/** weir_cpu_device: the CPU with the widest instruction set that both it and the
 * environment variable WEIR_ISA (see weir_isa_name()) allow. Lives for ever. */
WeirDevice *weir_cpu_device (void);
/** weir_reference_device: the plain evaluators. Lives for ever. */
WeirDevice *weir_reference_device (void);
/** weir_device_find: by name; "AUTO" is the best that there is. The error lists all. */
WeirDevice *weir_device_find (const char *name, GError **error);
