/* A program in C that loads plugins and verifies two photographs with the embedder of each, on a thread of its own.
 *
 * Usage: verify A B (PLUGIN.so EMBEDDER)...   prints "EMBEDDER DISTANCE" and, of EMBEDDER:nonsense, why it is refused.
 * The library carries a Swift runtime; the plugins may bring others. Exit status 0: all of them agree with themselves
 * over and over. */
#include <facenet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST = 8, TIMES = 2 };

static const char *a, *b;

typedef struct work {
  const char *name;
  char refusal[1024];
  float distance;
  int is_done;
} work;

static int fail(const char *what) {
  fprintf(stderr, "verify: %s: %s\n", what, facenet_error_message());
  return 0;
}

static int compare(facenet_pipeline *pipeline, float *distance) {
  facenet_bitmap *bitmaps[2] = {NULL, NULL};
  facenet_image images[2];
  facenet_verification result = {0};
  facenet_status status = facenet_bitmap_open(a, &bitmaps[0]);
  if (!status) status = facenet_bitmap_open(b, &bitmaps[1]);
  for (int i = 0; i < 2 && !status; i++) status = facenet_bitmap_image(bitmaps[i], &images[i]);
  if (!status) status = facenet_pipeline_verify(pipeline, &images[0], &images[1], 0, &result);
  for (int i = 0; i < 2; i++) facenet_bitmap_free(bitmaps[i]);
  *distance = result.distance;
  return status ? fail("comparing") : 1;
}

/* The same, over and over. */
static int verify(work *work, facenet_pipeline *pipeline) {
  if (!compare(pipeline, &work->distance)) return 0;
  for (int i = 1; i < TIMES; i++) {
    float again = 0;
    if (!compare(pipeline, &again) || again != work->distance) return 0;
  }
  return 1;
}

static void *run(void *argument) {
  work *work = argument;
  facenet_detector_options options = {.struct_size = sizeof options, .minimum_size = 200};
  facenet_detector *detector = NULL;
  facenet_embedder *embedder = NULL, *refused = NULL;
  facenet_pipeline *pipeline = NULL;
  char nonsense[100];
  snprintf(nonsense, sizeof nonsense, "%s:nonsense", work->name);
  for (int i = 0; i < 100; i++)
    if (facenet_embedder_open(nonsense, NULL, &refused) == FACENET_OK) facenet_embedder_free(refused);
  snprintf(work->refusal, sizeof work->refusal, "%s", facenet_error_message());
  facenet_status status = facenet_detector_open(NULL, &options, &detector);
  if (!status) status = facenet_embedder_open(work->name, NULL, &embedder);
  if (!status) status = facenet_pipeline_new(detector, embedder, &pipeline);
  work->is_done = status ? fail(work->name) : verify(work, pipeline);
  facenet_pipeline_free(pipeline);
  facenet_embedder_free(embedder);
  facenet_detector_free(detector);
  return NULL;
}

int main(int count, char **arguments) {
  static work works[MOST];
  pthread_t threads[MOST];
  if (count < 5 || count % 2 == 0 || count > 3 + 2 * MOST) return 2;
  int plugins = (count - 3) / 2, is_done = 1;
  a = arguments[1], b = arguments[2];
  for (int i = 0; i < plugins; i++) {
    works[i].name = arguments[4 + 2 * i];
    if (facenet_plugin_load(arguments[3 + 2 * i]) != FACENET_OK) return fail(arguments[3 + 2 * i]), 1;
  }
  for (int i = 0; i < plugins; i++)
    if (pthread_create(&threads[i], NULL, run, &works[i])) return 2;
  for (int i = 0; i < plugins; i++) {
    pthread_join(threads[i], NULL);
    printf("%s %.6f\n%s\n", works[i].name, works[i].distance, works[i].refusal);
    is_done &= works[i].is_done;
  }
  return !is_done;
}
