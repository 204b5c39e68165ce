/* Any network: a small one, y = max(x, 0) + b of shape (N, 3). */
#include "network.h"

#include <dirent.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static message network(void) {
  message graph = {.count = 0}, x = value_info("x", 1), b = value_info("b", 0), y = value_info("y", 1);
  put_node(&graph, "Relu", "x", NULL, "positive");
  put_node(&graph, "Add", "positive", "b", "y");
  put_text(&graph, 2, "small");
  put_message(&graph, 11, &x);
  put_message(&graph, 11, &b);
  put_message(&graph, 12, &y);
  return model_of(&graph);
}

static facenet_model *make_model(void) {
  message bytes = network();
  facenet_model *model = NULL;
  CHECK(facenet_model_decode(bytes.bytes, bytes.count, &model) == FACENET_OK);
  return model;
}

static const size_t two_three[2] = {2, 3}, three[1] = {3};
static const float x_values[6] = {-1, 2, -3, 4, -5, 6}, b_values[3] = {10, 20, 30};
static const facenet_tensor good[2] = {{x_values, two_three, 2, FACENET_FLOAT32}, {b_values, three, 1, FACENET_FLOAT32}};

static void check_result(const facenet_session *session) {
  static const float expected[6] = {10, 22, 30, 14, 20, 36};
  facenet_tensor y;
  CHECK(facenet_session_output(session, 0, &y) == FACENET_OK);
  CHECK(y.rank == 2 && y.shape[0] == 2 && y.shape[1] == 3 && y.type == FACENET_FLOAT32);
  CHECK(memcmp(y.values, expected, sizeof expected) == 0);
}

static void a_model_says_what_it_takes(void) {
  facenet_model *model = make_model();
  CHECK(facenet_model_input_count(model) == 2 && facenet_model_output_count(model) == 1);
  CHECK(strcmp(facenet_model_input_name(model, 0), "x") == 0);
  CHECK(strcmp(facenet_model_input_name(model, 1), "b") == 0);
  CHECK(strcmp(facenet_model_output_name(model, 0), "y") == 0);
  CHECK(facenet_model_input_name(model, 2) == NULL && facenet_model_input_name(model, SIZE_MAX) == NULL);
  CHECK(facenet_model_output_name(model, 1) == NULL && facenet_model_output_name(model, SIZE_MAX) == NULL);
  CHECK(strcmp(facenet_model_metadata(model, "facenet.note"), "na\xC3\xAFve") == 0);
  CHECK(facenet_model_metadata(model, "none") == NULL && facenet_model_metadata(model, NULL) == NULL);
  facenet_model_free(model);
}

static void a_session_runs_and_outlives_its_model(void) {
  facenet_model *model = make_model();
  facenet_session *session = NULL;
  facenet_session_options options = {sizeof options, 2, 1 << 20};
  facenet_tensor y;
  CHECK(facenet_session_new(model, &options, &session) == FACENET_OK);
  facenet_model_free(model);
  CHECK_FAILS(facenet_session_output(session, 0, &y), FACENET_INVALID_ARGUMENT, "0 outputs");
  CHECK(facenet_session_run(session, good, 2) == FACENET_OK);
  check_result(session);
  for (size_t n = 1; n < 40; n++) {
    float values[120] = {0};
    size_t shape[2] = {n, 3};
    facenet_tensor inputs[2] = {{values, shape, 2, FACENET_FLOAT32}, good[1]};
    for (size_t i = 0; i < 3 * n; i++) values[i] = (float)i;
    CHECK(facenet_session_run(session, inputs, 2) == FACENET_OK);
    CHECK(facenet_session_output(session, 0, &y) == FACENET_OK && y.shape[0] == n);
    for (size_t i = 0; i < 3 * n; i++) CHECK(((const float *)y.values)[i] == (float)i + b_values[i % 3]);
  }
  facenet_session_free(session);
}

static facenet_session *session;

static facenet_status run_with(facenet_tensor first) {
  facenet_tensor inputs[2] = {first, good[1]};
  return facenet_session_run(session, inputs, 2);
}

static void tensors_that_do_not_fit_are_refused(void) {
  facenet_model *model = make_model();
  facenet_tensor y;
  CHECK(facenet_session_new(model, NULL, &session) == FACENET_OK);
  CHECK(facenet_session_run(session, good, 2) == FACENET_OK);
  CHECK_FAILS(facenet_session_run(session, good, 1), FACENET_INVALID_ARGUMENT, "has 2 inputs");
  CHECK_FAILS(facenet_session_run(session, NULL, 2), FACENET_INVALID_ARGUMENT, "inputs is NULL");
  CHECK_FAILS(facenet_session_run(session, NULL, 0), FACENET_INVALID_ARGUMENT, "has 2 inputs");
  CHECK(facenet_session_run(session, good, SIZE_MAX) == FACENET_TOO_LARGE);
  CHECK_FAILS(facenet_session_run(session, good, 1000000000), FACENET_INVALID_ARGUMENT, "has 2 inputs");
  static const size_t huge[2] = {SIZE_MAX, 3}, large[2] = {(size_t)1 << 40, 3}, wrap[2] = {(size_t)1 << 63, 2},
                      four[2] = {1, 4}, none[2] = {0, 3},
                      beside[3] = {0, SIZE_MAX / 2, SIZE_MAX / 2};
  CHECK_FAILS(run_with((facenet_tensor){NULL, two_three, 2, FACENET_FLOAT32}), FACENET_INVALID_ARGUMENT, "values");
  CHECK_FAILS(run_with((facenet_tensor){x_values, NULL, 2, FACENET_FLOAT32}), FACENET_INVALID_ARGUMENT, "shape");
  CHECK_FAILS(run_with((facenet_tensor){x_values, two_three, 9, FACENET_FLOAT32}), FACENET_INVALID_ARGUMENT, "rank");
  CHECK_FAILS(run_with((facenet_tensor){x_values, two_three, UINT32_MAX, FACENET_FLOAT32}), FACENET_INVALID_ARGUMENT, "rank");
  CHECK_FAILS(run_with((facenet_tensor){x_values, huge, 2, FACENET_FLOAT32}), FACENET_TOO_LARGE, "inputs[0]");
  CHECK_FAILS(run_with((facenet_tensor){x_values, large, 2, FACENET_FLOAT32}), FACENET_TOO_LARGE, "inputs[0]");
  CHECK_FAILS(run_with((facenet_tensor){x_values, wrap, 2, FACENET_FLOAT32}), FACENET_TOO_LARGE, "inputs[0]");
  CHECK_FAILS(run_with((facenet_tensor){NULL, beside, 3, FACENET_FLOAT32}), FACENET_TOO_LARGE, "inputs[0]");
  for (facenet_element_type type = -1; type <= 7; type++)
    if (type != FACENET_FLOAT32) CHECK(run_with((facenet_tensor){x_values, three, 1, type}) != FACENET_OK);
  CHECK_FAILS(run_with((facenet_tensor){"\1\2\1", three, 1, FACENET_BOOL}), FACENET_INVALID_ARGUMENT, "bool");
  CHECK(run_with((facenet_tensor){x_values, four, 2, FACENET_FLOAT32}) != FACENET_OK);
  run_with((facenet_tensor){NULL, none, 2, FACENET_FLOAT32});
  run_with((facenet_tensor){x_values, NULL, 0, FACENET_FLOAT32});
  CHECK(facenet_session_run(session, good, 2) == FACENET_OK);
  CHECK(run_with((facenet_tensor){x_values, four, 2, FACENET_FLOAT32}) != FACENET_OK);
  check_result(session);
  CHECK_FAILS(facenet_session_output(session, 1, &y), FACENET_INVALID_ARGUMENT, "1 outputs");
  CHECK_FAILS(facenet_session_output(session, SIZE_MAX, &y), FACENET_INVALID_ARGUMENT, "1 outputs");
  CHECK_FAILS(facenet_session_output(session, 0, NULL), FACENET_INVALID_ARGUMENT, "out is NULL");
  facenet_session_free(session);
  facenet_model_free(model);
}

static void options_of_a_session_are_checked(void) {
  facenet_model *model = make_model();
  facenet_session_options options = {12, 0, 0};
  CHECK_FAILS(facenet_session_new(model, &options, &session), FACENET_INVALID_ARGUMENT, "struct_size");
  options = (facenet_session_options){sizeof options, 2000, 0};
  CHECK_FAILS(facenet_session_new(model, &options, &session), FACENET_INVALID_ARGUMENT, "threads");
  CHECK_FAILS(facenet_session_new(model, NULL, NULL), FACENET_INVALID_ARGUMENT, "out is NULL");
  options = (facenet_session_options){sizeof options, FACENET_ALL_PROCESSORS, 1};
  CHECK(facenet_session_new(model, &options, &session) == FACENET_OK);
  CHECK(facenet_session_run(session, good, 2) == FACENET_TOO_LARGE);
  facenet_session_free(session);
  options.memory_limit = UINT64_MAX;
  CHECK(facenet_session_new(model, &options, &session) == FACENET_OK);
  CHECK(facenet_session_run(session, good, 2) == FACENET_OK);
  facenet_session_free(session);
  facenet_model_free(model);
}

static int thread_count(void) {
  DIR *folder = opendir("/proc/self/task");
  int count = -2; /* . and .. */
  while (folder && readdir(folder)) count++;
  if (folder) closedir(folder);
  return count;
}

/* How many threads a run of a large enough input adds. */
static int threads_started_by(uint32_t threads) {
  enum { ROWS = 1 << 18 };
  static float values[3 * ROWS];
  size_t shape[2] = {ROWS, 3};
  facenet_tensor inputs[2] = {{values, shape, 2, FACENET_FLOAT32}, good[1]};
  facenet_session_options options = {sizeof options, threads, 0};
  int before = thread_count();
  facenet_model *model = make_model();
  CHECK(facenet_session_new(model, &options, &session) == FACENET_OK);
  CHECK(thread_count() == before);
  CHECK(facenet_session_run(session, good, 2) == FACENET_OK);
  CHECK(thread_count() == before); /* too little to share */
  CHECK(facenet_session_run(session, inputs, 2) == FACENET_OK);
  facenet_session_free(session);
  facenet_model_free(model);
  return thread_count() - before;
}

/* In a child process each, since threads stay. */
static void threads_start_when_they_are_needed(void) {
  static const struct { uint32_t threads; int is_bound; int started; } cases[] = {
      {0, 0, 0}, {1, 0, 0}, {2, 0, 1}, {3, 0, 2}, {FACENET_ALL_PROCESSORS, 1, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    pid_t child = fork();
    if (child == 0) {
      cpu_set_t first;
      sched_getaffinity(0, sizeof first, &first);
      int processor = 0;
      while (!CPU_ISSET(processor, &first)) processor++;
      CPU_ZERO(&first);
      CPU_SET(processor, &first);
      if (cases[i].is_bound) CHECK(sched_setaffinity(0, sizeof first, &first) == 0);
      CHECK(threads_started_by(cases[i].threads) == cases[i].started);
      fflush(stdout);
      _exit(check_failures != 0);
    }
    int status = 0;
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
  }
}

/* One session, four threads: each run succeeds or says that another is at work. */
static void *run_beside(void *failures) {
  for (int i = 0; i < 500; i++) {
    facenet_status status = facenet_session_run(session, good, 2);
    int busy = status == FACENET_INVALID_ARGUMENT && strstr(facenet_error_message(), "another thread");
    if (status != FACENET_OK && !busy) ++*(int *)failures;
  }
  return NULL;
}

static void a_second_thread_is_refused(void) {
  facenet_model *model = make_model();
  pthread_t threads[4];
  int failures[4] = {0};
  CHECK(facenet_session_new(model, NULL, &session) == FACENET_OK);
  for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, run_beside, &failures[i]) == 0);
  for (int i = 0; i < 4; i++) {
    pthread_join(threads[i], NULL);
    CHECK(failures[i] == 0);
  }
  CHECK(facenet_session_run(session, good, 2) == FACENET_OK);
  check_result(session);
  facenet_session_free(session);
  facenet_model_free(model);
}

/* A model with a byte changed anywhere is a model or an error, and if a model, it runs or says why not. */
static void changed_models_are_no_danger(void) {
  message right = network();
  for (size_t at = 0; at < right.count; at++)
    for (int change = 1; change < 256; change <<= 1) {
      message wrong = right;
      wrong.bytes[at] ^= (uint8_t)change;
      facenet_model *model = NULL;
      if (facenet_model_decode(wrong.bytes, wrong.count, &model) != FACENET_OK) continue;
      if (facenet_session_new(model, NULL, &session) == FACENET_OK) facenet_session_run(session, good, 2);
      facenet_session_free(session);
      facenet_model_free(model);
    }
}

/* What is opened and freed ten thousand times, and what fails as often, leaves no memory behind. */
static void memory_does_not_grow(void) {
  size_t before = 0;
  for (int i = 0; i < 10000; i++) {
    if (i == 1000) before = mallinfo2().uordblks;
    facenet_bitmap *bitmap = make_bitmap(), *none;
    facenet_model *model = make_model();
    CHECK(facenet_session_new(model, NULL, &session) == FACENET_OK);
    CHECK(facenet_session_run(session, good, 2) == FACENET_OK);
    CHECK(facenet_session_run(session, good, 1) != FACENET_OK);
    CHECK(facenet_bitmap_open("/no/such/picture", &none) != FACENET_OK);
    facenet_session_free(session);
    facenet_model_free(model);
    facenet_bitmap_free(bitmap);
  }
  size_t after = mallinfo2().uordblks;
  if (after > before + 65536) printf("%zu bytes in use after 1000 rounds, %zu after 10000\n", before, after);
  CHECK(after <= before + 65536);
}

int main(int argc, char **argv) {
  /* Tools that watch a program start threads and keep memory of their own. */
  int is_watched = argc > 1 && strcmp(argv[1], "short") == 0;
  if (!is_watched) RUN(threads_start_when_they_are_needed);
  RUN(a_model_says_what_it_takes);
  RUN(a_session_runs_and_outlives_its_model);
  RUN(tensors_that_do_not_fit_are_refused);
  RUN(options_of_a_session_are_checked);
  RUN(a_second_thread_is_refused);
  RUN(changed_models_are_no_danger);
  if (!is_watched) RUN(memory_does_not_grow);
  FINISH();
}
