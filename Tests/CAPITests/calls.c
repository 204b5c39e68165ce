/* Progress, cancellation and log messages, of a network of twenty steps. */
#include "network.h"
#include "told.h"

#include <pthread.h>
#include <stdatomic.h>

enum { steps = 20 };

/* y = softmax(softmax(... x)) of shape (N, 3). */
static facenet_model *make_model(void) {
  message graph = {.count = 0}, x = value_info("x", 1), y = value_info("y", 1);
  char from[8] = "x", to[8];
  for (int i = 1; i <= steps; i++) {
    sprintf(to, i < steps ? "v%d" : "y", i);
    put_node(&graph, "Softmax", from, NULL, to);
    strcpy(from, to);
  }
  put_text(&graph, 2, "chain");
  put_message(&graph, 11, &x);
  put_message(&graph, 12, &y);
  message bytes = model_of(&graph);
  facenet_model *model = NULL;
  CHECK(facenet_model_decode(bytes.bytes, bytes.count, &model) == FACENET_OK);
  return model;
}

static facenet_session *make_session(void) {
  facenet_model *model = make_model();
  facenet_session *session = NULL;
  CHECK(facenet_session_new(model, NULL, &session) == FACENET_OK);
  facenet_model_free(model);
  return session;
}

static facenet_status run_once(facenet_session *session) {
  static const float values[6] = {1, 2, 3, 4, 4, 4};
  static const size_t shape[2] = {2, 3};
  facenet_tensor input = {values, shape, 2, FACENET_FLOAT32};
  return facenet_session_run(session, &input, 1);
}

static void a_run_tells_its_steps(void) {
  facenet_session *session = make_session();
  for (int round = 0; round < 3; round++) CHECK_TOLD(run_once(session), steps + 1);
  facenet_session_free(session);
}

static void opening_a_model_tells(void) {
  facenet_model *model;
  facenet_progress_set(NULL, NULL);
  told told = {0};
  facenet_progress_set(tell, &told);
  model = make_model();
  facenet_progress_set(NULL, NULL);
  CHECK(told.count >= 2 && !told.is_wrong && told.first == 0 && told.last == 1);
  facenet_model_free(model);
}

/* Wherever a run is stopped, it has no outputs, and the next one is right. */
static void a_run_is_stopped_and_goes_on_working(void) {
  facenet_session *session = make_session();
  facenet_tensor y;
  CHECK(run_once(session) == FACENET_OK);
  for (int stop = 1; stop <= steps; stop++) {
    told told = {.stop_at = stop};
    facenet_progress_set(tell, &told);
    CHECK_FAILS(run_once(session), FACENET_CANCELLED, "progress function stopped it");
    CHECK(told.count == stop && told.last < 1);
    CHECK_FAILS(facenet_session_output(session, 0, &y), FACENET_INVALID_ARGUMENT, "0 outputs");
    facenet_progress_set(NULL, NULL);
    CHECK(run_once(session) == FACENET_OK && told.count == stop);
    CHECK(facenet_session_output(session, 0, &y) == FACENET_OK);
    const float *values = y.values;
    for (int i = 3; i < 6; i++) CHECK(values[i] > 0.3333f && values[i] < 0.3334f);
  }
  told told = {.stop_at = steps + 1};
  facenet_progress_set(tell, &told);
  CHECK(run_once(session) == FACENET_OK && told.last == 1); /* all was done */
  facenet_progress_set(NULL, NULL);
  facenet_session_free(session);
}

static void short_calls_do_not_tell(void) {
  told told = {0};
  facenet_session *session = make_session();
  facenet_tensor y;
  CHECK(run_once(session) == FACENET_OK);
  facenet_progress_set(tell, &told);
  facenet_bitmap_free(make_bitmap());
  CHECK(facenet_session_output(session, 0, &y) == FACENET_OK);
  facenet_session_free(session);
  CHECK(facenet_version() == FACENET_VERSION && told.count == 0);
  CHECK(run_once(session) == FACENET_INVALID_ARGUMENT && told.count == 0);
  facenet_progress_set(NULL, NULL);
}

static void *run_beside(void *own) {
  facenet_session *session = make_session();
  if (own) facenet_progress_set(tell, own);
  for (int i = 0; i < 20; i++) CHECK(run_once(session) == FACENET_OK);
  facenet_session_free(session);
  return NULL;
}

static void other_threads_tell_their_own(void) {
  told mine = {.count = 0}, theirs[2] = {mine, mine};
  pthread_t threads[3];
  facenet_progress_set(tell, &mine);
  for (int i = 0; i < 3; i++) CHECK(pthread_create(&threads[i], NULL, run_beside, i < 2 ? &theirs[i] : NULL) == 0);
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  facenet_progress_set(NULL, NULL);
  CHECK(mine.count == 0);
  for (int i = 0; i < 2; i++) CHECK(theirs[i].count >= 20 * (steps + 1) && theirs[i].last == 1);
}

typedef struct visit {
  facenet_session *running, *other;
  told inner;
  int count;
} visit;

/* Runs another session, tries the one that runs, and takes another function for what comes after. */
static int32_t call_from_inside(void *context, double fraction) {
  visit *visit = context;
  if (fraction == 1) return 0;
  visit->count++;
  CHECK(run_once(visit->other) == FACENET_OK);
  CHECK_FAILS(run_once(visit->running), FACENET_INVALID_ARGUMENT, "in use");
  facenet_progress_set(tell, &visit->inner);
  CHECK(run_once(visit->other) == FACENET_OK);
  if (visit->count == steps) facenet_session_free(visit->running); /* it lives until the call returns */
  return 0;
}

static void a_progress_function_may_call_the_library(void) {
  visit visit = {.running = make_session(), .other = make_session()};
  facenet_progress_set(call_from_inside, &visit);
  CHECK(run_once(visit.running) == FACENET_OK);
  CHECK(visit.count == steps && visit.inner.count == 0);
  CHECK(run_once(visit.other) == FACENET_OK && visit.inner.count >= steps + 1);
  facenet_progress_set(NULL, NULL);
  CHECK_FAILS(run_once(visit.running), FACENET_INVALID_ARGUMENT, "was freed");
  facenet_session_free(visit.other);
}

typedef struct heard {
  atomic_int count, lowest;
  char last[512];
} heard;

static void hear(void *context, facenet_log_level level, const char *message) {
  heard *heard = context;
  if (atomic_fetch_add(&heard->count, 1) == 0 || level < heard->lowest) heard->lowest = level;
  snprintf(heard->last, sizeof heard->last, "%s", message);
}

static void messages_arrive_from_their_level_up(void) {
  heard heard = {.count = 0};
  CHECK(facenet_log_set(hear, &heard, 0) == FACENET_OK);
  facenet_session *session = make_session();
  CHECK(heard.count == 1 && heard.lowest == FACENET_LOG_INFORMATION);
  CHECK(strstr(heard.last, "model in memory") && strstr(heard.last, "20 operators"));
  CHECK(run_once(session) == FACENET_OK && heard.count == 1);
  facenet_session_free(session);

  CHECK(facenet_log_set(hear, &heard, FACENET_LOG_DEBUG) == FACENET_OK);
  session = make_session();
  CHECK(run_once(session) == FACENET_OK && run_once(session) == FACENET_OK);
  CHECK(heard.count == 3 && heard.lowest == FACENET_LOG_DEBUG);
  CHECK(strstr(heard.last, "20 steps") && strstr(heard.last, "float32(2,3)") && strstr(heard.last, "kernels"));
  facenet_session_free(session);

  CHECK(facenet_log_set(hear, &heard, FACENET_LOG_WARNING) == FACENET_OK);
  facenet_model_free(make_model());
  CHECK(heard.count == 3);
  CHECK(facenet_log_set(NULL, &heard, FACENET_LOG_DEBUG) == FACENET_OK);
  facenet_model_free(make_model());
  CHECK(heard.count == 3);
}

static void levels_that_are_none_are_refused(void) {
  static const facenet_log_level levels[] = {-1, 4, INT32_MIN, INT32_MAX};
  heard heard = {.count = 0};
  CHECK(facenet_log_set(hear, &heard, FACENET_LOG_DEBUG) == FACENET_OK);
  for (int i = 0; i < 4; i++)
    CHECK_FAILS(facenet_log_set(NULL, NULL, levels[i]), FACENET_INVALID_ARGUMENT, "no facenet_log_level");
  facenet_model_free(make_model());
  CHECK(heard.count == 1); /* the one that was set stays */
  CHECK(facenet_log_set(NULL, NULL, 0) == FACENET_OK);
}

static void open_from_inside(void *context, facenet_log_level level, const char *message) {
  hear(context, level, message);
  facenet_session *session = make_session();
  CHECK(run_once(session) == FACENET_OK);
  facenet_session_free(session);
  CHECK(facenet_log_set(open_from_inside, context, FACENET_LOG_DEBUG) == FACENET_OK);
}

static void a_log_function_may_call_the_library(void) {
  heard heard = {.count = 0};
  CHECK(facenet_log_set(open_from_inside, &heard, FACENET_LOG_DEBUG) == FACENET_OK);
  facenet_session *session = make_session();
  CHECK(run_once(session) == FACENET_OK && heard.count == 2);
  facenet_session_free(session);
  CHECK(facenet_log_set(NULL, NULL, 0) == FACENET_OK);
}

static void count_message(void *context, facenet_log_level level, const char *message) {
  if (level == FACENET_LOG_DEBUG && message[0]) atomic_fetch_add((atomic_int *)context, 1);
}

static void threads_log_at_once(void) {
  atomic_int count = 0;
  pthread_t threads[4];
  CHECK(facenet_log_set(count_message, &count, FACENET_LOG_DEBUG) == FACENET_OK);
  for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, run_beside, NULL) == 0);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  CHECK(count == 4); /* a plan each */
  CHECK(facenet_log_set(NULL, NULL, 0) == FACENET_OK);
}

int main(void) {
  RUN(a_run_tells_its_steps);
  RUN(opening_a_model_tells);
  RUN(a_run_is_stopped_and_goes_on_working);
  RUN(short_calls_do_not_tell);
  RUN(other_threads_tell_their_own);
  RUN(a_progress_function_may_call_the_library);
  RUN(messages_arrive_from_their_level_up);
  RUN(levels_that_are_none_are_refused);
  RUN(a_log_function_may_call_the_library);
  RUN(threads_log_at_once);
  FINISH();
}
