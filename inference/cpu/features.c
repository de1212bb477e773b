#include "cpu/features.h"

#include <string.h>
#include <unistd.h>

static const char *const isa_names[] = { "c", "avx2", "avx512", "avx512vnni",
                                         "avx512amx" };

const char *
weir_isa_name (WeirIsa isa)
{
  return isa_names[isa];
}

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#if defined(__linux__) && defined(__x86_64__)
#include <sys/syscall.h>
#endif

#define BIT(word, n) (((word) >> (n)) & 1)

/* Bits of XCR0 (Intel SDM volume 1, 13.3): registers that the system saves. */
#define XCR0_YMM   0x06
#define XCR0_ZMM   0xe6
#define XCR0_TILES 0x60000

static guint64
saved_registers (void)
{
  guint32 low, high;

  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (guint64) high << 32 | low;
}

#if defined(__linux__) && defined(__x86_64__)
/* Linux lets a process use tiles that has asked for it (Documentation/arch/x86/xstate).
 */
#define ARCH_REQ_XCOMP_PERM 0x1023
#define XFEATURE_XTILEDATA  18

static gboolean
may_use_tiles (void)
{
  return syscall (SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}
#else
static gboolean
may_use_tiles (void)
{
  return FALSE;
}
#endif

/* CPUID leaves 1 and 7 (Intel SDM volume 2, CPUID). */
static void
detect_isa (WeirFeatures *features)
{
  guint32 a, b, c, d, leaf1;
  guint64 saved;
  gboolean avx512;

  if (!__get_cpuid (1, &a, &b, &leaf1, &d) || !BIT (leaf1, 27))
    return;
  saved = saved_registers ();
  if (!__get_cpuid_count (7, 0, &a, &b, &c, &d))
    return;
  if ((saved & XCR0_YMM) != XCR0_YMM || !BIT (leaf1, 28) || !BIT (leaf1, 12) ||
      !BIT (leaf1, 29) || !BIT (b, 5))
    return;
  features->isa = WEIR_ISA_AVX2;
  avx512 = BIT (b, 16) && BIT (b, 17) && BIT (b, 30) && BIT (b, 31);
  if ((saved & XCR0_ZMM) != XCR0_ZMM || !avx512)
    return;
  features->isa = WEIR_ISA_AVX512;
  if (!BIT (c, 11) || !BIT (c, 1))
    return;
  features->isa = WEIR_ISA_AVX512_VNNI;
  if (BIT (d, 24) && BIT (d, 25) && (saved & XCR0_TILES) == XCR0_TILES &&
      may_use_tiles ())
    features->isa = WEIR_ISA_AVX512_AMX;
}

/* Leaves 0x80000002 to 0x80000004 hold the name in 48 bytes. */
static void
detect_model (WeirFeatures *features)
{
  guint32 name[13] = { 0 };

  if ((unsigned) __get_cpuid_max (0x80000000, NULL) < 0x80000004)
    return;
  for (guint32 i = 0; i < 3; i++)
    __get_cpuid (0x80000002 + i, &name[4 * i], &name[4 * i + 1], &name[4 * i + 2],
                 &name[4 * i + 3]);
  g_strlcpy (features->model, (const char *) name, sizeof features->model);
  g_strstrip (features->model);
}
#else
static void
detect_isa (WeirFeatures *features)
{
  features->isa = WEIR_ISA_C;
}

static void
detect_model (WeirFeatures *features)
{
  g_strlcpy (features->model, "unknown processor", sizeof features->model);
}
#endif

static gsize
cache_size (int name, gsize fallback)
{
  long size = sysconf (name);

  return size > 0 ? (gsize) size : fallback;
}

static void
apply_environment (WeirFeatures *features)
{
  const char *cap = g_getenv ("WEIR_ISA");

  if (cap == NULL || *cap == '\0')
    return;
  for (guint i = 0; i < G_N_ELEMENTS (isa_names); i++) {
    if (strcmp (cap, isa_names[i]) != 0)
      continue;
    features->isa = MIN (features->isa, (WeirIsa) i);
    return;
  }
  g_warning ("WEIR_ISA: expected c, avx2, avx512, avx512vnni or avx512amx, found '%s'",
             cap);
}

const WeirFeatures *
weir_features (void)
{
  static WeirFeatures features = { .isa = WEIR_ISA_C };
  static gsize once;

  if (g_once_init_enter (&once)) {
    detect_isa (&features);
    detect_model (&features);
    features.l1 = cache_size (_SC_LEVEL1_DCACHE_SIZE, 32 << 10);
    features.l2 = cache_size (_SC_LEVEL2_CACHE_SIZE, 256 << 10);
    apply_environment (&features);
    g_once_init_leave (&once, 1);
  }
  return &features;
}
