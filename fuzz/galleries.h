/* The calls of the gallery. Its files lie in the scratch folder; where nothing can be written, in no folder at all. */
#ifndef GALLERIES_H
#define GALLERIES_H

#include "indexes.h"

#include <unistd.h>

#define ANY_GALLERY(c) ((facenet_gallery *)any_handle((c), GALLERY))

static void *gallery_options(caller *c) {
  dice *dice = &c->dice;
  facenet_gallery_options options = {.encoding = happens(dice, 90) ? (int32_t)below(dice, 2) : (int32_t)any_uint32(dice),
                                     .wait = happens(dice, 90) ? 0.1f : -1, .recall = any_share(dice)};
  options.index = happens(dice, 90) ? (int32_t)below(dice, 4) : (int32_t)any_uint32(dice);
  options.threads = any_threads(dice);
  return any_options(c, &options, sizeof options);
}

static char *gallery_path(caller *c, const char *name) {
  static const char *const paths[] = {"", "/", "/no/such/folder/gallery", "/proc/self/gallery", "\xFF\xFE"};
  char path[600];
  if (happens(&c->dice, 3)) return NULL;
  if (happens(&c->dice, 10)) return lend_text(c, ONE_OF(&c->dice, paths));
  snprintf(path, sizeof path, "%s/%s-%zu", scratch, name, below(&c->dice, 4));
  return lend_text(c, path);
}

static void gallery_create(caller *c) {
  facenet_gallery **out = output(c, sizeof *out);
  char *path = gallery_path(c, "gallery");
  if (path && strstr(path, "/gallery-") && happens(&c->dice, 70)) unlink(path);
  facenet_pipeline *pipeline = (facenet_pipeline *)any_handle(c, PIPELINE);
  if (succeeded(c, facenet_gallery_create(path, pipeline, gallery_options(c), out)))
    keep(c, GALLERY, (uintptr_t)*out, NULL);
}

static void gallery_open(caller *c) {
  facenet_gallery **out = output(c, sizeof *out);
  if (succeeded(c, facenet_gallery_open(gallery_path(c, "gallery"), gallery_options(c), out)))
    keep(c, GALLERY, (uintptr_t)*out, NULL);
}

static void gallery_dimension(caller *c) { facenet_gallery_dimension(ANY_GALLERY(c)); }

/* Embeddings of length 1, or what is none. */
static float *any_embeddings(caller *c, size_t count, size_t dimension) {
  float *embeddings = any_vectors(c, count, dimension);
  for (size_t i = 0; embeddings && i < count && happens(&c->dice, 95); i++) {
    float *row = embeddings + i * dimension, square = 0;
    for (size_t k = 0; k < dimension; k++) square += row[k] * row[k];
    for (size_t k = 0; k < dimension; k++) row[k] /= sqrtf(square);
  }
  return embeddings;
}

static char *any_name(caller *c) {
  static const char *const names[] = {"Ann", "Bob", "Zo\xC3\xAB", "'); DROP TABLE people;--", "%s%n", "a\nb", "", "\xFF"};
  if (happens(&c->dice, 3)) return NULL;
  return happens(&c->dice, 3) ? long_text(c) : lend_text(c, ONE_OF(&c->dice, names));
}

static char *any_person_key(caller *c) { return happens(&c->dice, 70) ? NULL : any_name(c); }

static int64_t any_person(dice *dice) { return happens(dice, 90) ? 1 + (int64_t)below(dice, 8) : any_key(dice); }

static void gallery_enrol(caller *c) {
  facenet_gallery *gallery = ANY_GALLERY(c);
  size_t count = below(&c->dice, 4);
  float *embeddings = any_embeddings(c, count, facenet_gallery_dimension(gallery));
  char *name = any_name(c), *key = any_person_key(c);
  succeeded(c, facenet_gallery_enrol(gallery, name, key, embeddings, any_count(c, count), output(c, sizeof(int64_t))));
}

static void gallery_enrol_images(caller *c) {
  facenet_gallery *gallery = ANY_GALLERY(c);
  size_t count = below(&c->dice, 3);
  facenet_image *images = lend(c, count * sizeof *images);
  for (size_t i = 0; i < count; i++) images[i] = any_picture(c, 0);
  facenet_pipeline *pipeline = (facenet_pipeline *)any_handle(c, PIPELINE);
  char *name = any_name(c), *key = any_person_key(c);
  int64_t *person = output(c, sizeof *person);
  succeeded(c, facenet_gallery_enrol_images(gallery, pipeline, name, key, images, any_count(c, count), person));
}

static void gallery_add(caller *c) {
  facenet_gallery *gallery = ANY_GALLERY(c);
  size_t count = below(&c->dice, 4);
  float *embeddings = any_embeddings(c, count, facenet_gallery_dimension(gallery));
  succeeded(c, facenet_gallery_add(gallery, any_person(&c->dice), embeddings, any_count(c, count)));
}

static void gallery_rename(caller *c) {
  succeeded(c, facenet_gallery_rename(ANY_GALLERY(c), any_person(&c->dice), any_name(c)));
}

static void gallery_remove(caller *c) {
  size_t count = below(&c->dice, 3);
  int64_t *people = lend(c, count * sizeof *people);
  for (size_t i = 0; i < count; i++) people[i] = any_person(&c->dice);
  succeeded(c, facenet_gallery_remove(ANY_GALLERY(c), people, any_count(c, count)));
}

static void gallery_person(caller *c) {
  facenet_person *out = output(c, sizeof *out);
  if (!succeeded(c, facenet_gallery_person(ANY_GALLERY(c), any_person(&c->dice), out))) return;
  if (!memchr(out->name, 0, sizeof out->name) || !memchr(out->key, 0, sizeof out->key)) DEFECT(c, "text without an end");
}

static void gallery_people(caller *c) {
  size_t capacity = any_capacity(&c->dice, below(&c->dice, 6)), *count = output(c, sizeof *count);
  facenet_person *people = room(c, capacity, sizeof *people);
  int64_t after = happens(&c->dice, 50) ? 0 : any_person(&c->dice);
  if (succeeded(c, facenet_gallery_people(ANY_GALLERY(c), after, people, capacity, count)) && *count > capacity)
    DEFECT(c, "%zu people in room for %zu", *count, capacity);
}

static void gallery_identify(caller *c) {
  dice *dice = &c->dice;
  facenet_gallery *gallery = ANY_GALLERY(c);
  size_t count = below(dice, 4);
  facenet_identification_options options = {.margin = any_share(dice), .people = (uint32_t)below(dice, 8)};
  float *const wanted[] = {&options.false_positive_rate, &options.false_accept_rate, &options.distance};
  *wanted[below(dice, 3)] = any_share(dice);
  if (happens(dice, 5)) *wanted[below(dice, 3)] = any_float(dice);
  options.templates = happens(dice, 90) ? (uint32_t)below(dice, 4) : any_uint32(dice);
  float *embeddings = any_embeddings(c, count, facenet_gallery_dimension(gallery));
  facenet_candidate *candidates = output(c, count * 8 * sizeof *candidates);
  facenet_identification *out = output(c, count * sizeof *out);
  void *lent = any_options(c, &options, sizeof options);
  succeeded(c, facenet_gallery_identify(gallery, embeddings, any_count(c, count), lent, candidates, out));
}

static void gallery_export(caller *c) { succeeded(c, facenet_gallery_export(ANY_GALLERY(c), gallery_path(c, "export"))); }

static void gallery_import(caller *c) {
  char *folder = gallery_path(c, "export");
  succeeded(c, facenet_gallery_import(ANY_GALLERY(c), folder, output(c, sizeof(size_t))));
}

static void gallery_check(caller *c) { succeeded(c, facenet_gallery_check(ANY_GALLERY(c))); }
static void gallery_compact(caller *c) { succeeded(c, facenet_gallery_compact(ANY_GALLERY(c))); }

static void gallery_statistics(caller *c) {
  succeeded(c, facenet_gallery_statistics(ANY_GALLERY(c), output(c, sizeof(facenet_gallery_sizes))));
}

#endif
