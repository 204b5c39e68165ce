/* Calls every function of the header with arguments that a seed decides, many of them hostile.
 *
 * Usage: header CORPUS FIRST COUNT [trace]   CORPUS: what corpus.py wrote; seeds FIRST ... FIRST + COUNT - 1
 * Prints each seed before it begins and, at the end, how many calls were made and which succeeded how often. Ends by a signal where the library traps,
 * breaks a promise of the header, or does not return from a call within 20 seconds of work. */
#include "galleries.h"
#include "plugins.h"
#include "told.h"

#include <math.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 3, CALLS = 60 };
/* Seconds of work after which a call is too slow, and of waiting, where others may have the processors. */
enum { MOST_WORK = 20, MOST_WAITING = 150 };

#define HANDLE(c, kind, type) ((type *)any_handle((c), (kind)))
#define KEEP(c, kind, out, origin) keep((c), (kind), (uintptr_t)*(out), (origin))

/* Version and errors. */

static void version(caller *c) {
  if (facenet_version() != FACENET_VERSION) DEFECT(c, "not the header's version");
}

static void status_name(caller *c) {
  const char *name = facenet_status_name(happens(&c->dice, 50) ? (int32_t)below(&c->dice, 12) - 2 : (int32_t)any_uint32(&c->dice));
  look(c, name, strlen(name) + 1);
}

static void error_message(caller *c) {
  const char *message = facenet_error_message();
  look(c, message, strlen(message) + 1);
  if (strlen(message) > 1023) DEFECT(c, "a message of %zu bytes", strlen(message));
}

/* Verification in one call. It reads the real models, which takes a while: seldom with a picture of a face. */

static void verify(caller *c) {
  const file *origin;
  const char *b = any_path(c, PICTURES, &origin);
  const char *a = happens(&c->dice, 90) ? strange_path(c) : any_path(c, PICTURES, &origin);
  for (size_t i = 0, is_wanted = happens(&c->dice, 5); is_wanted && i < corpus[PICTURES].count; i++)
    if (strstr(corpus[PICTURES].files[i].path, "picture-face")) a = b = corpus[PICTURES].files[i].path;
  succeeded(c, facenet_verify(a, b, output(c, sizeof(facenet_verification))));
}

/* Bitmap. */

static void bitmap_open(caller *c) {
  const file *origin;
  const char *path = any_path(c, PICTURES, &origin);
  facenet_bitmap **out = output(c, sizeof *out);
  if (succeeded(c, facenet_bitmap_open(path, out))) KEEP(c, BITMAP, out, origin);
}

static void bitmap_decode(caller *c) {
  const file *origin;
  size_t count;
  const void *bytes = any_file(c, PICTURES, &count, &origin);
  facenet_bitmap **out = output(c, sizeof *out);
  if (succeeded(c, facenet_bitmap_decode(bytes, count, out))) KEEP(c, BITMAP, out, origin);
}

static void bitmap_image(caller *c) {
  facenet_image *out = output(c, sizeof *out);
  if (!succeeded(c, facenet_bitmap_image(HANDLE(c, BITMAP, facenet_bitmap), out)) || !c->is_alone) return;
  if (out->format != FACENET_RGB8) DEFECT(c, "format %d", (int)out->format);
  look(c, out->pixels, picture_bytes(out));
}

/* Detector. */

static void *detector_options(caller *c) {
  dice *dice = &c->dice;
  facenet_detector_options options = {0, any_threads(dice), 0, any_share(dice), any_share(dice)};
  if (happens(dice, 30)) options.minimum_size = happens(dice, 80) ? (uint32_t)below(dice, 60) : any_uint32(dice);
  return any_options(c, &options, sizeof options);
}

/* A file by its path; NULL and installed models seldom, since they are large. */
static const char *network_path(caller *c, int kind, const file **origin) {
  static const char *const installed[] = {"retinaface", "mtcnn", "centerface", "facenet", "edgeface-s", "dlib"};
  if (happens(&c->dice, 1)) return lend_text(c, ONE_OF(&c->dice, installed));
  const char *path = any_path(c, kind, origin);
  return path || happens(&c->dice, 20) ? path : "";
}

static void detector_open(caller *c) {
  const file *origin;
  const char *path = network_path(c, DETECTORS, &origin);
  facenet_detector **out = output(c, sizeof *out);
  if (succeeded(c, facenet_detector_open(path, detector_options(c), out))) KEEP(c, DETECTOR, out, origin);
}

static void detector_decode(caller *c) {
  const file *origin;
  size_t count;
  const void *bytes = any_file(c, DETECTORS, &count, &origin);
  facenet_detector **out = output(c, sizeof *out);
  if (succeeded(c, facenet_detector_decode(bytes, count, detector_options(c), out))) KEEP(c, DETECTOR, out, origin);
}

static void check_faces(caller *c, const facenet_face *faces, size_t count) {
  for (size_t i = 0; faces && i < count; i++)
    if (!isfinite(faces[i].score) || !(faces[i].left <= faces[i].right)) DEFECT(c, "face %zu has no box", i);
}

static void detect(caller *c) {
  facenet_image *image = any_image(c);
  size_t capacity = any_capacity(&c->dice, below(&c->dice, 20)), *count = output(c, sizeof *count);
  facenet_face *faces = room(c, capacity, sizeof *faces);
  if (succeeded(c, facenet_detect(HANDLE(c, DETECTOR, facenet_detector), image, faces, capacity, count)))
    check_faces(c, faces, *count < capacity ? *count : capacity);
}

/* Embedder. Where a call needs its side or dimension, the handle is picked first. */

static void *embedder_options(caller *c) {
  dice *dice = &c->dice;
  facenet_embedder_options options = {0, any_threads(dice), any_share(dice)};
  return any_options(c, &options, sizeof options);
}

static void embedder_open(caller *c) {
  const file *origin;
  const char *path = network_path(c, EMBEDDERS, &origin);
  facenet_embedder **out = output(c, sizeof *out);
  if (succeeded(c, facenet_embedder_open(path, embedder_options(c), out))) KEEP(c, EMBEDDER, out, origin);
}

static void embedder_decode(caller *c) {
  const file *origin;
  size_t count;
  const void *bytes = any_file(c, EMBEDDERS, &count, &origin);
  facenet_embedder **out = output(c, sizeof *out);
  if (succeeded(c, facenet_embedder_decode(bytes, count, embedder_options(c), out))) KEEP(c, EMBEDDER, out, origin);
}

static void embedder_dimension(caller *c) { facenet_embedder_dimension(HANDLE(c, EMBEDDER, facenet_embedder)); }

static void embedder_side(caller *c) { facenet_embedder_side(HANDLE(c, EMBEDDER, facenet_embedder)); }

static void embedder_threshold(caller *c) {
  float *out = output(c, sizeof *out);
  succeeded(c, facenet_embedder_threshold(HANDLE(c, EMBEDDER, facenet_embedder), any_float(&c->dice), out));
}

static void embedder_align(caller *c) {
  facenet_embedder *embedder = HANDLE(c, EMBEDDER, facenet_embedder);
  size_t side = facenet_embedder_side(embedder), capacity = any_capacity(&c->dice, 3 * side * side);
  uint8_t *rgb = room(c, capacity, 1);
  succeeded(c, facenet_embedder_align(embedder, any_image(c), any_face(c), rgb, capacity));
}

static void embed(caller *c) {
  dice *dice = &c->dice;
  facenet_embedder *embedder = HANDLE(c, EMBEDDER, facenet_embedder);
  uint32_t side = facenet_embedder_side(embedder), dimension = facenet_embedder_dimension(embedder);
  size_t count = below(dice, 6);
  facenet_image *crops = lend(c, count * sizeof *crops);
  for (size_t i = 0; i < count; i++) crops[i] = any_picture(c, side);
  size_t capacity = any_capacity(dice, count * dimension);
  float *embeddings = room(c, capacity, sizeof *embeddings);
  if (happens(dice, 3)) crops = NULL;
  if (happens(dice, 3)) count = happens(dice, 50) ? impossible_size(dice) : 65537 + below(dice, 1000000);
  succeeded(c, facenet_embed(embedder, crops, count, embeddings, capacity));
}

static void embedder_distance(caller *c) {
  facenet_embedder *embedder = HANDLE(c, EMBEDDER, facenet_embedder);
  uint32_t dimension = facenet_embedder_dimension(embedder);
  float *a = any_vector(c, dimension);
  facenet_embedder_distance(embedder, a, any_vector(c, dimension));
}

/* Functions of values alone. */

static void align(caller *c) {
  dice *dice = &c->dice;
  uint32_t side = happens(dice, 80) ? (uint32_t)below(dice, 50) : any_uint32(dice);
  size_t wanted = side > 4096 ? 16 : (size_t)3 * side * side, capacity = any_capacity(dice, wanted);
  facenet_image *image = any_image(c);
  facenet_point *landmarks = any_points(c);
  succeeded(c, facenet_align(image, landmarks, any_points(c), side, room(c, capacity, 1), capacity));
}

static void squared_distance(caller *c) {
  size_t count = below(&c->dice, 70);
  float *a = any_vector(c, count), *b = any_vector(c, count);
  facenet_squared_distance(a, b, happens(&c->dice, 5) ? impossible_size(&c->dice) : count);
}

static void face_quality(caller *c) {
  facenet_quality *out = output(c, sizeof *out);
  if (!succeeded(c, facenet_face_quality(any_image(c), any_face(c), out))) return;
  if (!(out->value >= 0 && out->value <= 1)) DEFECT(c, "quality %g", (double)out->value);
}

/* Pipeline. NULL for a part opens a real model: seldom. */

static void pipeline_new(caller *c) {
  facenet_pipeline **out = output(c, sizeof *out);
  facenet_detector *detector = HANDLE(c, DETECTOR, facenet_detector);
  facenet_embedder *embedder = HANDLE(c, EMBEDDER, facenet_embedder);
  if ((!detector || !embedder) && happens(&c->dice, 97)) return;
  if (succeeded(c, facenet_pipeline_new(detector, embedder, out))) KEEP(c, PIPELINE, out, NULL);
}

static void pipeline_verify(caller *c) {
  facenet_pipeline *pipeline = HANDLE(c, PIPELINE, facenet_pipeline);
  facenet_image *a = any_image(c), *b = any_image(c);
  facenet_verification *out = output(c, sizeof *out);
  succeeded(c, facenet_pipeline_verify(pipeline, a, b, any_share(&c->dice), out));
}

static void pipeline_embed(caller *c) {
  facenet_pipeline *pipeline = HANDLE(c, PIPELINE, facenet_pipeline);
  facenet_image *image = any_image(c);
  size_t capacity = any_capacity(&c->dice, below(&c->dice, 20)), *count = output(c, sizeof *count);
  size_t dimension = facenet_pipeline_dimension(pipeline);
  facenet_face *faces = room(c, capacity, sizeof *faces);
  float *embeddings = room(c, capacity, dimension * sizeof *embeddings);
  if (succeeded(c, facenet_pipeline_embed(pipeline, image, faces, embeddings, capacity, count)))
    check_faces(c, faces, *count < capacity ? *count : capacity);
}

static void pipeline_dimension(caller *c) { facenet_pipeline_dimension(HANDLE(c, PIPELINE, facenet_pipeline)); }

/* Model. */

static void model_open(caller *c) {
  const file *origin;
  const char *path = any_path(c, MODELS, &origin);
  facenet_model **out = output(c, sizeof *out);
  if (succeeded(c, facenet_model_open(path, out))) KEEP(c, MODEL, out, origin);
}

static void model_decode(caller *c) {
  const file *origin;
  size_t count;
  const void *bytes = any_file(c, MODELS, &count, &origin);
  facenet_model **out = output(c, sizeof *out);
  if (succeeded(c, facenet_model_decode(bytes, count, out))) KEEP(c, MODEL, out, origin);
}

static size_t any_position(dice *dice) { return happens(dice, 90) ? below(dice, 3) : impossible_size(dice); }

static void look_at_text(caller *c, const char *text) {
  if (text && c->is_alone) look(c, text, strlen(text) + 1);
}

static void model_input_count(caller *c) { facenet_model_input_count(HANDLE(c, MODEL, facenet_model)); }

static void model_output_count(caller *c) { facenet_model_output_count(HANDLE(c, MODEL, facenet_model)); }

static void model_input_name(caller *c) {
  look_at_text(c, facenet_model_input_name(HANDLE(c, MODEL, facenet_model), any_position(&c->dice)));
}

static void model_output_name(caller *c) {
  look_at_text(c, facenet_model_output_name(HANDLE(c, MODEL, facenet_model), any_position(&c->dice)));
}

static void model_metadata(caller *c) {
  static const char *const keys[] = {"facenet.note", "facenet.name", "facenet.schema", "none", "", "\xFF", "facenet.note\x01"};
  const char *key = happens(&c->dice, 90) ? lend_text(c, ONE_OF(&c->dice, keys)) : strange_path(c);
  look_at_text(c, facenet_model_metadata(HANDLE(c, MODEL, facenet_model), key));
}

/* Session. */

static void session_new(caller *c) {
  static const uint64_t limits[] = {0, 1, 1000, 1 << 20, 1 << 26, (uint64_t)1 << 63, UINT64_MAX};
  size_t place = any_place(c, MODEL);
  const file *origin = live[MODEL][place].origin;
  uintptr_t model = happens(&c->dice, 80) ? live[MODEL][place].handle : any_handle(c, MODEL);
  facenet_session_options options = {0, any_threads(&c->dice), happens(&c->dice, 70) ? 1 << 26 : ONE_OF(&c->dice, limits)};
  facenet_session **out = output(c, sizeof *out);
  void *lent = any_options(c, &options, sizeof options);
  if (succeeded(c, facenet_session_new((facenet_model *)model, lent, out))) KEEP(c, SESSION, out, origin);
}

static void session_run(caller *c) {
  dice *dice = &c->dice;
  size_t place = any_place(c, SESSION), count = below(dice, 4);
  const file *origin = live[SESSION][place].origin;
  uintptr_t session = happens(dice, 85) ? live[SESSION][place].handle : any_handle(c, SESSION);
  if (origin && happens(dice, 95)) count = origin->input_count;
  facenet_tensor *inputs = lend(c, count * sizeof *inputs);
  for (size_t i = 0; i < count; i++) {
    int is_known = origin && i < origin->input_count;
    inputs[i] = is_known ? any_tensor(c, origin->inputs[i].type, origin->inputs[i].rank, origin->inputs[i].shape)
                         : any_tensor(c, 1 + (int)below(dice, 6), (uint32_t)below(dice, 5), NULL);
  }
  if (happens(dice, 2)) inputs = NULL;
  if (happens(dice, 3)) count = happens(dice, 50) ? impossible_size(dice) : 1000 + below(dice, 1000000);
  succeeded(c, facenet_session_run((facenet_session *)session, inputs, count));
}

static void session_output(caller *c) {
  static const size_t widths[] = {0, 4, 1, 1, 4, 8, 1};
  facenet_tensor *out = output(c, sizeof *out);
  facenet_session *session = HANDLE(c, SESSION, facenet_session);
  if (!succeeded(c, facenet_session_output(session, any_position(&c->dice), out)) || !c->is_alone) return;
  if (out->type < 1 || out->type > 6 || out->rank > 8) DEFECT(c, "type %d, rank %u", (int)out->type, out->rank);
  size_t size = widths[out->type];
  for (uint32_t i = 0; i < out->rank; i++) size *= out->shape[i];
  look(c, out->values, size);
}

/* Every free, of a handle that is live, shared, freed or none. */

static void free_handle(caller *c, enum kind kind) {
  uintptr_t handle = any_handle(c, kind);
  release(kind, handle);
  if (happens(&c->dice, 20)) release(kind, handle);
  freed[below(&c->dice, 32)] = handle;
}

static void bitmap_free(caller *c) { free_handle(c, BITMAP); }
static void detector_free(caller *c) { free_handle(c, DETECTOR); }
static void embedder_free(caller *c) { free_handle(c, EMBEDDER); }
static void pipeline_free(caller *c) { free_handle(c, PIPELINE); }
static void model_free(caller *c) { free_handle(c, MODEL); }
static void session_free(caller *c) { free_handle(c, SESSION); }
static void index_free(caller *c) { free_handle(c, INDEX); }
static void gallery_free(caller *c) { free_handle(c, GALLERY); }

/* How often each is called, in shares. */
static const struct { void (*call)(caller *); const char *name; unsigned share; } functions[] = {
#define CALL(function, share) {function, "facenet_" #function, share}
    CALL(version, 1), CALL(status_name, 1), CALL(error_message, 1), CALL(progress_set, 2),
    CALL(log_set, 1), CALL(verify, 1), CALL(bitmap_open, 3),
    CALL(bitmap_decode, 8), CALL(bitmap_image, 3), CALL(bitmap_free, 1), CALL(detector_open, 3),
    CALL(detector_decode, 8), CALL(detect, 12), CALL(detector_free, 1), CALL(embedder_open, 3),
    CALL(embedder_decode, 8), CALL(embedder_dimension, 1), CALL(embedder_side, 1), CALL(embedder_threshold, 2),
    CALL(embedder_align, 6), CALL(embed, 10), CALL(embedder_distance, 3), CALL(embedder_free, 1), CALL(align, 6),
    CALL(squared_distance, 2), CALL(face_quality, 3), CALL(pipeline_new, 4), CALL(pipeline_verify, 4), CALL(pipeline_embed, 6),
    CALL(pipeline_dimension, 1), CALL(pipeline_free, 1), CALL(model_open, 3), CALL(model_decode, 14),
    CALL(model_input_count, 1), CALL(model_output_count, 1), CALL(model_input_name, 2), CALL(model_output_name, 2),
    CALL(model_metadata, 2), CALL(model_free, 1), CALL(session_new, 10), CALL(session_run, 20),
    CALL(session_output, 5), CALL(session_free, 1), INDEX_CALLS, GALLERY_CALLS, PLUGIN_CALLS,
#undef CALL
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static int is_traced;
static caller callers[THREADS];

static long now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec;
}

/* How many calls of each function were a success: nothing is learned of one that is always refused. */
static _Atomic uint64_t successes[FUNCTIONS];

static void call(caller *c, size_t position) {
  if (is_traced) fprintf(stderr, "thread %d: %s\n", c->number, functions[position].name);
  c->work = now(CLOCK_PROCESS_CPUTIME_ID);
  c->wall = now(CLOCK_MONOTONIC);
  c->function = functions[position].name;
  c->has_succeeded = 1;
  functions[position].call(c);
  successes[position] += (uint64_t)c->has_succeeded;
  if (is_traced && !c->has_succeeded) fprintf(stderr, "thread %d: refused: %s\n", c->number, facenet_error_message());
  c->function = NULL;
  c->calls++;
  take_back(c);
}

static size_t any_function(dice *dice) {
  unsigned sum = 0;
  for (size_t i = 0; i < FUNCTIONS; i++) sum += functions[i].share;
  size_t place = below(dice, sum), position = 0;
  while (place >= functions[position].share) place -= functions[position++].share;
  return position;
}

/* Mostly begins with something of each kind to work with. */
static void *make_calls(void *argument) {
  static void (*const first[])(caller *) = {bitmap_decode,   detector_decode, detector_decode, embedder_decode,
                                            embedder_decode, model_decode,    model_decode,    model_decode,
                                            session_new,     session_new,     pipeline_new,    index_create,
                                            index_add,       index_save,      gallery_create,  gallery_enrol};
  caller *c = argument;
  for (size_t i = 0; i < sizeof first / sizeof *first && happens(&c->dice, 98); i++)
    for (size_t position = 0; position < FUNCTIONS; position++)
      if (functions[position].call == first[i]) call(c, position);
  for (int i = 0; i < CALLS; i++) call(c, any_function(&c->dice));
  return NULL;
}

/* One seed: its calls on one thread or on several at once, on handles that all share. */
static uint64_t run_seed(uint64_t seed) {
  dice dice = {seed};
  int count = happens(&dice, 70) ? 1 : THREADS;
  pthread_t threads[THREADS];
  for (int i = 0; i < count; i++) {
    callers[i].dice.state = roll(&dice);
    callers[i].number = i;
    callers[i].is_alone = count == 1;
    callers[i].seed = seed;
    callers[i].calls = 0;
    if (pthread_create(&threads[i], NULL, make_calls, &callers[i])) abort();
  }
  uint64_t calls = 0;
  for (int i = 0; i < count; i++) {
    pthread_join(threads[i], NULL);
    calls += callers[i].calls;
  }
  for (int kind = 0; kind < KINDS; kind++)
    for (int place = 0; place < PLACES; place++) release(kind, atomic_exchange(&live[kind][place].handle, 0));
  return calls;
}

/* Ends the program when a call does not return. */
static void *watch(void *unused) {
  for (;; sleep(1))
    for (int i = 0; i < THREADS; i++) {
      const char *function = callers[i].function;
      long work = now(CLOCK_PROCESS_CPUTIME_ID) - callers[i].work, wall = now(CLOCK_MONOTONIC) - callers[i].wall;
      if (!function || (work <= MOST_WORK && wall <= MOST_WAITING)) continue;
      fprintf(stderr, "seed %llu: %s takes more than %ld seconds of work in %ld seconds\n",
              (unsigned long long)callers[i].seed, function, work, wall);
      abort();
    }
  return unused;
}

int main(int argc, char **argv) {
  pthread_t watcher;
  if (argc < 4 || !read_corpus(argv[1])) return fprintf(stderr, "usage: header CORPUS FIRST COUNT [trace]\n"), 2;
  is_traced = argc > 4;
  snprintf(scratch, sizeof scratch, "%s", getenv("FUZZ_SCRATCH") ? getenv("FUZZ_SCRATCH") : "/tmp");
  if (pthread_create(&watcher, NULL, watch, NULL)) return 2;
  uint64_t first = strtoull(argv[2], NULL, 10), count = strtoull(argv[3], NULL, 10), calls = 0;
  for (uint64_t seed = first; seed < first + count; seed++) {
    printf("seed %llu\n", (unsigned long long)seed);
    fflush(stdout);
    calls += run_seed(seed);
  }
  printf("calls %llu\n", (unsigned long long)calls);
  for (size_t i = 0; i < FUNCTIONS; i++) printf("%s %llu\n", functions[i].name, (unsigned long long)successes[i]);
  return 0;
}
