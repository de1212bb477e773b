#include "base/limits.h"
#include "cpu/reference.h"
#include "graphs.h"
#include "plans.h"

#include <string.h>

/* A second device with memory of its own that knows only Add of equal shapes: its arena
 * is hidden behind a key, so that a plan that reads it as host memory crashes or is
 * wrong. */

#define KEY 0x5a

static guint uploads, downloads;

typedef struct {
  guint8 *bytes; /* each XORed with KEY */
  gsize size;
} HiddenArena;

static void *
hidden_alloc (WeirDevice *device, gsize size, GError **error)
{
  HiddenArena *arena = g_new0 (HiddenArena, 1);

  (void) device;
  arena->bytes = weir_try_alloc (size, error);
  arena->size = size;
  return arena;
}

static void
hidden_free (WeirDevice *device, void *data)
{
  HiddenArena *arena = data;

  (void) device;
  weir_free (arena->bytes);
  g_free (arena);
}

static void
copy_hidden (guint8 *to, const guint8 *from, gsize size)
{
  for (gsize i = 0; i < size; i++)
    to[i] = from[i] ^ KEY;
}

static gboolean
hidden_upload (WeirDevice *device, void *data, gsize offset, const void *from, gsize size,
               GError **error)
{
  HiddenArena *arena = data;

  (void) device;
  (void) error;
  g_assert_cmpuint (offset + size, <=, arena->size);
  copy_hidden (arena->bytes + offset, from, size);
  uploads++;
  return TRUE;
}

static gboolean
hidden_download (WeirDevice *device, void *data, gsize offset, void *to, gsize size,
                 GError **error)
{
  HiddenArena *arena = data;

  (void) device;
  (void) error;
  g_assert_cmpuint (offset + size, <=, arena->size);
  copy_hidden (to, arena->bytes + offset, size);
  downloads++;
  return TRUE;
}

static gboolean
hidden_finish (WeirDevice *device, void *data, GError **error)
{
  (void) device;
  (void) data;
  (void) error;
  return TRUE;
}

static gboolean
add_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  return group->n_inputs == 2 && group->residual < 0 && group->bias == NULL &&
         group->after.kind == WEIR_ACT_NONE &&
         weir_shape_equal (&weir_group_input (plan, group, 0)->shape,
                           &weir_group_input (plan, group, 1)->shape);
}

static gboolean
add_run (const WeirRun *run, GError **error)
{
  const WeirGroup *group = &run->step->group;
  const WeirValue *y = weir_group_output (run->plan, group, 0);
  HiddenArena *arena = run->arenas[y->device];
  gsize n = weir_shape_elements (&y->shape);
  g_autofree float *a = g_new (float, n);
  g_autofree float *b = g_new (float, n);

  (void) error;
  copy_hidden ((guint8 *) a,
               arena->bytes + weir_group_input (run->plan, group, 0)->offset, n * 4);
  copy_hidden ((guint8 *) b,
               arena->bytes + weir_group_input (run->plan, group, 1)->offset, n * 4);
  for (gsize i = 0; i < n; i++)
    a[i] += b[i];
  copy_hidden (arena->bytes + y->offset, (const guint8 *) a, n * 4);
  return TRUE;
}

static const WeirKernel hidden_add = {
  .name = "hidden-add",
  .op = "Add",
  .accepts = add_accepts,
  .run = add_run,
};
static const WeirKernel *const hidden_kernels[] = { &hidden_add };

static WeirDevice hidden = {
  .name = "HIDDEN",
  .description = "a device for tests",
  .isa = "",
  .kernels = hidden_kernels,
  .n_kernels = 1,
  .alloc = hidden_alloc,
  .free_arena = hidden_free,
  .upload = hidden_upload,
  .download = hidden_download,
  .finish = hidden_finish,
};

/* There and back twice: host, hidden twice in a row, host, hidden, and out of it. */
static void
test_two_devices (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirDevice *devices[] = { &hidden, weir_cpu_device () };
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 16, 3, 5));
  WeirPort c = weir_build_constant (&b, "c", random_f32 (&WEIR_SHAPE (1, 16, 3, 5), 3));
  WeirPort e = weir_build1 (&b, "Exp", "e", x);
  WeirPort s = weir_build2 (&b, "Add", "s", e, c);
  WeirPort t = weir_build2 (&b, "Add", "t", s, s);
  WeirPort u = weir_build1 (&b, "Abs", "u", t);
  WeirPlan *plan;

  weir_build_result (&b, "v", weir_build2 (&b, "Add", "v", u, t));
  weir_build_result (&b, "t", t);
  g_assert_no_error (b.error);
  uploads = downloads = 0;
  check_plan (graph, devices, 2, 2, 1e-6);
  g_assert_cmpuint (uploads, >, 0);
  g_assert_cmpuint (downloads, >, 0);
  plan = compile_graph (graph, devices, 2);
  g_assert_cmpuint (count_steps (plan, "hidden-add"), ==, 3);
  weir_plan_free (plan);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compile/partition/two-devices", test_two_devices);
  return g_test_run ();
}
