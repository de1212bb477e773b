#include "watch.h"

#include <math.h>

/* A trail ends where its object was not seen for so long; it may come back meanwhile. */
#define PATIENCE 5.0
/* Speed is that of the last second, and of no less than a part of it. */
#define SPEED_WINDOW 1.0
#define SPEED_LEAST  0.25
#define MAX_STEPS    64
#define FEWEST_STEPS 3
/* Somebody who makes up ids must not fill the memory. */
#define MAX_OBJECTS 4096

/* Where an object stood on the ground, in metres. */
typedef struct {
  double time;
  GstWeirPoint at;
} Step;

typedef struct {
  GstWeirPoint last;
  GArray *anchors; /* GstWeirPoint, one a tripwire: where it was surely on a side of it */
  double seen;
  Step steps[MAX_STEPS]; /* a ring */
  guint n_steps, next;
} Trail;

typedef struct {
  double entered, inside;
} Visit;

typedef struct {
  GHashTable *visits; /* id -> Visit */
  GstWeirZoneState state;
  double crowd_since; /* negative: there are not enough */
} Area;

struct _GstWeirWatch {
  GstWeirScene *scene;
  GPtrArray *areas;   /* Area, one a zone */
  GArray *wires;      /* GstWeirTripwireState */
  GHashTable *trails; /* id -> Trail */
};

/* One frame. */
typedef struct {
  GstWeirWatch *watch;
  double time;
  const GstWeirVisitor *visitors;
  guint n;
  GArray *findings, *events;
} Frame;

static void
trail_free (gpointer data)
{
  g_array_unref (((Trail *) data)->anchors);
  g_free (data);
}

static void
area_free (gpointer data)
{
  Area *area = data;

  if (area == NULL)
    return;
  g_hash_table_unref (area->visits);
  g_free (area);
}

static Area *
area_new (void)
{
  Area *area = g_new0 (Area, 1);

  area->visits = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  area->crowd_since = -1;
  return area;
}

GstWeirWatch *
gst_weir_watch_new (void)
{
  GstWeirWatch *watch = g_new0 (GstWeirWatch, 1);

  watch->areas = g_ptr_array_new_with_free_func (area_free);
  watch->wires = g_array_new (FALSE, TRUE, sizeof (GstWeirTripwireState));
  watch->trails = g_hash_table_new_full (NULL, NULL, NULL, trail_free);
  return watch;
}

void
gst_weir_watch_free (GstWeirWatch *watch)
{
  g_clear_pointer (&watch->scene, gst_weir_scene_free);
  g_ptr_array_unref (watch->areas);
  g_array_unref (watch->wires);
  g_hash_table_unref (watch->trails);
  g_free (watch);
}

/* Zones and tripwires begin with their mark. */
static int
find_mark (const GPtrArray *marks, const char *id)
{
  for (guint i = 0; i < marks->len; i++)
    if (g_strcmp0 (((const GstWeirMark *) marks->pdata[i])->id, id) == 0)
      return (int) i;
  return -1;
}

static void
move_areas (GstWeirWatch *watch, const GstWeirScene *scene)
{
  GPtrArray *areas = g_ptr_array_new_with_free_func (area_free);

  for (guint i = 0; i < scene->zones->len; i++) {
    const GstWeirMark *mark = scene->zones->pdata[i];
    int old = watch->scene != NULL ? find_mark (watch->scene->zones, mark->id) : -1;

    g_ptr_array_add (areas,
                     old < 0 ? area_new () : g_steal_pointer (&watch->areas->pdata[old]));
  }
  g_ptr_array_unref (watch->areas);
  watch->areas = areas;
}

static void
move_wires (GstWeirWatch *watch, const GstWeirScene *scene)
{
  GArray *wires = g_array_new (FALSE, TRUE, sizeof (GstWeirTripwireState));

  for (guint i = 0; i < scene->tripwires->len; i++) {
    const GstWeirMark *mark = scene->tripwires->pdata[i];
    int old = watch->scene != NULL ? find_mark (watch->scene->tripwires, mark->id) : -1;
    GstWeirTripwireState state = { 0 };

    if (old >= 0)
      state = g_array_index (watch->wires, GstWeirTripwireState, (guint) old);
    g_array_append_val (wires, state);
  }
  g_array_unref (watch->wires);
  watch->wires = wires;
}

static void
place_anchors (const GstWeirWatch *watch, Trail *trail)
{
  g_array_set_size (trail->anchors, 0);
  for (guint i = 0; i < watch->wires->len; i++)
    g_array_append_val (trail->anchors, trail->last);
}

/* Steps on another ground are no metres of this one, and tripwires are others. */
static void
turn_trails (GstWeirWatch *watch)
{
  GHashTableIter iter;
  gpointer trail;

  g_hash_table_iter_init (&iter, watch->trails);
  while (g_hash_table_iter_next (&iter, NULL, &trail)) {
    ((Trail *) trail)->n_steps = 0;
    place_anchors (watch, trail);
  }
}

void
gst_weir_watch_set_scene (GstWeirWatch *watch, GstWeirScene *scene)
{
  move_areas (watch, scene);
  move_wires (watch, scene);
  turn_trails (watch);
  g_clear_pointer (&watch->scene, gst_weir_scene_free);
  watch->scene = scene;
}

const GstWeirScene *
gst_weir_watch_scene (const GstWeirWatch *watch)
{
  return watch->scene;
}

void
gst_weir_watch_reset (GstWeirWatch *watch)
{
  for (guint i = 0; i < watch->areas->len; i++) {
    Area *area = watch->areas->pdata[i];

    g_hash_table_remove_all (area->visits);
    area->state.count = 0;
    area->state.crowded = FALSE;
    area->crowd_since = -1;
  }
  g_hash_table_remove_all (watch->trails);
}

static void
tell (Frame *f, GstWeirEventKind kind, guint mark, int id, double value, guint count)
{
  const GstWeirEvent event = { kind, mark, id, value, count };

  g_array_append_val (f->events, event);
}

static void
find (Frame *f, GstWeirFound found, guint visitor, guint mark, double value)
{
  const GstWeirFinding finding = { found, visitor, mark, value };

  g_array_append_val (f->findings, finding);
}

/* The visit of an object that is inside, which begins where there is none; %NULL where
 * there are too many. */
static Visit *
visit_of (Frame *f, Area *area, guint index, int id)
{
  Visit *visit = g_hash_table_lookup (area->visits, GINT_TO_POINTER (id));

  if (visit != NULL || g_hash_table_size (area->visits) >= MAX_OBJECTS)
    return visit;
  visit = g_new (Visit, 1);
  *visit = (Visit){ f->time, f->time };
  g_hash_table_insert (area->visits, GINT_TO_POINTER (id), visit);
  area->state.entered++;
  tell (f, GST_WEIR_EVENT_ENTER, index, id, 0, g_hash_table_size (area->visits));
  return visit;
}

/* Who was not seen inside for longer than the zone keeps objects has left, at the moment
 * when it was seen last. */
static void
end_visits (Frame *f, const GstWeirZone *zone, Area *area, guint index)
{
  GHashTableIter iter;
  gpointer id, value;

  g_hash_table_iter_init (&iter, area->visits);
  while (g_hash_table_iter_next (&iter, &id, &value)) {
    Visit visit = *(Visit *) value;

    if (f->time - visit.inside <= zone->retention)
      continue;
    g_hash_table_iter_remove (&iter);
    area->state.left++;
    tell (f, GST_WEIR_EVENT_LEAVE, index, GPOINTER_TO_INT (id),
          visit.inside - visit.entered, g_hash_table_size (area->visits));
  }
}

static void
watch_crowd (Frame *f, const GstWeirZone *zone, Area *area, guint index)
{
  gboolean many = zone->crowd > 0 && area->state.count >= zone->crowd;
  gboolean crowded;

  if (!many)
    area->crowd_since = -1;
  else if (area->crowd_since < 0)
    area->crowd_since = f->time;
  crowded = many && f->time - area->crowd_since >= zone->crowd_time;
  if (crowded != area->state.crowded)
    tell (f, crowded ? GST_WEIR_EVENT_CROWD : GST_WEIR_EVENT_NO_CROWD, index, 0, 0,
          area->state.count);
  area->state.crowded = crowded;
}

static void
watch_zone (Frame *f, guint index)
{
  const GstWeirZone *zone = f->watch->scene->zones->pdata[index];
  Area *area = f->watch->areas->pdata[index];
  guint nameless = 0;

  for (guint i = 0; i < f->n; i++) {
    const GstWeirVisitor *v = &f->visitors[i];
    double dwell = -1;
    Visit *visit;

    if (!gst_weir_mark_takes (&zone->mark, v->label) ||
        !gst_weir_zone_holds (zone, v->at))
      continue;
    visit = v->id != 0 ? visit_of (f, area, index, v->id) : NULL;
    if (visit != NULL) {
      visit->inside = f->time;
      dwell = f->time - visit->entered;
    }
    nameless += visit == NULL;
    find (f, GST_WEIR_FOUND_IN_ZONE, i, index, zone->dwell ? dwell : -1);
  }
  end_visits (f, zone, area, index);
  area->state.count = g_hash_table_size (area->visits) + nameless;
  watch_crowd (f, zone, area, index);
}

/* A box that trembles on a line crosses it once: the next crossing begins where it has
 * left the line's margin. */
static void
watch_tripwires (Frame *f, guint visitor, Trail *trail)
{
  const GstWeirVisitor *v = &f->visitors[visitor];
  const GPtrArray *wires = f->watch->scene->tripwires;

  for (guint i = 0; i < wires->len; i++) {
    const GstWeirTripwire *wire = wires->pdata[i];
    GstWeirTripwireState *state =
        &g_array_index (f->watch->wires, GstWeirTripwireState, i);
    GstWeirPoint *anchor = &g_array_index (trail->anchors, GstWeirPoint, i);
    int direction;

    if (gst_weir_line_distance (wire->a, wire->b, v->at) < wire->margin * v->size)
      continue;
    direction = gst_weir_line_crossing (wire->a, wire->b, *anchor, v->at);
    *anchor = v->at;
    if (direction == 0 || !gst_weir_mark_takes (&wire->mark, v->label))
      continue;
    state->in += direction > 0;
    state->out += direction < 0;
    find (f, GST_WEIR_FOUND_CROSSING, visitor, i, direction);
    tell (f, GST_WEIR_EVENT_CROSS, i, v->id, direction, 0);
  }
}

static const Step *
step_at (const Trail *trail, guint back)
{
  return &trail->steps[(trail->next + MAX_STEPS - 1 - back) % MAX_STEPS];
}

/* Steps of the last second; they lie one behind the other. */
static guint
recent_steps (const Trail *trail, double time)
{
  guint n = 0;

  while (n < trail->n_steps && time - step_at (trail, n)->time <= SPEED_WINDOW)
    n++;
  return n;
}

/* The slope of the best line through the last second's steps, so that a box that trembles
 * makes no speed. */
static double
speed_of (const Trail *trail, double time)
{
  guint n = recent_steps (trail, time);
  double mean_t = 0, spread = 0, vx = 0, vy = 0;

  if (n < FEWEST_STEPS || time - step_at (trail, n - 1)->time < SPEED_LEAST)
    return -1;
  for (guint i = 0; i < n; i++)
    mean_t += step_at (trail, i)->time / n;
  for (guint i = 0; i < n; i++) {
    const Step *step = step_at (trail, i);
    double t = step->time - mean_t;

    spread += t * t;
    vx += t * step->at.x;
    vy += t * step->at.y;
  }
  return spread > 0 ? hypot (vx, vy) / spread : -1;
}

static void
watch_speed (Frame *f, guint visitor, Trail *trail)
{
  const GstWeirScene *scene = f->watch->scene;
  Step step = { .time = f->time };
  double speed;

  if (!scene->has_ground ||
      !gst_weir_homography_apply (&scene->ground, f->visitors[visitor].foot, &step.at))
    return;
  trail->steps[trail->next] = step;
  trail->next = (trail->next + 1) % MAX_STEPS;
  trail->n_steps = MIN (trail->n_steps + 1, MAX_STEPS);
  speed = speed_of (trail, f->time);
  if (speed >= 0)
    find (f, GST_WEIR_FOUND_SPEED, visitor, 0, speed);
}

static void
watch_visitor (Frame *f, guint visitor)
{
  const GstWeirVisitor *v = &f->visitors[visitor];
  Trail *trail;

  if (v->id == 0)
    return;
  trail = g_hash_table_lookup (f->watch->trails, GINT_TO_POINTER (v->id));
  if (trail != NULL) {
    watch_tripwires (f, visitor, trail);
    trail->last = v->at;
  } else {
    if (g_hash_table_size (f->watch->trails) >= MAX_OBJECTS)
      return;
    trail = g_new0 (Trail, 1);
    trail->anchors = g_array_new (FALSE, FALSE, sizeof (GstWeirPoint));
    trail->last = v->at;
    place_anchors (f->watch, trail);
    g_hash_table_insert (f->watch->trails, GINT_TO_POINTER (v->id), trail);
  }
  trail->seen = f->time;
  watch_speed (f, visitor, trail);
}

static void
end_trails (Frame *f)
{
  GHashTableIter iter;
  gpointer trail;

  g_hash_table_iter_init (&iter, f->watch->trails);
  while (g_hash_table_iter_next (&iter, NULL, &trail))
    if (f->time - ((Trail *) trail)->seen > PATIENCE)
      g_hash_table_iter_remove (&iter);
}

void
gst_weir_watch_frame (GstWeirWatch *watch, double time, const GstWeirVisitor *visitors,
                      guint n, GArray *findings, GArray *events)
{
  Frame f = { watch, time, visitors, n, findings, events };

  if (watch->scene == NULL)
    return;
  end_trails (&f);
  for (guint i = 0; i < watch->scene->zones->len; i++)
    watch_zone (&f, i);
  for (guint i = 0; i < n; i++)
    watch_visitor (&f, i);
}

GstWeirZoneState
gst_weir_watch_zone (const GstWeirWatch *watch, guint index)
{
  return ((const Area *) watch->areas->pdata[index])->state;
}

GstWeirTripwireState
gst_weir_watch_tripwire (const GstWeirWatch *watch, guint index)
{
  return g_array_index (watch->wires, GstWeirTripwireState, index);
}
