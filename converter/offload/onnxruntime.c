#include "base/error.h"
#include "offload.h"
#include "parts.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* ONNX Runtime by its C interface, which is a table of functions whose order never
 * changes: what is called here has been in it since the first version. */

#define ENTRY         "OrtGetApiBase"
#define FIRST_VERSION 1
#define LEVEL_ERROR   3
#define ARENA         1

typedef void Status;

typedef struct {
  const void *const *(*get_api) (uint32_t version);
  const char *(*get_version) (void);
} Base;

/** Calls: what is called, and where it stands in the table. */
#define CALLS(F)                                                                     \
  F (2, error_message, const char *, (const Status *) )                              \
  F (3, create_env, Status *, (int level, const char *name, void **env))             \
  F (8, create_session, Status *,                                                    \
     (const void *env, const void *model, size_t size, const void *options,          \
      void **session))                                                               \
  F (9, run, Status *,                                                               \
     (void *session, const void *options, const char *const *input_names,            \
      const void *const *inputs, size_t n_inputs, const char *const *output_names,   \
      size_t n_outputs, void **outputs))                                             \
  F (10, create_options, Status *, (void **options))                                 \
  F (30, input_count, Status *, (const void *session, size_t *count))                \
  F (31, output_count, Status *, (const void *session, size_t *count))               \
  F (34, output_type, Status *, (const void *session, size_t index, void **type))    \
  F (36, input_name, Status *,                                                       \
     (const void *session, size_t index, void *allocator, char **name))              \
  F (37, output_name, Status *,                                                      \
     (const void *session, size_t index, void *allocator, char **name))              \
  F (49, create_tensor, Status *,                                                    \
     (const void *memory, void *data, size_t size, const int64_t *dims, size_t rank, \
      int type, void **value))                                                       \
  F (50, is_tensor, Status *, (const void *value, int *yes))                         \
  F (51, tensor_data, Status *, (void *value, void **data))                          \
  F (55, tensor_of_type, Status *, (const void *type, const void **tensor))          \
  F (60, element_type, Status *, (const void *tensor, int *type))                    \
  F (61, dims_count, Status *, (const void *tensor, size_t *count))                  \
  F (62, dims, Status *, (const void *tensor, int64_t *dims, size_t count))          \
  F (65, tensor_type, Status *, (const void *value, void **tensor))                  \
  F (69, create_memory, Status *, (int allocator, int kind, void **memory))          \
  F (76, allocator_free, Status *, (void *allocator, void *memory))                  \
  F (78, get_allocator, Status *, (void **allocator))                                \
  F (93, release_status, void, (Status *) )                                          \
  F (95, release_session, void, (void *) )                                           \
  F (96, release_value, void, (void *) )                                             \
  F (98, release_type, void, (void *) )                                              \
  F (99, release_tensor_type, void, (void *) )

typedef struct {
#define MEMBER(index, name, result, arguments) result (*name) arguments;
  CALLS (MEMBER)
#undef MEMBER
} Calls;

static const struct {
  gsize index, member;
} places[] = {
#define PLACE(i, name, result, arguments) { i, offsetof (Calls, name) },
  CALLS (PLACE)
#undef PLACE
};

typedef struct _Runtime Runtime;

/** Session: of a part; counted, as it may go while a thread runs it. */
typedef struct {
  const Runtime *runtime;
  void *session;
  GPtrArray *inputs, *outputs; /* names */
} Session;

struct _Runtime {
  Calls call;
  void *env, *options, *memory, *allocator;
  GMutex lock;
  OffloadParts parts; /* Session */
};

static const struct {
  int type;
  WeirDtype dtype;
} types[] = {
  { 1, WEIR_DTYPE_F32 },   { 2, WEIR_DTYPE_U8 },   { 3, WEIR_DTYPE_I8 },
  { 4, WEIR_DTYPE_U16 },   { 5, WEIR_DTYPE_I16 },  { 6, WEIR_DTYPE_I32 },
  { 7, WEIR_DTYPE_I64 },   { 9, WEIR_DTYPE_BOOL }, { 10, WEIR_DTYPE_F16 },
  { 11, WEIR_DTYPE_F64 },  { 12, WEIR_DTYPE_U32 }, { 13, WEIR_DTYPE_U64 },
  { 16, WEIR_DTYPE_BF16 },
};

static int
type_of (WeirDtype dtype)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].dtype == dtype)
      return types[i].type;
  return 0;
}

static WeirDtype
dtype_of (int type)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].type == type)
      return types[i].dtype;
  return WEIR_DTYPE_UNKNOWN;
}

/* Whether a call went well. */
static gboolean
check (const Runtime *r, Status *status, GError **error)
{
  if (status == NULL)
    return TRUE;
  weir_fail (error, WEIR_ERROR_UNSUPPORTED, "%.1000s", r->call.error_message (status));
  r->call.release_status (status);
  return FALSE;
}

static void
clear_session (gpointer session)
{
  Session *s = session;

  if (s->session != NULL)
    s->runtime->call.release_session (s->session);
  g_ptr_array_unref (s->inputs);
  g_ptr_array_unref (s->outputs);
}

static void
release_session (Session *s)
{
  g_atomic_rc_box_release_full (s, clear_session);
}

static void
drop_session (gpointer data, gpointer made)
{
  (void) data;
  release_session (made);
}

typedef Status *(*NameCall) (const void *session, size_t index, void *allocator,
                             char **name);

static gboolean
read_names (const Runtime *r, const Session *s, NameCall call, size_t count,
            GPtrArray *names, GError **error)
{
  for (size_t i = 0; i < count; i++) {
    char *name;

    if (!check (r, call (s->session, i, r->allocator, &name), error))
      return FALSE;
    g_ptr_array_add (names, g_strdup (name));
    check (r, r->call.allocator_free (r->allocator, name), NULL);
  }
  return TRUE;
}

static gboolean
fill_session (const Runtime *r, Session *s, WeirTensor *part, GError **error)
{
  size_t n_inputs, n_outputs;

  return check (r,
                r->call.create_session (r->env, weir_tensor_data (part),
                                        weir_tensor_size (part), r->options, &s->session),
                error) &&
         check (r, r->call.input_count (s->session, &n_inputs), error) &&
         check (r, r->call.output_count (s->session, &n_outputs), error) &&
         read_names (r, s, r->call.input_name, n_inputs, s->inputs, error) &&
         read_names (r, s, r->call.output_name, n_outputs, s->outputs, error);
}

static Session *
make_session (const Runtime *r, WeirTensor *part, GError **error)
{
  Session *s = g_atomic_rc_box_new0 (Session);

  s->runtime = r;
  s->inputs = g_ptr_array_new_with_free_func (g_free);
  s->outputs = g_ptr_array_new_with_free_func (g_free);
  if (fill_session (r, s, part, error))
    return s;
  release_session (s);
  return NULL;
}

/* (transfer full) */
static Session *
find_session (Runtime *r, WeirTensor *part, GError **error)
{
  Session *s;

  g_mutex_lock (&r->lock);
  s = offload_parts_find (&r->parts, part);
  if (s == NULL) {
    s = make_session (r, part, error);
    if (s != NULL)
      offload_parts_add (&r->parts, part, s);
  }
  if (s != NULL)
    g_atomic_rc_box_acquire (s);
  g_mutex_unlock (&r->lock);
  return s;
}

static gboolean
check_counts (const Session *s, guint n_inputs, guint n_outputs, GError **error)
{
  return (s->inputs->len == n_inputs && s->outputs->len == n_outputs) ||
         weir_fail (error, WEIR_ERROR_FORMAT,
                    "the part has %u inputs and %u outputs, the node %u and %u",
                    s->inputs->len, s->outputs->len, n_inputs, n_outputs);
}

/* Type and shape of a tensor, or of one to come: what is not known is negative there. */
static gboolean
read_info (const Runtime *r, const void *tensor, WeirValueInfo *info, GError **error)
{
  int64_t dims[WEIR_MAX_RANK];
  gint64 own[WEIR_MAX_RANK];
  size_t rank;
  int type;

  if (!check (r, r->call.element_type (tensor, &type), error) ||
      !check (r, r->call.dims_count (tensor, &rank), error))
    return FALSE;
  if (rank > WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_LIMIT, "%zu dimensions", rank);
  if (!check (r, r->call.dims (tensor, dims, rank), error))
    return FALSE;
  for (size_t i = 0; i < rank; i++)
    own[i] = dims[i] < 0 ? WEIR_DIM_UNKNOWN : dims[i];
  info->dtype = dtype_of (type);
  return weir_shape_init (&info->shape, own, rank, error);
}

static gboolean
describe_output (const Runtime *r, const Session *s, guint index, WeirValueInfo *info,
                 GError **error)
{
  const void *tensor = NULL;
  void *type = NULL;
  gboolean good;

  if (!check (r, r->call.output_type (s->session, index, &type), error))
    return FALSE;
  good = check (r, r->call.tensor_of_type (type, &tensor), error);
  if (good && tensor == NULL)
    good = weir_fail (error, WEIR_ERROR_UNSUPPORTED, "output %u is no tensor", index);
  good = good && read_info (r, tensor, info, error);
  r->call.release_type (type);
  return good;
}

static gboolean
describe (gpointer data, WeirTensor *part, const WeirValueInfo *inputs, guint n_inputs,
          WeirValueInfo *outputs, guint n_outputs, GError **error)
{
  Runtime *r = data;
  Session *s = find_session (r, part, error);
  gboolean good = s != NULL && check_counts (s, n_inputs, n_outputs, error);

  (void) inputs;
  for (guint i = 0; good && i < n_outputs; i++)
    good = describe_output (r, s, i, &outputs[i], error);
  g_clear_pointer (&s, release_session);
  return good;
}

static gboolean
wrap (const Runtime *r, WeirTensor *tensor, void **value, GError **error)
{
  const WeirShape *shape = weir_tensor_shape (tensor);
  int64_t dims[WEIR_MAX_RANK];
  int type = type_of (weir_tensor_dtype (tensor));

  if (type == 0)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "ONNX Runtime gets no %s",
                      weir_dtype_name (weir_tensor_dtype (tensor)));
  for (int i = 0; i < shape->rank; i++)
    dims[i] = shape->dims[i];
  return check (r,
                r->call.create_tensor (r->memory, (void *) weir_tensor_data (tensor),
                                       weir_tensor_size (tensor), dims,
                                       (size_t) shape->rank, type, value),
                error);
}

static WeirTensor *
unwrap (const Runtime *r, void *value, GError **error)
{
  WeirValueInfo info = { .shape = WEIR_SHAPE_UNKNOWN };
  WeirTensor *tensor = NULL;
  void *type = NULL, *from = NULL;
  int yes = 0;

  if (!check (r, r->call.is_tensor (value, &yes), error))
    return NULL;
  if (!yes) {
    weir_fail (error, WEIR_ERROR_UNSUPPORTED, "an output is no tensor");
    return NULL;
  }
  if (!check (r, r->call.tensor_type (value, &type), error))
    return NULL;
  if (read_info (r, type, &info, error) &&
      check (r, r->call.tensor_data (value, &from), error))
    tensor = weir_tensor_new (info.dtype, &info.shape, error);
  if (tensor != NULL && weir_tensor_size (tensor) > 0)
    memcpy (weir_tensor_writable (tensor), from, weir_tensor_size (tensor));
  r->call.release_tensor_type (type);
  return tensor;
}

static void
release_values (const Runtime *r, void **values, guint count)
{
  for (guint i = 0; i < count; i++)
    if (values[i] != NULL)
      r->call.release_value (values[i]);
}

static gboolean
run (gpointer data, WeirTensor *part, WeirTensor *const *inputs, guint n_inputs,
     WeirTensor **outputs, guint n_outputs, GError **error)
{
  Runtime *r = data;
  Session *s = find_session (r, part, error);
  g_autofree void **in = g_new0 (void *, n_inputs + 1);
  g_autofree void **out = g_new0 (void *, n_outputs + 1);
  gboolean good = s != NULL && check_counts (s, n_inputs, n_outputs, error);

  for (guint i = 0; good && i < n_inputs; i++)
    good = wrap (r, inputs[i], &in[i], error);
  good = good &&
         check (r,
                r->call.run (s->session, NULL, (const char *const *) s->inputs->pdata,
                             (const void *const *) in, n_inputs,
                             (const char *const *) s->outputs->pdata, n_outputs, out),
                error);
  for (guint i = 0; good && i < n_outputs; i++)
    good = (outputs[i] = unwrap (r, out[i], error)) != NULL;
  release_values (r, in, n_inputs);
  release_values (r, out, n_outputs);
  g_clear_pointer (&s, release_session);
  return good;
}

static gboolean
open_library (Runtime *r, const char *path, GError **error)
{
  g_autofree char *file =
      strchr (path, '/') != NULL ? g_strdup (path) : g_strconcat ("./", path, NULL);
  void *handle = dlopen (file, RTLD_NOW | RTLD_LOCAL);
  const Base *(*entry) (void) = NULL;
  const void *const *api = NULL;

  if (handle == NULL)
    return weir_fail (error, WEIR_ERROR_IO, "not a library that can be loaded: %s",
                      dlerror ());
  *(void **) &entry = dlsym (handle, ENTRY);
  if (entry != NULL)
    api = entry ()->get_api (FIRST_VERSION);
  if (api == NULL) {
    dlclose (handle);
    return weir_fail (error, WEIR_ERROR_FORMAT, "%s: this is no ONNX Runtime", path);
  }
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    *(const void **) ((char *) &r->call + places[i].member) = api[places[i].index];
  return TRUE;
}

WeirOffloadRunner *
weir_offload_onnxruntime (const char *path, GError **error)
{
  Runtime *r = g_new0 (Runtime, 1);
  WeirOffloadRunner *runner;

  r->parts = (OffloadParts){ .drop = drop_session, .data = r };
  g_mutex_init (&r->lock);
  if (!open_library (r, path, error) ||
      !check (r, r->call.create_env (LEVEL_ERROR, "weir", &r->env), error) ||
      !check (r, r->call.create_options (&r->options), error) ||
      !check (r, r->call.get_allocator (&r->allocator), error) ||
      !check (r, r->call.create_memory (ARENA, 0, &r->memory), error)) {
    g_mutex_clear (&r->lock);
    g_free (r);
    return NULL;
  }
  runner = g_new0 (WeirOffloadRunner, 1);
  *runner = (WeirOffloadRunner){ .describe = describe, .run = run, .data = r };
  return runner;
}
