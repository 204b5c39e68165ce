/* Gallery, for the default embedder: people enrolled, listed, identified, renamed and removed; the example identify has
 * photographs. */
#include "check.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static facenet_pipeline *pipeline;
static char folder[64], path[128], other_path[128];
static size_t dimension;

/* Removes a file of the folder, and the folder itself for "". */
static void remove_file(const char *name, const char *suffix) {
  char file[300];
  snprintf(file, sizeof file, "%s/%s%s", folder, name, suffix);
  remove(file);
}

static void remove_gallery(const char *name) {
  static const char *const suffixes[] = {"", "-wal", "-shm", ".index"};
  for (int i = 0; i < 4; i++) remove_file(name, suffixes[i]);
}

static void remove_export(void) {
  static const char *const names[] = {"export/people.jsonl", "export/templates.npy", "export/model.txt", "export"};
  for (int i = 0; i < 4; i++) remove_file(names[i], "");
}

static facenet_gallery *make_gallery(const char *where) {
  facenet_gallery *gallery = NULL;
  remove_gallery(strrchr(where, '/') + 1);
  CHECK(facenet_gallery_create(where, pipeline, NULL, &gallery) == FACENET_OK);
  CHECK((dimension = facenet_gallery_dimension(gallery)) == facenet_pipeline_dimension(pipeline));
  return gallery;
}

/* Length 1, along an axis and some of the next. */
static void direct(float *embedding, size_t axis, float next) {
  memset(embedding, 0, dimension * sizeof *embedding);
  float length = sqrtf(1 + next * next);
  embedding[axis] = 1 / length;
  embedding[axis + 1] = next / length;
}

static int64_t enrol(facenet_gallery *gallery, const char *name, const char *key, size_t axis) {
  float embedding[1024];
  int64_t person = 0;
  direct(embedding, axis, 0);
  CHECK(facenet_gallery_enrol(gallery, name, key, embedding, 1, &person) == FACENET_OK && person > 0);
  return person;
}

static void people_are_identified(void) {
  facenet_gallery *gallery = make_gallery(path);
  int64_t ann = enrol(gallery, "Ann", "a", 0), bob = enrol(gallery, "Bob", NULL, 4);
  float probes[3 * 1024];
  facenet_candidate candidates[3 * 2];
  facenet_identification found[3];
  facenet_identification_options options = {.struct_size = sizeof options, .distance = 1, .people = 2};
  direct(probes, 0, 0.1f);
  direct(probes + dimension, 9, 0);
  direct(probes + 2 * dimension, 0, 0);
  probes[2 * dimension] = probes[2 * dimension + 4] = sqrtf(0.5f);
  CHECK(facenet_gallery_identify(gallery, probes, 3, &options, candidates, found) == FACENET_OK);
  CHECK(found[0].verdict == FACENET_KNOWN && found[0].person == ann && found[0].threshold == 1 && found[0].count == 2);
  CHECK(candidates[0].person == ann && candidates[0].distance == found[0].distance && candidates[0].templates == 1);
  CHECK(candidates[1].person == bob && candidates[1].distance > candidates[0].distance);
  CHECK(strstr(found[0].reason, "Ann at ") && strstr(found[2].reason, "Bob at ") && !found[0].extrapolated);
  CHECK(found[1].verdict == FACENET_UNKNOWN && found[1].person == 0 && fabsf(found[1].distance - 2) < 1e-5f);
  CHECK(found[2].verdict == FACENET_AMBIGUOUS && found[2].person == 0);
  facenet_identification_threshold threshold;
  CHECK(facenet_gallery_threshold(gallery, &options, &threshold) == FACENET_OK && threshold.distance == 1);
  CHECK(threshold.false_accept_rate > 1e-4f && threshold.false_accept_rate < 1e-2f && threshold.extrapolated == 0);
  CHECK(fabsf(threshold.false_positive_rate - 2 * threshold.false_accept_rate) < 1e-4f);
  facenet_identification_options rare = {.struct_size = sizeof rare, .false_positive_rate = 1e-6f};
  CHECK(facenet_gallery_threshold(gallery, &rare, &threshold) == FACENET_OK && threshold.extrapolated == 1);
  CHECK(fabsf(threshold.false_positive_rate - 1e-6f) < 1e-9f);
  CHECK(facenet_gallery_threshold(gallery, NULL, &threshold) == FACENET_OK && threshold.extrapolated == 0);
  CHECK(facenet_gallery_identify(gallery, probes, 3, &options, NULL, found) == FACENET_OK);
  CHECK(facenet_gallery_identify(gallery, NULL, 0, NULL, NULL, NULL) == FACENET_OK);
  CHECK(facenet_gallery_add(gallery, bob, probes + dimension, 1) == FACENET_OK);
  CHECK(facenet_gallery_identify(gallery, probes + dimension, 1, &options, NULL, found) == FACENET_OK);
  CHECK(found[0].verdict == FACENET_KNOWN && found[0].person == bob);
  facenet_gallery_free(gallery);
}

static void people_are_listed_renamed_and_removed(void) {
  facenet_gallery *gallery = make_gallery(path);
  facenet_person people[4];
  facenet_gallery_sizes sizes;
  int64_t ids[10], after = 0;
  size_t count = 0, seen = 0;
  char name[16];
  for (int i = 0; i < 10; i++) {
    snprintf(name, sizeof name, "person %d", i);
    ids[i] = enrol(gallery, name, i == 3 ? "key" : NULL, (size_t)i);
  }
  while (facenet_gallery_people(gallery, after, people, 4, &count) == FACENET_OK && count > 0) {
    for (size_t i = 0; i < count; i++, seen++) CHECK(people[i].id == ids[seen] && people[i].templates == 1);
    after = people[count - 1].id;
  }
  CHECK(seen == 10);
  CHECK(facenet_gallery_rename(gallery, ids[3], "Zo\xC3\xAB") == FACENET_OK);
  CHECK(facenet_gallery_person(gallery, ids[3], people) == FACENET_OK);
  CHECK(strcmp(people[0].name, "Zo\xC3\xAB") == 0 && strcmp(people[0].key, "key") == 0 && people[0].created > 1.6e9);
  CHECK(facenet_gallery_remove(gallery, ids, 9) == FACENET_OK);
  CHECK_FAILS(facenet_gallery_person(gallery, ids[3], people), FACENET_NOT_FOUND, "there is no person");
  CHECK_FAILS(facenet_gallery_remove(gallery, ids, 9), FACENET_NOT_FOUND, "there is no person");
  CHECK(facenet_gallery_compact(gallery) == FACENET_OK && facenet_gallery_check(gallery, NULL, NULL) == FACENET_OK);
  CHECK(facenet_gallery_statistics(gallery, &sizes) == FACENET_OK && sizes.people == 1 && sizes.templates == 1);
  facenet_gallery_free(gallery);
  CHECK(facenet_gallery_open(path, NULL, &gallery) == FACENET_OK);
  CHECK(facenet_gallery_person(gallery, ids[9], people) == FACENET_OK && strcmp(people[0].name, "person 9") == 0);
  facenet_gallery_free(gallery);
}

static void people_are_looked_up(void) {
  facenet_gallery *gallery = make_gallery(path);
  facenet_person people[2];
  facenet_template templates[2] = {{0}};
  char facts[40] = "";
  size_t count = 0, size = 0;
  int64_t ann = enrol(gallery, "Ann", "a", 0);
  enrol(gallery, "Bob", "b", 4);
  enrol(gallery, "Bob", NULL, 8);
  CHECK(facenet_gallery_person_with_key(gallery, "a", people) == FACENET_OK && people[0].id == ann);
  CHECK_FAILS(facenet_gallery_person_with_key(gallery, "c", people), FACENET_NOT_FOUND, "key c");
  CHECK(facenet_gallery_people_named(gallery, "Bob", people, 1, &count) == FACENET_OK && count == 2);
  CHECK(strcmp(people[0].key, "b") == 0);
  CHECK(facenet_gallery_set_facts(gallery, ann, "{\"born\": 1970}") == FACENET_OK);
  CHECK(facenet_gallery_facts(gallery, ann, NULL, 0, &size) == FACENET_OK && size == 15);
  CHECK(facenet_gallery_facts(gallery, ann, facts, 14, &size) == FACENET_OK && facts[0] == 0);
  CHECK(facenet_gallery_facts(gallery, ann, facts, 15, &size) == FACENET_OK && strcmp(facts, "{\"born\": 1970}") == 0);
  CHECK_FAILS(facenet_gallery_set_facts(gallery, ann, "{"), FACENET_INVALID_ARGUMENT, "JSON");
  CHECK(facenet_gallery_templates(gallery, ann, templates, 2, &count) == FACENET_OK && count == 1);
  CHECK(templates[0].id > 0 && templates[0].time > 1.6e9 && isnan(templates[0].quality) && !templates[0].thumbnail);
  CHECK(!templates[0].has_face && !templates[0].photo[0] && !templates[0].digest[0] && !templates[0].digest[31]);
  CHECK_FAILS(facenet_gallery_set_key(gallery, ann, "b"), FACENET_INVALID_ARGUMENT, "Bob's already");
  CHECK_FAILS(facenet_gallery_set_key(gallery, 99, "c"), FACENET_NOT_FOUND, "no person 99");
  CHECK(facenet_gallery_set_key(gallery, ann, "c") == FACENET_OK);
  CHECK(facenet_gallery_person_with_key(gallery, "c", people) == FACENET_OK && people[0].id == ann);
  CHECK(facenet_gallery_set_key(gallery, ann, NULL) == FACENET_OK);
  CHECK_FAILS(facenet_gallery_person_with_key(gallery, "c", people), FACENET_NOT_FOUND, "key c");
  CHECK(facenet_gallery_remove_templates(gallery, &templates[0].id, 1) == FACENET_OK);
  CHECK(facenet_gallery_templates(gallery, ann, NULL, 0, &count) == FACENET_OK && count == 0);
  CHECK_FAILS(facenet_gallery_remove_templates(gallery, &templates[0].id, 1), FACENET_NOT_FOUND, "no template");
  CHECK_FAILS(facenet_gallery_migrate(gallery, pipeline), FACENET_NOT_FOUND, "Bob");
  facenet_gallery_free(gallery);
}

static void many_are_enrolled_at_once(void) {
  facenet_gallery *gallery = make_gallery(path), *second = make_gallery(other_path);
  static float rows[3 * 1024];
  const char *keys[] = {"a", "b", "a"};
  facenet_gallery_sizes sizes;
  size_t added = 0;
  char file[300];
  for (size_t i = 0; i < 3; i++) direct(rows + i * dimension, i, 0);
  CHECK(facenet_gallery_enrol_many(gallery, keys, rows, 3, &added) == FACENET_OK && added == 3);
  CHECK(facenet_gallery_enrol_many(gallery, keys, rows, 3, &added) == FACENET_OK && added == 0);
  CHECK(facenet_gallery_statistics(gallery, &sizes) == FACENET_OK && sizes.people == 2 && sizes.templates == 3);
  snprintf(file, sizeof file, "%s/export", folder);
  CHECK(facenet_gallery_export(gallery, file) == FACENET_OK);
  snprintf(file, sizeof file, "%s/export/templates.npy", folder);
  CHECK(facenet_gallery_enrol_file(second, keys, file, 3, NULL) == FACENET_OK);
  CHECK_FAILS(facenet_gallery_enrol_file(second, keys, file, 2, &added), FACENET_INVALID_ARGUMENT, "expected 2");
  keys[1] = NULL;
  CHECK_FAILS(facenet_gallery_enrol_many(second, keys, rows, 3, &added), FACENET_INVALID_ARGUMENT, "keys[1] is NULL");
  CHECK(facenet_gallery_enrol_many(second, keys, rows, SIZE_MAX, &added) == FACENET_TOO_LARGE);
  CHECK(facenet_gallery_statistics(second, &sizes) == FACENET_OK && sizes.people == 2 && sizes.templates == 3);
  facenet_gallery_free(gallery);
  facenet_gallery_free(second);
}

static void count_fault(void *count, const char *fault) {
  CHECK(fault && strstr(fault, "saved index"));
  ++*(size_t *)count;
}

static void every_fault_is_told(void) {
  facenet_gallery *gallery = make_gallery(path);
  size_t count = 0;
  char index[300];
  enrol(gallery, "Ann", NULL, 0);
  CHECK(facenet_gallery_check(gallery, count_fault, &count) == FACENET_OK && count == 0);
  snprintf(index, sizeof index, "%s.index", path);
  FILE *file = fopen(index, "wb");
  CHECK(file && fputs("no index", file) >= 0 && fclose(file) == 0);
  CHECK_FAILS(facenet_gallery_check(gallery, count_fault, &count), FACENET_CORRUPT, "saved index");
  CHECK(count == 1);
  CHECK_FAILS(facenet_gallery_check(gallery, NULL, NULL), FACENET_CORRUPT, "saved index");
  facenet_gallery_free(gallery);
}

static void an_export_is_imported(void) {
  facenet_gallery *gallery = make_gallery(path), *second = make_gallery(other_path);
  size_t people = 0;
  char export[128];
  snprintf(export, sizeof export, "%s/export", folder);
  enrol(gallery, "Ann", "a", 0);
  remove_export();
  CHECK(facenet_gallery_export(gallery, export) == FACENET_OK);
  CHECK_FAILS(facenet_gallery_export(gallery, export), FACENET_INVALID_ARGUMENT, "is not empty");
  CHECK(facenet_gallery_import(second, export, &people) == FACENET_OK && people == 1);
  CHECK_FAILS(facenet_gallery_import(second, export, NULL), FACENET_INVALID_ARGUMENT, "a");
  CHECK(facenet_gallery_import(second, "/no/such/folder", &people) != FACENET_OK && people == 1);
  facenet_gallery_free(gallery);
  facenet_gallery_free(second);
}

#define REFUSED(call, words) CHECK_FAILS(call, FACENET_INVALID_ARGUMENT, words)

static void what_is_wrong_is_refused(void) {
  facenet_gallery *gallery = make_gallery(path), *none = NULL;
  float embedding[1024];
  int64_t person = -5;
  size_t count = 55;
  facenet_person someone;
  facenet_identification found;
  facenet_identification_threshold threshold;
  facenet_gallery_options options = {.struct_size = sizeof options, .encoding = 2};
  facenet_identification_options wanted = {.struct_size = sizeof wanted, .distance = 1, .false_accept_rate = 0.1f};
  facenet_image image = {NULL, 4, 4, 0, FACENET_RGB8};
  direct(embedding, 0, 0);
  REFUSED(facenet_gallery_create(path, pipeline, NULL, &none), "exists");
  REFUSED(facenet_gallery_create(other_path, NULL, NULL, &none), "pipeline, a facenet_pipeline, is NULL");
  REFUSED(facenet_gallery_create(NULL, pipeline, NULL, &none), "path is NULL");
  REFUSED(facenet_gallery_open(path, &options, &none), "encoding is 2");
  CHECK(facenet_gallery_open("/no/such/gallery", NULL, &none) == FACENET_NOT_FOUND && none == NULL);
  REFUSED(facenet_gallery_enrol(gallery, NULL, NULL, embedding, 1, &person), "name is NULL");
  REFUSED(facenet_gallery_enrol(gallery, "", NULL, embedding, 1, &person), "name");
  REFUSED(facenet_gallery_enrol(gallery, "a\nb", NULL, embedding, 1, &person), "one line");
  REFUSED(facenet_gallery_enrol(gallery, "\xFF", NULL, embedding, 1, &person), "UTF-8");
  REFUSED(facenet_gallery_enrol(gallery, "Ann", NULL, NULL, 1, &person), "embeddings is NULL");
  REFUSED(facenet_gallery_enrol(gallery, "Ann", NULL, embedding, 1, NULL), "person is NULL");
  CHECK(facenet_gallery_enrol(gallery, "Ann", NULL, embedding, SIZE_MAX, &person) == FACENET_TOO_LARGE);
  CHECK(facenet_gallery_add(gallery, 5, embedding, SIZE_MAX / 2) == FACENET_TOO_LARGE);
  CHECK(facenet_gallery_remove(gallery, &person, SIZE_MAX / 8) == FACENET_TOO_LARGE);
  embedding[0] = NAN;
  REFUSED(facenet_gallery_enrol(gallery, "Ann", NULL, embedding, 1, &person), "finite");
  REFUSED(facenet_gallery_identify(gallery, embedding, 1, NULL, NULL, &found), "finite");
  REFUSED(facenet_gallery_identify(gallery, embedding, 1, &wanted, NULL, &found), "several");
  REFUSED(facenet_gallery_enrol_images(gallery, pipeline, "Ann", NULL, &image, 1, 0, &person), "images[0].pixels is NULL");
  REFUSED(facenet_gallery_enrol_images(gallery, pipeline, "Ann", NULL, &image, 1, 2, &person), "thumbnails is 2");
  const char *photos[] = {"/no/such/photo.jpg", NULL};
  REFUSED(facenet_gallery_enrol_photos(gallery, pipeline, "Ann", NULL, photos, 1, 2, &person), "thumbnails is 2");
  REFUSED(facenet_gallery_enrol_photos(gallery, pipeline, "Ann", NULL, photos + 1, 1, 0, &person), "paths[0] is NULL");
  CHECK(facenet_gallery_enrol_photos(gallery, pipeline, "Ann", NULL, photos, 1, 0, &person) == FACENET_NOT_FOUND);
  REFUSED(facenet_gallery_enrol_photos(gallery, pipeline, "\xE2\x80\xAE", NULL, photos, 1, 0, &person), "one line");
  REFUSED(facenet_gallery_enrol_photos(gallery, pipeline, "Ann", " ", photos, 1, 0, &person), "can be seen");
  CHECK(facenet_gallery_enrol_photos(gallery, pipeline, "Ann", NULL, photos, SIZE_MAX / 16, 0, &person) == FACENET_TOO_LARGE);
  REFUSED(facenet_gallery_threshold(gallery, &wanted, NULL), "out is NULL");
  REFUSED(facenet_gallery_threshold(gallery, &wanted, &threshold), "several");
  REFUSED(facenet_gallery_people(gallery, 0, NULL, 5, &count), "people is NULL");
  REFUSED(facenet_gallery_person(gallery, 5, NULL), "out is NULL");
  REFUSED(facenet_gallery_statistics(gallery, NULL), "out is NULL");
  REFUSED(facenet_gallery_export(gallery, NULL), "folder is NULL");
  REFUSED(facenet_gallery_rename(gallery, 1, NULL), "name is NULL");
  REFUSED(facenet_gallery_check(NULL, NULL, NULL), "gallery, a facenet_gallery, is NULL");
  REFUSED(facenet_gallery_compact((facenet_gallery *)pipeline), "is a facenet_pipeline");
  CHECK(facenet_gallery_dimension(NULL) == 0 && person == -5 && count == 55);
  CHECK(facenet_gallery_people(gallery, 0, &someone, 1, &count) == FACENET_OK && count == 0);
  facenet_gallery_free(NULL);
  facenet_gallery_free(gallery);
}

/* Eight threads: six identify who stays, two enrol and remove others. */
static facenet_gallery *shared;
static int64_t stays;

static void *identify_shared(void *failures) {
  float probe[1024];
  facenet_identification found;
  facenet_identification_options options = {.struct_size = sizeof options, .distance = 0.5f};
  direct(probe, 0, 0);
  for (int i = 0; i < 40; i++)
    if (facenet_gallery_identify(shared, probe, 1, &options, NULL, &found) != FACENET_OK || found.person != stays)
      ++*(int *)failures;
  return NULL;
}

static void *change_shared(void *failures) {
  float embedding[1024];
  direct(embedding, 4, 0);
  for (int i = 0; i < 10; i++) {
    int64_t person = 0;
    if (facenet_gallery_enrol(shared, "passes", NULL, embedding, 1, &person) != FACENET_OK) ++*(int *)failures;
    if (facenet_gallery_remove(shared, &person, 1) != FACENET_OK) ++*(int *)failures;
  }
  return NULL;
}

static void eight_threads_share_a_gallery(void) {
  pthread_t threads[8];
  int failures[8] = {0};
  shared = make_gallery(path);
  stays = enrol(shared, "stays", NULL, 0);
  for (int i = 0; i < 8; i++)
    CHECK(pthread_create(&threads[i], NULL, i < 2 ? change_shared : identify_shared, &failures[i]) == 0);
  for (int i = 0; i < 8; i++) {
    pthread_join(threads[i], NULL);
    CHECK(failures[i] == 0);
  }
  facenet_gallery_free(shared);
}

int main(int argc, char **argv) {
  (void)argv;
  snprintf(folder, sizeof folder, "/tmp/facenet-gallery-XXXXXX");
  if (argc < 2 || !mkdtemp(folder)) return 2;
  snprintf(path, sizeof path, "%s/people", folder);
  snprintf(other_path, sizeof other_path, "%s/others", folder);
  CHECK(facenet_pipeline_new(NULL, NULL, &pipeline) == FACENET_OK);
  RUN(people_are_identified);
  RUN(people_are_listed_renamed_and_removed);
  RUN(people_are_looked_up);
  RUN(many_are_enrolled_at_once);
  RUN(every_fault_is_told);
  RUN(an_export_is_imported);
  RUN(what_is_wrong_is_refused);
  RUN(eight_threads_share_a_gallery);
  facenet_pipeline_free(pipeline);
  remove_gallery("people");
  remove_gallery("others");
  remove_export();
  remove_file("", "");
  FINISH();
}
