#include "gstweirinference.h"

#include "gstweirgate.h"
#include "gstweirgather.h"
#include "gstweirsettings.h"
#include "lib/gstweirmeta.h"

GST_DEBUG_CATEGORY_STATIC (weir_inference_debug);
#define GST_CAT_DEFAULT weir_inference_debug

/* Frames become requests of a network: regions are chosen and pictures set on the
 * streaming thread, networks run on their own threads or there too, results are attached
 * in order. */
typedef struct {
  GstWeirLoader *loader;
  GstWeirWindow window; /* for audio */
  gboolean roi_list;
  GstWeirGate gate;
  guint64 frames;
  guint64 inferences;
  gint64 busy_us;
  gboolean is_live;
  gboolean knows_live;
} GstWeirInferencePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (GstWeirInference, gst_weir_inference,
                                     GST_TYPE_WEIR_BASE)

enum {
  PROP_0,
  PROP_INFERENCE_REGION,
  PROP_STATS,
  PROP_GATE,                                          /* the gate's own follow, */
  PROP_LOADER = PROP_GATE + GST_WEIR_GATE_PROPERTIES, /* and the loader's */
};

static GstStaticPadTemplate model_template = GST_STATIC_PAD_TEMPLATE (
    "model", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS (
        "application/x-openvino-ir; application/x-onnx; application/x-tflite; "
        "application/x-tensorflow; application/x-caffe; application/x-mxnet-params; "
        "application/x-paddle; "
        "application/x-kaldi; application/x-weir-model-parts"));

/* What one frame waits for. */
typedef struct {
  GstWeirInference *self;
  GstWeirSlot *slot;
  GstWeirInstance *instance;
  GstWeirWindowFit fit; /* of audio */
  GPtrArray *regions;
  gint pending; /* inferences that run, and one for submit() itself */
} Work;

typedef struct {
  Work *work;
  GstWeirRegion *region;
  gint64 start;
} Flight;

static GstWeirInferencePrivate *
get_private (GstWeirInference *self)
{
  return gst_weir_inference_get_instance_private (self);
}

static void
region_free (gpointer data)
{
  GstWeirRegion *region = data;

  if (region->free_result != NULL && region->result != NULL)
    region->free_result (region->result);
  g_free (region);
}

static void
work_free (gpointer data)
{
  Work *work = data;

  g_ptr_array_unref (work->regions);
  gst_weir_instance_unref (work->instance);
  g_free (work);
}

static void
fail (GstWeirInference *self, const GError *error)
{
  GST_ELEMENT_ERROR (self, STREAM, FAILED, ("inference failed: %s", error->message),
                     (NULL));
  gst_weir_base_fail (GST_WEIR_BASE (self), GST_FLOW_ERROR);
}

static void
release_work (Work *work)
{
  if (g_atomic_int_dec_and_test (&work->pending))
    gst_weir_base_done (GST_WEIR_BASE (work->self), work->slot);
}

static void
inference_done (WeirRequest *request, const GError *failure, gpointer data)
{
  Flight *flight = data;
  Work *work = flight->work;
  GstWeirInferenceClass *klass = GST_WEIR_INFERENCE_GET_CLASS (work->self);
  GstWeirInferencePrivate *p = get_private (work->self);
  g_autoptr (GError) error = failure != NULL ? g_error_copy (failure) : NULL;

  if (error == NULL)
    klass->collect (work->self, work->instance, request, flight->region, &error);
  if (error != NULL)
    fail (work->self, error);
  GST_OBJECT_LOCK (work->self);
  p->inferences++;
  p->busy_us += g_get_monotonic_time () - flight->start;
  GST_OBJECT_UNLOCK (work->self);
  gst_weir_instance_release (work->instance, request);
  release_work (work);
  g_free (flight);
}

/* On a thread of the network, or here where the element has nothing else to do. */
static void
start (GstWeirInstance *instance, WeirRequest *request, Flight *flight)
{
  g_autoptr (GError) error = NULL;

  if (!instance->runs_on_stream) {
    weir_request_start (request, inference_done, flight);
    return;
  }
  weir_request_run (request, &error);
  inference_done (request, error, flight);
}

/* A network that was loaded before the caps were there may take no picture. */
static gboolean
set_picture (Work *work, WeirRequest *request, const WeirImage *image,
             GstWeirRegion *region, GError **error)
{
  WeirImageTransform transform = work->instance->preprocess.transform;
  guint input = work->instance->input;

  if (input == G_MAXUINT)
    return weir_picture_input (work->instance->network, &input, error);
  transform.x = region->x;
  transform.y = region->y;
  transform.width = region->width;
  transform.height = region->height;
  return weir_request_set_image (request, input, 0, image, &transform, &region->placement,
                                 error);
}

/* @image: (nullable): none of audio. */
static GstFlowReturn
start_region (Work *work, const WeirImage *image, GstWeirRegion *region)
{
  GstWeirInstance *instance = work->instance;
  WeirRequest *request = gst_weir_instance_acquire (instance);
  g_autoptr (GError) error = NULL;
  Flight *flight;
  gboolean good;

  if (request == NULL)
    return GST_FLOW_FLUSHING;
  weir_request_wait (request);
  good = image != NULL
             ? set_picture (work, request, image, region, &error)
             : gst_weir_window_feed (&get_private (work->self)->window, &work->fit,
                                     work->slot->buffer, request, &error);
  if (!good) {
    gst_weir_instance_release (instance, request);
    fail (work->self, error);
    return GST_FLOW_ERROR;
  }
  flight = g_new0 (Flight, 1);
  *flight = (Flight){ work, region, g_get_monotonic_time () };
  g_atomic_int_inc (&work->pending);
  start (instance, request, flight);
  return GST_FLOW_OK;
}

static GstFlowReturn
start_regions_of_picture (Work *work)
{
  GstFlowReturn flow = GST_FLOW_OK;
  GstVideoFrame frame;
  WeirImage image;

  if (!gst_video_frame_map (&frame, &work->slot->info, work->slot->buffer,
                            GST_MAP_READ)) {
    GST_ELEMENT_ERROR (work->self, RESOURCE, READ, (NULL), ("a frame cannot be mapped"));
    return GST_FLOW_ERROR;
  }
  if (!gst_weir_image_from_frame (&image, &frame))
    flow = GST_FLOW_NOT_NEGOTIATED;
  for (guint i = 0; flow == GST_FLOW_OK && i < work->regions->len; i++)
    flow = start_region (work, &image, work->regions->pdata[i]);
  gst_video_frame_unmap (&frame);
  return flow;
}

static GstFlowReturn
start_regions (Work *work)
{
  if (work->regions->len == 0)
    return GST_FLOW_OK;
  return get_private (work->self)->window.channels > 0
             ? start_region (work, NULL, work->regions->pdata[0])
             : start_regions_of_picture (work);
}

static void
add_region (Work *work, int roi_id, double x, double y, double width, double height)
{
  GstWeirRegion *region = g_new0 (GstWeirRegion, 1);

  *region = (GstWeirRegion){
    .roi_id = roi_id, .x = x, .y = y, .width = width, .height = height
  };
  g_ptr_array_add (work->regions, region);
}

static void
add_rois (Work *work)
{
  GstWeirInferencePrivate *p = get_private (work->self);
  GstWeirInferenceClass *klass = GST_WEIR_INFERENCE_GET_CLASS (work->self);
  GstVideoRegionOfInterestMeta *roi;
  gpointer state = NULL;

  while ((roi = (GstVideoRegionOfInterestMeta *) gst_buffer_iterate_meta_filtered (
              work->slot->buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) !=
         NULL) {
    gboolean fits;

    GST_OBJECT_LOCK (work->self);
    fits = gst_weir_gate_takes_region (&p->gate, roi);
    GST_OBJECT_UNLOCK (work->self);
    if (fits &&
        (klass->wants == NULL || klass->wants (work->self, work->slot->buffer, roi)))
      add_region (work, roi->id, roi->x, roi->y, roi->w, roi->h);
  }
}

/* The rest of a stretch of audio, shorter than the network wants, passes as it is; so
 * does what was cut for the model before this one. */
static void
add_window (Work *work)
{
  const GstWeirWindow *window = &get_private (work->self)->window;

  if (gst_weir_window_fit (window->channels, work->instance->network, &work->fit, NULL) &&
      gst_weir_window_is_full (window, &work->fit, work->slot->buffer))
    add_region (work, -1, 0, 0, 0, 0);
}

static Work *
work_new (GstWeirInference *self, GstWeirSlot *slot, GstWeirInstance *instance)
{
  GstWeirInferencePrivate *p = get_private (self);
  Work *work = g_new0 (Work, 1);
  guint64 frame = p->frames++;

  work->self = self;
  work->slot = slot;
  work->instance = instance;
  work->regions = g_ptr_array_new_with_free_func (region_free);
  work->pending = 1;
  slot->data = work;
  slot->free_data = work_free;
  if (!gst_weir_gate_takes_frame (&p->gate, frame))
    return work;
  if (p->window.channels > 0)
    add_window (work);
  else if (p->roi_list)
    add_rois (work);
  else
    add_region (work, -1, 0, 0, GST_VIDEO_INFO_WIDTH (&slot->info),
                GST_VIDEO_INFO_HEIGHT (&slot->info));
  return work;
}

/* Live video does not wait for its first model: frames pass unannotated until it is
 * there. */
static gboolean
may_wait (GstWeirInference *self)
{
  GstWeirInferencePrivate *p = get_private (self);

  if (!p->knows_live) {
    p->is_live = gst_weir_base_is_live (GST_WEIR_BASE (self));
    p->knows_live = TRUE;
  }
  return !p->is_live;
}

static GstFlowReturn
gst_weir_inference_submit (GstWeirBase *base, GstWeirSlot *slot)
{
  GstWeirInference *self = GST_WEIR_INFERENCE (base);
  GstWeirInferencePrivate *p = get_private (self);
  GstWeirInstance *instance;
  GstFlowReturn flow = gst_weir_loader_get (p->loader, may_wait (self), &instance);
  Work *work;

  if (instance == NULL) {
    gst_weir_base_done (base, slot);
    return flow;
  }
  work = work_new (self, slot, instance);
  flow = start_regions (work);
  release_work (work);
  return flow;
}

static GstFlowReturn
gst_weir_inference_receive (GstWeirBase *base, GstBuffer *buffer)
{
  GstWeirInference *self = GST_WEIR_INFERENCE (base);
  GstWeirInferencePrivate *p = get_private (self);
  g_autoptr (GError) error = NULL;
  GstFlowReturn flow;

  if (p->window.channels == 0)
    return gst_weir_base_take (base, buffer);
  flow = gst_weir_gather (base, p->loader, &p->window, may_wait (self), buffer, &error);
  if (error != NULL)
    fail (self, error);
  return flow;
}

static gboolean
gst_weir_inference_set_caps (GstWeirBase *base, const GstCaps *caps)
{
  GstWeirInferencePrivate *p = get_private (GST_WEIR_INFERENCE (base));

  if (!gst_weir_window_set_caps (&p->window, caps))
    return FALSE;
  gst_weir_loader_set_media (p->loader, p->window.channels);
  return TRUE;
}

static void
gst_weir_inference_rest (GstWeirBase *base)
{
  GstBuffer *buffer =
      gst_weir_window_take_rest (&get_private (GST_WEIR_INFERENCE (base))->window);

  if (buffer != NULL)
    gst_weir_base_take (base, buffer);
}

static void
gst_weir_inference_restart (GstWeirBase *base)
{
  GstWeirInferencePrivate *p = get_private (GST_WEIR_INFERENCE (base));

  gst_adapter_clear (p->window.frames);
  gst_weir_loader_forget_state (p->loader);
}

static void
gst_weir_inference_finish (GstWeirBase *base, GstWeirSlot *slot)
{
  GstWeirInference *self = GST_WEIR_INFERENCE (base);
  Work *work = slot->data;

  for (guint i = 0; work != NULL && i < work->regions->len; i++) {
    GstWeirRegion *region = work->regions->pdata[i];

    if (region->result != NULL)
      GST_WEIR_INFERENCE_GET_CLASS (self)->attach (self, work->instance, slot->buffer,
                                                   &slot->info, region);
  }
}

static void
gst_weir_inference_unlock (GstWeirBase *base)
{
  gst_weir_loader_unlock (get_private (GST_WEIR_INFERENCE (base))->loader, TRUE);
}

static void
gst_weir_inference_unlock_stop (GstWeirBase *base)
{
  gst_weir_loader_unlock (get_private (GST_WEIR_INFERENCE (base))->loader, FALSE);
}

static GstPad *
gst_weir_inference_request_new_pad (GstElement *element, GstPadTemplate *template,
                                    const char *name, const GstCaps *caps)
{
  GstWeirInferencePrivate *p = get_private (GST_WEIR_INFERENCE (element));

  (void) name;
  (void) caps;
  return gst_weir_loader_add_pad (p->loader, template);
}

static void
gst_weir_inference_release_pad (GstElement *element, GstPad *pad)
{
  gst_weir_loader_remove_pad (get_private (GST_WEIR_INFERENCE (element))->loader, pad);
}

static GstStateChangeReturn
gst_weir_inference_change_state (GstElement *element, GstStateChange transition)
{
  GstWeirInference *self = GST_WEIR_INFERENCE (element);
  GstWeirInferencePrivate *p = get_private (self);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    p->frames = p->inferences = 0;
    p->busy_us = 0;
    p->knows_live = FALSE;
    if (!gst_weir_loader_start (p->loader))
      return GST_STATE_CHANGE_FAILURE;
  }
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    gst_weir_loader_cancel (p->loader);
  result = GST_ELEMENT_CLASS (gst_weir_inference_parent_class)
               ->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    gst_weir_loader_stop (p->loader);
  return result;
}

static GstStructure *
make_stats (GstWeirInference *self)
{
  GstWeirInferencePrivate *p = get_private (self);
  GstStructure *stats;

  GST_OBJECT_LOCK (self);
  stats = gst_structure_new (
      "weir-stats", "frames", G_TYPE_UINT64, p->frames, "inferences", G_TYPE_UINT64,
      p->inferences, "mean-latency-ms", G_TYPE_DOUBLE,
      p->inferences > 0 ? (double) p->busy_us * 1e-3 / (double) p->inferences : 0.0,
      NULL);
  GST_OBJECT_UNLOCK (self);
  gst_weir_loader_add_stats (p->loader, stats);
  return stats;
}

static void
gst_weir_inference_set_property (GObject *object, guint id, const GValue *value,
                                 GParamSpec *spec)
{
  GstWeirInferencePrivate *p = get_private (GST_WEIR_INFERENCE (object));

  switch (id) {
  case PROP_INFERENCE_REGION:
    p->roi_list = g_value_get_enum (value) != 0;
    break;
  default:
    if (id >= PROP_GATE && id < PROP_LOADER) {
      GST_OBJECT_LOCK (object);
      gst_weir_gate_set (&p->gate, id - PROP_GATE, value);
      GST_OBJECT_UNLOCK (object);
    } else if (!gst_weir_loader_set_property (p->loader, id - PROP_LOADER, value))
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    break;
  }
}

static void
gst_weir_inference_get_property (GObject *object, guint id, GValue *value,
                                 GParamSpec *spec)
{
  GstWeirInferencePrivate *p = get_private (GST_WEIR_INFERENCE (object));

  switch (id) {
  case PROP_INFERENCE_REGION:
    g_value_set_enum (value, p->roi_list);
    break;
  case PROP_STATS:
    g_value_take_boxed (value, make_stats (GST_WEIR_INFERENCE (object)));
    break;
  default:
    if (id >= PROP_GATE && id < PROP_LOADER) {
      GST_OBJECT_LOCK (object);
      gst_weir_gate_get (&p->gate, id - PROP_GATE, value);
      GST_OBJECT_UNLOCK (object);
    } else if (!gst_weir_loader_get_property (p->loader, id - PROP_LOADER, value))
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    break;
  }
}

static void
gst_weir_inference_finalize (GObject *object)
{
  GstWeirInferencePrivate *p = get_private (GST_WEIR_INFERENCE (object));

  gst_weir_loader_free (p->loader);
  gst_weir_gate_clear (&p->gate);
  gst_weir_window_clear (&p->window);
  G_OBJECT_CLASS (gst_weir_inference_parent_class)->finalize (object);
}

static void
gst_weir_inference_constructed (GObject *object)
{
  GstWeirInference *self = GST_WEIR_INFERENCE (object);
  GstWeirInferenceClass *klass = GST_WEIR_INFERENCE_GET_CLASS (self);

  G_OBJECT_CLASS (gst_weir_inference_parent_class)->constructed (object);
  get_private (self)->roi_list = klass->regions_by_default;
  gst_weir_loader_set_task (get_private (self)->loader, klass->task);
}

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  g_object_class_install_property (
      klass, PROP_INFERENCE_REGION,
      g_param_spec_enum (
          "inference-region", "Inference region",
          "look at the whole frame or at each region that was found before",
          gst_weir_settings_region_type (), 0, flags));
  g_object_class_install_property (
      klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
                          "frames, inferences, latency, and how frames become inputs",
                          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  gst_weir_gate_install (klass, PROP_GATE);
  gst_weir_loader_install_properties (klass, PROP_LOADER);
}

static void
gst_weir_inference_class_init (GstWeirInferenceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstWeirBaseClass *base_class = GST_WEIR_BASE_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (weir_inference_debug, "weirinference", 0, "Weir inference");
  object_class->set_property = gst_weir_inference_set_property;
  object_class->get_property = gst_weir_inference_get_property;
  object_class->constructed = gst_weir_inference_constructed;
  object_class->finalize = gst_weir_inference_finalize;
  element_class->change_state = gst_weir_inference_change_state;
  element_class->request_new_pad = gst_weir_inference_request_new_pad;
  element_class->release_pad = gst_weir_inference_release_pad;
  base_class->set_caps = gst_weir_inference_set_caps;
  base_class->receive = gst_weir_inference_receive;
  base_class->rest = gst_weir_inference_rest;
  base_class->restart = gst_weir_inference_restart;
  base_class->submit = gst_weir_inference_submit;
  base_class->finish = gst_weir_inference_finish;
  base_class->unlock = gst_weir_inference_unlock;
  base_class->unlock_stop = gst_weir_inference_unlock_stop;
  gst_element_class_add_static_pad_template (element_class, &model_template);
  install_properties (object_class);
}

static void
gst_weir_inference_init (GstWeirInference *self)
{
  GstWeirInferencePrivate *p = get_private (self);

  gst_weir_gate_init (&p->gate);
  gst_weir_window_init (&p->window);
  p->loader = gst_weir_loader_new (GST_ELEMENT (self));
}
