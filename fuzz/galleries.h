/* The calls of the gallery. Its files lie in the scratch folder; where nothing can be written, in no folder at all. None
 * is deleted: SQLite does not promise anything to who deletes a database that is open. */
#ifndef GALLERIES_H
#define GALLERIES_H

#include "indexes.h"

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
  snprintf(path, sizeof path, "%s/%s-%zu", scratch, name, below(&c->dice, 30));
  return lend_text(c, path);
}

static void gallery_create(caller *c) {
  facenet_gallery **out = output(c, sizeof *out);
  char *path = gallery_path(c, "gallery");
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
  static const char *const names[] = {"Ann", "Bob", "Zo\xC3\xAB", "'); DROP TABLE people;--",
                                      "%s%n", "a\nb", "", "\xFF", "\xE2\x80\xAE"};
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

static int32_t any_thumbnails(caller *c) { return happens(&c->dice, 97) ? (int32_t)below(&c->dice, 2) : -1; }

static void gallery_enrol_images(caller *c) {
  facenet_gallery *gallery = ANY_GALLERY(c);
  size_t count = below(&c->dice, 3);
  facenet_image *images = lend(c, count * sizeof *images);
  for (size_t i = 0; i < count; i++) images[i] = any_picture(c, 0);
  facenet_pipeline *pipeline = (facenet_pipeline *)any_handle(c, PIPELINE);
  char *name = any_name(c), *key = any_person_key(c);
  int64_t *person = output(c, sizeof *person);
  succeeded(c, facenet_gallery_enrol_images(gallery, pipeline, name, key, images, any_count(c, count), any_thumbnails(c), person));
}

static void gallery_enrol_photos(caller *c) {
  facenet_gallery *gallery = ANY_GALLERY(c);
  const file *origin;
  size_t count = below(&c->dice, 3);
  const char **paths = lend(c, count * sizeof *paths);
  for (size_t i = 0; i < count; i++) paths[i] = any_path(c, PICTURES, &origin);
  facenet_pipeline *pipeline = (facenet_pipeline *)any_handle(c, PIPELINE);
  char *name = any_name(c), *key = any_person_key(c);
  int64_t *person = output(c, sizeof *person);
  succeeded(c, facenet_gallery_enrol_photos(gallery, pipeline, name, key, paths, any_count(c, count), any_thumbnails(c), person));
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

static void gallery_set_key(caller *c) {
  succeeded(c, facenet_gallery_set_key(ANY_GALLERY(c), any_person(&c->dice), happens(&c->dice, 20) ? NULL : any_name(c)));
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

static void gallery_threshold(caller *c) {
  facenet_identification_options options = {.margin = any_share(&c->dice)};
  float *const wanted[] = {&options.false_positive_rate, &options.false_accept_rate, &options.distance};
  *wanted[below(&c->dice, 3)] = happens(&c->dice, 80) ? any_share(&c->dice) : any_float(&c->dice);
  facenet_identification_threshold *out = output(c, sizeof *out);
  succeeded(c, facenet_gallery_threshold(ANY_GALLERY(c), any_options(c, &options, sizeof options), out));
}

static void gallery_export(caller *c) { succeeded(c, facenet_gallery_export(ANY_GALLERY(c), gallery_path(c, "export"))); }

/* Writes a file of a scratch folder; as it was, or changed now and then. */
static void write_changed(caller *c, file *file) {
  size_t count = file->count;
  const uint8_t *bytes = happens(&c->dice, 30) ? changed(c, file, &count) : file->bytes;
  FILE *stream = fopen(file->path, "wb");
  if (!stream || fwrite(bytes, 1, count, stream) != count || fclose(stream)) DEFECT(c, "cannot write %s", file->path);
}

/* A folder with what a gallery has exported just now, or the same with something changed. */
static char *exported(caller *c, const facenet_gallery *gallery) {
  static const char *const names[] = {"people.jsonl", "templates.npy", "model.txt"};
  char folder[600];
  snprintf(folder, sizeof folder, "%s/exported-%d", scratch, c->number);
  if (facenet_gallery_export(gallery, folder) == FACENET_OK) {
    file file = {.count = 0};
    snprintf(file.path, sizeof file.path, "%s/%s", folder, ONE_OF(&c->dice, names));
    if (!read_file(&file)) DEFECT(c, "an export without %s", file.path);
    write_changed(c, &file);
    free(file.bytes);
  }
  return lend_text(c, folder);
}

static void gallery_import(caller *c) {
  facenet_gallery *gallery = ANY_GALLERY(c), *other = happens(&c->dice, 70) ? gallery : ANY_GALLERY(c);
  char *folder = happens(&c->dice, 80) ? exported(c, other) : gallery_path(c, "export");
  succeeded(c, facenet_gallery_import(gallery, folder, output(c, sizeof(size_t))));
}

static void take_fault(void *taken, const char *fault) { *(size_t *)taken += strlen(fault); }

static void gallery_check(caller *c) {
  size_t taken = 0;
  succeeded(c, facenet_gallery_check(ANY_GALLERY(c), happens(&c->dice, 70) ? take_fault : NULL, &taken));
}

static void gallery_compact(caller *c) { succeeded(c, facenet_gallery_compact(ANY_GALLERY(c))); }

static void gallery_statistics(caller *c) {
  succeeded(c, facenet_gallery_statistics(ANY_GALLERY(c), output(c, sizeof(facenet_gallery_sizes))));
}

/* Keys that a gallery takes, or one among them that it may refuse. */
static const char **any_person_keys(caller *c, size_t count) {
  static const char *const right[] = {"Ann", "Bob", "Cid", "Zo\xC3\xAB", "%s%n"};
  const char **keys = lend(c, count * sizeof *keys);
  for (size_t i = 0; i < count; i++) keys[i] = lend_text(c, ONE_OF(&c->dice, right));
  if (count && happens(&c->dice, 20)) keys[below(&c->dice, count)] = any_name(c);
  return keys;
}

static void gallery_enrol_many(caller *c) {
  facenet_gallery *gallery = ANY_GALLERY(c);
  size_t count = below(&c->dice, 6);
  float *embeddings = any_embeddings(c, count, facenet_gallery_dimension(gallery));
  const char **keys = any_person_keys(c, count);
  size_t *added = output(c, sizeof *added);
  succeeded(c, facenet_gallery_enrol_many(gallery, keys, embeddings, any_count(c, count), added));
}

/* A file of embeddings as NumPy writes it, or the same with something changed. */
static char *any_matrix(caller *c, size_t count, size_t dimension) {
  char head[118];
  static const char format[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, %zu), }";
  int length = snprintf(head, sizeof head, format, count, dimension);
  memset(head + length, ' ', sizeof head - (size_t)length);
  head[sizeof head - 1] = '\n';
  size_t size = count * dimension * sizeof(float);
  float *embeddings = any_embeddings(c, count, dimension);
  file file = {.count = 10 + sizeof head + size};
  snprintf(file.path, sizeof file.path, "%s/matrix-%d.npy", scratch, c->number);
  file.bytes = lend(c, file.count);
  memcpy(file.bytes, "\x93NUMPY\x01\x00\x76\x00", 10);
  memcpy(file.bytes + 10, head, sizeof head);
  memset(file.bytes + 10 + sizeof head, 0, size);
  if (embeddings) memcpy(file.bytes + 10 + sizeof head, embeddings, size);
  write_changed(c, &file);
  return lend_text(c, file.path);
}

static void gallery_enrol_file(caller *c) {
  facenet_gallery *gallery = ANY_GALLERY(c);
  size_t count = below(&c->dice, 6);
  const char **keys = any_person_keys(c, count);
  char *path = happens(&c->dice, 10) ? strange_path(c) : any_matrix(c, count, facenet_gallery_dimension(gallery));
  succeeded(c, facenet_gallery_enrol_file(gallery, keys, path, any_count(c, count), output(c, sizeof(size_t))));
}

static void gallery_set_facts(caller *c) {
  static const char *const texts[] = {"{}", "{\"born\": 1970}", "[1, 2", "\"\xFF\"", "[[[[[[[[[[]]]]]]]]]]", ""};
  char *facts = happens(&c->dice, 3) ? long_text(c) : lend_text(c, ONE_OF(&c->dice, texts));
  succeeded(c, facenet_gallery_set_facts(ANY_GALLERY(c), any_person(&c->dice), happens(&c->dice, 3) ? NULL : facts));
}

static void gallery_facts(caller *c) {
  size_t capacity = any_capacity(&c->dice, below(&c->dice, 40)), *size = output(c, sizeof *size);
  char *facts = room(c, capacity, 1);
  if (!succeeded(c, facenet_gallery_facts(ANY_GALLERY(c), any_person(&c->dice), facts, capacity, size))) return;
  if (*size == 0 || (*size <= capacity && facts[*size - 1] != 0)) DEFECT(c, "facts of %zu bytes without an end", *size);
}

static void gallery_person_with_key(caller *c) {
  facenet_person *out = output(c, sizeof *out);
  succeeded(c, facenet_gallery_person_with_key(ANY_GALLERY(c), any_name(c), out));
}

static void gallery_people_named(caller *c) {
  size_t capacity = any_capacity(&c->dice, below(&c->dice, 6)), *count = output(c, sizeof *count);
  facenet_person *people = room(c, capacity, sizeof *people);
  succeeded(c, facenet_gallery_people_named(ANY_GALLERY(c), any_name(c), people, capacity, count));
}

static void gallery_templates(caller *c) {
  size_t capacity = any_capacity(&c->dice, below(&c->dice, 6)), *count = output(c, sizeof *count);
  facenet_template *templates = room(c, capacity, sizeof *templates);
  if (!succeeded(c, facenet_gallery_templates(ANY_GALLERY(c), any_person(&c->dice), templates, capacity, count))) return;
  for (size_t i = 0; i < *count && i < capacity; i++)
    if (!memchr(templates[i].photo, 0, sizeof templates[i].photo)) DEFECT(c, "a path without an end");
}

/* Templates have numbers that cannot be guessed: a person's first is asked for. */
static void gallery_remove_templates(caller *c) {
  facenet_gallery *gallery = ANY_GALLERY(c);
  size_t count = below(&c->dice, 3), found;
  int64_t *numbers = lend(c, count * sizeof *numbers);
  facenet_template first;
  for (size_t i = 0; i < count; i++) {
    facenet_status status = facenet_gallery_templates(gallery, any_person(&c->dice), &first, 1, &found);
    numbers[i] = status == FACENET_OK && found > 0 ? first.id : any_key(&c->dice);
  }
  succeeded(c, facenet_gallery_remove_templates(gallery, numbers, any_count(c, count)));
}

static void gallery_migrate(caller *c) {
  succeeded(c, facenet_gallery_migrate(ANY_GALLERY(c), (facenet_pipeline *)any_handle(c, PIPELINE)));
}

#define GALLERY_CALLS                                                                                        \
  CALL(gallery_create, 4), CALL(gallery_open, 3), CALL(gallery_dimension, 1), CALL(gallery_enrol, 8),        \
  CALL(gallery_enrol_images, 4), CALL(gallery_enrol_photos, 4), CALL(gallery_enrol_many, 4), CALL(gallery_enrol_file, 3),                   \
  CALL(gallery_add, 4), CALL(gallery_rename, 2), CALL(gallery_set_key, 2), CALL(gallery_set_facts, 2),        \
  CALL(gallery_remove, 3),        \
  CALL(gallery_person, 2), CALL(gallery_people, 3), CALL(gallery_person_with_key, 2),                        \
  CALL(gallery_people_named, 2), CALL(gallery_facts, 2), CALL(gallery_templates, 2),                         \
  CALL(gallery_remove_templates, 2), CALL(gallery_identify, 8), CALL(gallery_threshold, 2), CALL(gallery_export, 2),                     \
  CALL(gallery_import, 2), CALL(gallery_migrate, 2), CALL(gallery_check, 2), CALL(gallery_compact, 1),       \
  CALL(gallery_statistics, 1), CALL(gallery_free, 1)

#endif
