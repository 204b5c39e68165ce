/* Components of a plugin that is part of this program: used by name, called as the header says, and believed only so
 * far. What follows the colon of a name says how the component misbehaves. */
#include "check.h"

#include <facenet_plugin.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static const facenet_host *host;
static atomic_int opened, closed, inside, together;

static facenet_status open_any(void *component, const char *location, void **self) {
  (void)component;
  if (!strcmp(location, "locked")) return host->fail(FACENET_NOT_FOUND, "the door is locked");
  opened++;
  *self = strdup(location);
  return FACENET_OK;
}

static void close_any(void *self) {
  closed++;
  free(self);
}

static int is(const void *self, const char *how) { return !strcmp(self, how); }

/* A detector of faces in a row. */

static facenet_detector_options seen;

static facenet_status detector_open(void *component, const char *location, const facenet_detector_options *options,
                                    void **self) {
  seen = *options;
  return open_any(component, location, self);
}

static facenet_face face_number(size_t i) {
  float x = (float)i;
  facenet_face face = {x, 0, x + 1, 1, 1 / (x + 1), {{x, 0}, {x + 1, 0}, {x, 1}, {x, 2}, {x + 1, 2}}};
  return face;
}

static facenet_status detect(void *self, const facenet_image *image, facenet_face *faces, size_t capacity, size_t *count) {
  if (++inside > 1) together++;
  if (is(self, "slow")) usleep(1000);
  size_t there = (size_t)atoi(self);
  if (image->format != FACENET_RGB8 || image->stride < 3 * image->width) there = 0;
  for (size_t i = 0; i < there && i < capacity; i++) faces[i] = face_number(i);
  *count = there;
  inside--;
  if (is(self, "1e6")) *count = 1000000;
  if (is(self, "2 growing")) *count = capacity + 1;
  if (is(self, "1 nan")) faces[0].landmarks[2].x = NAN;
  if (is(self, "1 empty")) faces[0].right = faces[0].left;
  if (is(self, "1 score")) faces[0].score = 1.5f;
  if (is(self, "1 score nan")) faces[0].score = NAN;
  if (is(self, "2 order")) faces[1].score = 1, faces[0].score = 0.5f;
  if (is(self, "none")) *count = SIZE_MAX;
  if (is(self, "status")) return 77;
  if (is(self, "minus")) return -1;
  if (is(self, "cancelled")) return FACENET_CANCELLED;
  if (is(self, "silent")) return FACENET_CORRUPT;
  if (is(self, "endless")) {
    static char sentence[5000];
    memset(sentence, 'x', sizeof sentence - 1);
    return host->fail(FACENET_CORRUPT, sentence);
  }
  if (is(self, "progress")) {
    for (double done = 0; done <= 1; done += 0.25)
      if (host->progress(done)) return FACENET_CANCELLED;
  }
  return FACENET_OK;
}

/* An embedder whose vectors are the sums of a crop's reds, greens and blues. */

static facenet_status embedder_open(void *component, const char *location, const facenet_embedder_options *options,
                                    void **self) {
  return options->threads == 0 ? FACENET_INTERNAL : open_any(component, location, self);
}

static facenet_status describe(void *self, facenet_embedder_description *out) {
  out->dimension = 3, out->side = 8;
  out->thresholds[0] = (facenet_measured_threshold){0.001f, 0.5f};
  out->thresholds[1] = (facenet_measured_threshold){0.01f, 0.75f};
  out->threshold_count = 2;
  strcpy(out->identity, "sums");
  if (is(self, "other")) strcpy(out->identity, "other sums");
  if (is(self, "flat")) out->dimension = 0;
  if (is(self, "deep")) out->dimension = 1u << 31;
  if (is(self, "point")) out->side = 0;
  if (is(self, "wide")) out->side = 1025;
  if (is(self, "threshold")) out->threshold = NAN;
  if (is(self, "many")) out->threshold_count = 17;
  if (is(self, "order")) out->thresholds[1].false_accept_rate = 0.0001f;
  if (is(self, "rate")) out->thresholds[0].false_accept_rate = 2;
  if (is(self, "landmarks")) out->landmarks[1].x = INFINITY;
  if (is(self, "place"))
    for (int i = 0; i < 5; i++) out->landmarks[i] = (facenet_point){4, 4};
  if (is(self, "nobody")) out->identity[0] = 0;
  if (is(self, "endless")) memset(out->identity, 'x', sizeof out->identity);
  return is(self, "describe") ? host->fail(FACENET_CORRUPT, "who am I") : FACENET_OK;
}

static facenet_status embed(void *self, const facenet_image *crops, size_t count, float *embeddings) {
  for (size_t i = 0; i < count; i++) {
    if (crops[i].format != FACENET_RGB8 || crops[i].stride != 3 * crops[i].width) return FACENET_INTERNAL;
    for (size_t k = 0; k < 3; k++) embeddings[3 * i + k] = 0;
    for (size_t k = 0; k < 3 * 64; k++) embeddings[3 * i + k % 3] += crops[i].pixels[k];
  }
  if (is(self, "nan")) embeddings[3 * count - 1] = NAN;
  if (is(self, "infinite")) embeddings[0] = -INFINITY;
  if (is(self, "zero")) embeddings[0] = embeddings[1] = embeddings[2] = 0;
  if (is(self, "huge")) embeddings[0] = 3e38f;
  if (is(self, "fails")) return host->fail(FACENET_IO, "the card was pulled out");
  return FACENET_OK;
}

/* A detector that needs nothing to be opened. */

static facenet_status find_nothing(void *component, const facenet_image *image, facenet_face *faces, size_t capacity,
                                   size_t *count) {
  (void)image, (void)faces, (void)capacity;
  *count = component == &host ? 0 : SIZE_MAX;
  return FACENET_OK;
}

static facenet_status entry(const facenet_host *given, facenet_registrar *registrar) {
  host = given;
  facenet_plugin_description description = {sizeof description, FACENET_PLUGIN_ABI, "crafted", "2.1", "Apache-2.0"};
  facenet_detector_methods detector = {sizeof detector, 0, detector_open, detect, close_any};
  facenet_embedder_methods embedder = {sizeof embedder, 0, embedder_open, describe, embed, close_any};
  facenet_detector_methods plain = {sizeof plain, 0, NULL, find_nothing, close_any};
  if (host->struct_size < sizeof *host || host->version != facenet_version()) return FACENET_UNSUPPORTED;
  facenet_status status = host->describe(registrar, &description);
  if (!status) status = host->add_detector(registrar, "row", &detector, NULL);
  if (!status) status = host->add_embedder(registrar, "pixel", &embedder, NULL);
  if (!status) status = host->add_detector(registrar, "plain", &plain, (void *)&host);
  detector.flags = FACENET_ONE_THREAD;
  if (!status) status = host->add_detector(registrar, "lone", &detector, NULL);
  memset(&detector, 0xA5, sizeof detector);
  return status;
}

static facenet_registrar *kept;

static facenet_status keep_registrar(const facenet_host *given, facenet_registrar *registrar) {
  (void)given;
  kept = registrar;
  return given->fail(FACENET_UNSUPPORTED, "not today");
}

static void a_plugin_is_attached_once(void) {
  size_t before = facenet_plugin_component_count();
  CHECK_FAILS(facenet_plugin_attach(NULL), FACENET_INVALID_ARGUMENT, "entry is NULL");
  CHECK_FAILS(facenet_plugin_attach(keep_registrar), FACENET_UNSUPPORTED, "not today (the entry of an attached plugin)");
  CHECK(facenet_plugin_attach(entry) == FACENET_OK);
  CHECK(facenet_plugin_attach(entry) == FACENET_OK);
  CHECK(facenet_plugin_component_count() == before + 4);
  facenet_detector_methods methods = {sizeof methods, 0, NULL, detect, NULL};
  CHECK(host->add_detector(kept, "late", &methods, NULL) == FACENET_INVALID_ARGUMENT);
  CHECK(host->add_detector(NULL, "late", &methods, NULL) == FACENET_INVALID_ARGUMENT);
}

static uint8_t pixels[16 * 16 * 4];
static const facenet_image picture = {pixels, 16, 16, 0, FACENET_RGB8};

static facenet_status find(const char *name, size_t *count) {
  static facenet_face faces[256];
  facenet_detector *detector = NULL;
  facenet_status status = facenet_detector_open(name, NULL, &detector);
  if (!status) status = facenet_detect(detector, &picture, faces, 256, count);
  for (size_t i = 0; !status && i < *count; i++) {
    facenet_face expected = face_number(i);
    CHECK(!memcmp(&faces[i], &expected, sizeof expected));
  }
  facenet_detector_free(detector);
  return status;
}

static void a_detector_is_used_by_name(void) {
  size_t count = 99;
  CHECK(find("row", &count) == FACENET_OK && count == 0);
  CHECK(find("row:3", &count) == FACENET_OK && count == 3);
  CHECK(find("row:64", &count) == FACENET_OK && count == 64);
  CHECK(find("row:200", &count) == FACENET_OK && count == 200);
  CHECK(find("plain", &count) == FACENET_OK && count == 0);
  CHECK_FAILS(find("row:locked", &count), FACENET_NOT_FOUND, "the door is locked (the detector row of the plugin crafted)");
  CHECK_FAILS(find("rows:3", &count), FACENET_NOT_FOUND, "rows");
  facenet_detector_options options = {sizeof options, FACENET_ALL_PROCESSORS, 20, 0.3f, 0.5f};
  facenet_detector *detector = NULL;
  uint8_t gray[16] = {0};
  facenet_image small = {gray, 4, 4, 0, FACENET_GRAY8};
  CHECK(facenet_detector_open("row:10", &options, &detector) == FACENET_OK);
  CHECK(!memcmp(&seen, &options, sizeof options));
  CHECK(facenet_detect(detector, &small, NULL, 0, &count) == FACENET_OK && count == 3);
  facenet_detector_free(detector);
}

static void what_a_detector_finds_is_checked(void) {
  static const char *const bad[][2] = {
      {"1e6", "1000000 faces"},    {"2 growing", "65 faces and then 66"},           {"1 nan", "face 0"},
      {"1 empty", "face 0"},       {"1 score", "1.5"},           {"1 score nan", "face 0"},
      {"2 order", "face 1"},       {"none", "faces"},            {"status", "status 77"},
      {"minus", "status -1"},      {"cancelled", "but nobody"},
  };
  size_t count = 99;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char name[64];
    snprintf(name, sizeof name, "row:%s", bad[i][0]);
    CHECK_FAILS(find(name, &count), FACENET_PLUGIN_FAILED, bad[i][1]);
    CHECK(strstr(facenet_error_message(), "the detector row of the plugin crafted"));
  }
  CHECK_FAILS(find("row:silent", &count), FACENET_CORRUPT, "the detector row of the plugin crafted failed");
  CHECK_FAILS(find("row:endless", &count), FACENET_CORRUPT, "xxxx (the detector row of the plugin crafted)");
}

static int32_t stop(void *context, double fraction) {
  (void)context;
  return fraction >= 0.5;
}

static void a_detector_can_be_stopped(void) {
  size_t count = 99;
  facenet_progress_set(stop, NULL);
  CHECK_FAILS(find("row:progress", &count), FACENET_CANCELLED, "stopped");
  facenet_progress_set(NULL, NULL);
  CHECK(find("row:progress", &count) == FACENET_OK && count == 0);
}

static facenet_detector *shared;

static void *look(void *unused) {
  size_t count = 0;
  for (int i = 0; i < 20; i++)
    if (facenet_detect(shared, &picture, NULL, 0, &count) != FACENET_OK) return &shared;
  return unused;
}

static void look_together(const char *name) {
  pthread_t threads[4];
  void *result = NULL;
  together = 0;
  CHECK(facenet_detector_open(name, NULL, &shared) == FACENET_OK);
  for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, look, NULL) == 0);
  for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], &result) == 0 && !result);
  facenet_detector_free(shared);
}

static void one_thread_means_one_call_at_a_time(void) {
  look_together("lone:slow");
  CHECK(together == 0);
  look_together("row:slow");
  CHECK(together > 0);
}

/* From inside the call's progress the component is refused, not waited for; what is freed there is closed later. */
static int32_t look_inside(void *context, double fraction) {
  size_t count = 0;
  if (fraction != 0.5) return 0;
  CHECK_FAILS(facenet_detect(shared, &picture, NULL, 0, &count), FACENET_INVALID_ARGUMENT, "one call at a time");
  facenet_detector_free(*(facenet_detector **)context);
  return 0;
}

static void a_call_inside_a_lone_call_is_refused(void) {
  facenet_detector *other = NULL;
  size_t count = 99;
  CHECK(facenet_detector_open("lone:progress", NULL, &shared) == FACENET_OK);
  CHECK(facenet_detector_open("lone:1", NULL, &other) == FACENET_OK);
  int before = closed;
  facenet_progress_set(look_inside, &other);
  CHECK(facenet_detect(shared, &picture, NULL, 0, &count) == FACENET_OK && count == 0);
  facenet_progress_set(NULL, NULL);
  CHECK(closed == before + 1);
  facenet_detector_free(shared);
}

static facenet_status embed_by(const char *name, facenet_pixel_format format, float *embeddings) {
  static const uint32_t bytes[] = {0, 1, 3, 3, 4, 4};
  facenet_image crops[20];
  for (size_t i = 0; i < 20; i++) crops[i] = (facenet_image){pixels, 8, 8, 8 * bytes[format] + 8, format};
  facenet_embedder *embedder = NULL;
  facenet_status status = facenet_embedder_open(name, NULL, &embedder);
  if (!status) {
    CHECK(facenet_embedder_dimension(embedder) == 3 && facenet_embedder_side(embedder) == 8);
    status = facenet_embed(embedder, crops, 20, embeddings, 60);
  }
  facenet_embedder_free(embedder);
  return status;
}

static void an_embedder_is_used_by_name(void) {
  float embeddings[60], threshold = 0;
  pixels[0] = 3, pixels[1] = 4, pixels[2] = 12;
  CHECK(embed_by("pixel", FACENET_RGB8, embeddings) == FACENET_OK);
  for (int i = 0; i < 20; i++) CHECK(fabsf(embeddings[3 * i] - 3 / 13.f) < 1e-6f);
  CHECK(embed_by("pixel:anything", FACENET_BGRA8, embeddings) == FACENET_OK);
  for (int i = 0; i < 20; i++) CHECK(fabsf(embeddings[3 * i] - 12 / 13.f) < 1e-6f);
  facenet_embedder *embedder = NULL;
  CHECK(facenet_embedder_open("pixel", NULL, &embedder) == FACENET_OK);
  CHECK(facenet_embedder_threshold(embedder, 0, &threshold) == FACENET_OK && threshold == 1.2f);
  CHECK(facenet_embedder_threshold(embedder, 0.01f, &threshold) == FACENET_OK && threshold == 0.75f);
  facenet_embedder_free(embedder);
}

static void what_an_embedder_gives_is_checked(void) {
  static const char *const bad[] = {"flat",      "deep",  "point",  "wide",    "threshold", "many", "order", "rate",
                                    "landmarks", "place", "nobody", "endless", "nan",       "zero", "infinite"};
  float embeddings[60];
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char name[64];
    snprintf(name, sizeof name, "pixel:%s", bad[i]);
    CHECK_FAILS(embed_by(name, FACENET_RGB8, embeddings), FACENET_PLUGIN_FAILED,
                "the embedder pixel of the plugin crafted");
  }
  CHECK_FAILS(embed_by("pixel:fails", FACENET_RGB8, embeddings), FACENET_IO, "the card was pulled out");
  CHECK_FAILS(embed_by("pixel:describe", FACENET_RGB8, embeddings), FACENET_CORRUPT, "who am I");
  CHECK(embed_by("pixel:huge", FACENET_RGB8, embeddings) == FACENET_OK);
  CHECK(fabsf(embeddings[0] - 1) < 1e-6f);
}

static facenet_pipeline *pipeline_of(const char *embedder_name) {
  facenet_detector *detector = NULL;
  facenet_embedder *embedder = NULL;
  facenet_pipeline *pipeline = NULL;
  CHECK(facenet_detector_open("row:1", NULL, &detector) == FACENET_OK);
  CHECK(facenet_embedder_open(embedder_name, NULL, &embedder) == FACENET_OK);
  CHECK(facenet_pipeline_new(detector, embedder, &pipeline) == FACENET_OK);
  facenet_detector_free(detector);
  facenet_embedder_free(embedder);
  return pipeline;
}

/* A gallery is bound to component, location and identity. */
static void a_gallery_is_bound_to_a_plugins_embedder(void) {
  char path[] = "/tmp/facenet-XXXXXX", file[64];
  CHECK(mkdtemp(path) != NULL);
  snprintf(file, sizeof file, "%s/people.gallery", path);
  facenet_pipeline *first = pipeline_of("pixel"), *same = pipeline_of("pixel");
  facenet_pipeline *others[] = {pipeline_of("pixel:elsewhere"), pipeline_of("pixel:other")};
  facenet_gallery *gallery = NULL;
  int64_t person = 0;
  memset(pixels, 100, sizeof pixels);
  CHECK(facenet_gallery_create(file, first, NULL, &gallery) == FACENET_OK);
  CHECK(facenet_gallery_enrol_images(gallery, same, "Ada", NULL, &picture, 1, 0, &person) == FACENET_OK);
  for (int i = 0; i < 2; i++) {
    CHECK_FAILS(facenet_gallery_enrol_images(gallery, others[i], "Ada", NULL, &picture, 1, 0, &person),
                FACENET_INVALID_ARGUMENT, "pixel");
    facenet_pipeline_free(others[i]);
  }
  facenet_gallery_free(gallery);
  facenet_pipeline_free(first);
  facenet_pipeline_free(same);
  unlink(file);
  rmdir(path);
}

static void all_that_was_opened_is_closed(void) { CHECK(opened == closed && opened > 0); }

int main(void) {
  RUN(a_plugin_is_attached_once);
  RUN(a_detector_is_used_by_name);
  RUN(what_a_detector_finds_is_checked);
  RUN(a_detector_can_be_stopped);
  RUN(one_thread_means_one_call_at_a_time);
  RUN(a_call_inside_a_lone_call_is_refused);
  RUN(an_embedder_is_used_by_name);
  RUN(what_an_embedder_gives_is_checked);
  RUN(a_gallery_is_bound_to_a_plugins_embedder);
  RUN(all_that_was_opened_is_closed);
  FINISH();
}
