/* Prints what it costs that a component is a plugin's: nanoseconds of a call through the library to a method that does
 * next to nothing, of the same function called by its pointer, and of the library's own where it does the same work.
 * Every name is looked up before; the least of some rounds, of the processor's time.
 *
 *   export PKG_CONFIG_PATH=build/lib/pkgconfig LD_LIBRARY_PATH=build/lib
 *   cc -O2 benchmarks/indirection.c $(pkg-config --cflags --libs facenet) -o build/indirection && build/indirection */
#include <facenet_plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DIMENSION = 128, CANDIDATES = 16, VECTORS = 64, SIDE = 8, CALLS = 20000, ROUNDS = 15 };

static const facenet_host *host;

/* An index whose candidates are always the first that there is room for. */

static facenet_status index_open(void *component, uint32_t dimension, const facenet_index_options *options,
                                 void **self) {
  (void)component, (void)dimension, (void)options;
  *self = NULL;
  return FACENET_OK;
}

static facenet_status index_add(void *self, const int64_t *numbers, const float *vectors, size_t count) {
  (void)self, (void)numbers, (void)vectors, (void)count;
  return FACENET_OK;
}

static facenet_status index_search(void *self, const float *query, int64_t *numbers, size_t capacity, size_t *count) {
  (void)self, (void)query;
  for (size_t i = 0; i < capacity; i++) numbers[i] = (int64_t)i;
  *count = capacity;
  return FACENET_OK;
}

/* A detector that finds one face. */
static facenet_status detect(void *self, const facenet_image *image, facenet_face *faces, size_t capacity,
                             size_t *count) {
  (void)self, (void)image, (void)capacity;
  faces[0] = (facenet_face){1, 1, 7, 7, 1, {{2, 3}, {5, 3}, {4, 4}, {2, 5}, {5, 5}}};
  *count = 1;
  return FACENET_OK;
}

/* An embedder whose embeddings are all the same. */

static facenet_status describe(void *self, facenet_embedder_description *out) {
  (void)self;
  out->dimension = DIMENSION, out->side = SIDE;
  strcpy(out->identity, "ones");
  return FACENET_OK;
}

static facenet_status embed(void *self, const facenet_image *crops, size_t count, float *embeddings) {
  (void)self, (void)crops;
  for (size_t i = 0; i < count * DIMENSION; i++) embeddings[i] = 1;
  return FACENET_OK;
}

static facenet_status entry(const facenet_host *given, facenet_registrar *registrar) {
  host = given;
  facenet_plugin_description description = {sizeof description, FACENET_PLUGIN_ABI, "trivial", "1", "Apache-2.0"};
  facenet_index_methods index = {
      .struct_size = sizeof index, .open = index_open, .add = index_add, .search = index_search};
  facenet_detector_methods detector = {.struct_size = sizeof detector, .detect = detect};
  facenet_embedder_methods embedder = {.struct_size = sizeof embedder, .describe = describe, .embed = embed};
  host->describe(registrar, &description);
  host->add_index(registrar, "trivial", &index, NULL);
  host->add_detector(registrar, "trivial", &detector, NULL);
  return host->add_embedder(registrar, "trivial", &embedder, NULL);
}

static void need(facenet_status status) {
  if (status == FACENET_OK) return;
  fprintf(stderr, "%s\n", facenet_error_message());
  exit(1);
}

static float query[DIMENSION], distance, embedding[DIMENSION];
static int64_t key, room[CANDIDATES];
static facenet_index *plugin, *flat;
static facenet_detector *detector;
static facenet_embedder *embedder;
static facenet_face face;
static size_t count;
static uint8_t pixels[SIDE * SIDE * 3];
static facenet_image image = {
    .pixels = pixels, .width = SIDE, .height = SIDE, .stride = 3 * SIDE, .format = FACENET_RGB8};

static facenet_index *filled(facenet_index_kind kind, int64_t vectors) {
  facenet_index_options options = {.struct_size = sizeof options, .kind = kind};
  facenet_index *index = NULL;
  need(facenet_index_create(DIMENSION, &options, &index));
  for (int64_t i = 0; i < vectors; i++) {
    float vector[DIMENSION];
    for (int k = 0; k < DIMENSION; k++) vector[k] = (float)((i * 37 + k * 11) % 101) + 1;
    need(facenet_index_add(index, vector, &i, 1));
  }
  return index;
}

/* Called through pointers that the compiler does not see through, as the library does. */
static const facenet_index_methods index_methods = {.search = index_search};
static const facenet_detector_methods detector_methods = {.detect = detect};
static const facenet_embedder_methods embedder_methods = {.embed = embed};
static const facenet_index_methods *volatile bare_index = &index_methods;
static const facenet_detector_methods *volatile bare_detector = &detector_methods;
static const facenet_embedder_methods *volatile bare_embedder = &embedder_methods;

static void search_bare(void) { need(bare_index->search(NULL, query, room, CANDIDATES, &count)); }
static void search_plugin(void) { need(facenet_index_search(plugin, query, 1, 1, NULL, 0, &key, &distance, NULL)); }
static void search_flat(void) { need(facenet_index_search(flat, query, 1, 1, NULL, 0, &key, &distance, NULL)); }
static void detect_bare(void) { need(bare_detector->detect(NULL, &image, &face, 1, &count)); }
static void detect_plugin(void) { need(facenet_detect(detector, &image, &face, 1, &count)); }
static void embed_bare(void) { need(bare_embedder->embed(NULL, &image, 1, embedding)); }
static void embed_plugin(void) { need(facenet_embed(embedder, &image, 1, embedding, DIMENSION)); }

static double nanoseconds(void (*call)(void)) {
  double least = 1e9;
  for (int round = 0; round < ROUNDS; round++) {
    clock_t began = clock();
    for (int i = 0; i < CALLS; i++) call();
    double each = 1e9 * (double)(clock() - began) / CLOCKS_PER_SEC / CALLS;
    if (each < least) least = each;
  }
  return least;
}

int main(void) {
  facenet_index_kind kind;
  need(facenet_plugin_attach(entry));
  need(facenet_index_kind_named("trivial", &kind));
  for (int k = 0; k < DIMENSION; k++) query[k] = (float)(k % 13) + 1;
  /* Both compare 16 vectors exactly: those that the plugin names, and all. */
  plugin = filled(kind, VECTORS);
  flat = filled(FACENET_INDEX_FLAT, CANDIDATES);
  need(facenet_detector_open("trivial", NULL, &detector));
  need(facenet_embedder_open("trivial", NULL, &embedder));
  printf("| ns a call | through the library | the function itself | the library's own |\n|---|---|---|---|\n");
  printf("| index, 16 candidates of %d numbers | %.0f | %.1f | %.0f (flat, 16 vectors) |\n", DIMENSION,
         nanoseconds(search_plugin), nanoseconds(search_bare), nanoseconds(search_flat));
  printf("| detector, one face | %.0f | %.1f | |\n", nanoseconds(detect_plugin), nanoseconds(detect_bare));
  printf("| embedder, one crop to %d numbers | %.0f | %.1f | |\n", DIMENSION, nanoseconds(embed_plugin),
         nanoseconds(embed_bare));
  return 0;
}
