/* The calls of the index of vectors. */
#ifndef INDEXES_H
#define INDEXES_H

#include "arguments.h"

#include <math.h>

#define ANY_INDEX(c) ((facenet_index *)any_handle((c), INDEX))

static void index_create(caller *c) {
  static const uint32_t dimensions[] = {1, 2, 3, 15, 16, 17, 64, 128, 512};
  dice *dice = &c->dice;
  facenet_index_options options = {.kind = happens(dice, 90) ? (int32_t)below(dice, 4) : (int32_t)any_uint32(dice),
                                   .threads = any_threads(dice), .recall = any_share(dice), .seed = any_uint32(dice)};
  uint32_t *const numbers[] = {&options.pivots, &options.examined, &options.partitions, &options.probed};
  for (int i = 0; i < 4; i++)
    if (happens(dice, 30)) *numbers[i] = happens(dice, 70) ? (uint32_t)below(dice, 40) : any_uint32(dice);
  options.choice = happens(dice, 90) ? (int32_t)below(dice, 3) : (int32_t)any_uint32(dice);
  options.likelihood = happens(dice, 90) ? (int32_t)below(dice, 2) : (int32_t)any_uint32(dice);
  options.acceptance = happens(dice, 80) ? 0 : any_float(dice);
  facenet_index **out = output(c, sizeof *out);
  uint32_t dimension = happens(dice, 95) ? ONE_OF(dice, dimensions) : any_uint32(dice);
  if (succeeded(c, facenet_index_create(dimension, any_options(c, &options, sizeof options), out)))
    keep(c, INDEX, (uintptr_t)*out, NULL);
}

/* Where threads save and open indexes, over and over. */
static char *index_path(caller *c) {
  char path[600];
  snprintf(path, sizeof path, "%s/index-%zu", scratch, below(&c->dice, 3));
  return lend_text(c, path);
}

/* The same, or where nothing can be written: strange paths might be files of others. */
static char *writable_path(caller *c) {
  static const char *const paths[] = {"", "/", ".", "/no/such/folder/index", "/proc/self/index", "\xFF\xFE"};
  if (happens(&c->dice, 5)) return NULL;
  return happens(&c->dice, 10) ? lend_text(c, ONE_OF(&c->dice, paths)) : index_path(c);
}

static void index_open(caller *c) {
  facenet_index **out = output(c, sizeof *out);
  char *path = happens(&c->dice, 10) ? strange_path(c) : index_path(c);
  if (succeeded(c, facenet_index_open(path, any_threads(&c->dice), out)))
    keep(c, INDEX, (uintptr_t)*out, NULL);
}

static void index_dimension(caller *c) { facenet_index_dimension(ANY_INDEX(c)); }
static void index_count(caller *c) { facenet_index_count(ANY_INDEX(c)); }

static int64_t any_key(dice *dice) {
  static const int64_t borders[] = {0, -1, INT64_MIN, INT64_MAX, INT32_MAX};
  return happens(dice, 95) ? (int64_t)below(dice, 300) : ONE_OF(dice, borders);
}

static void index_contains(caller *c) { facenet_index_contains(ANY_INDEX(c), any_key(&c->dice)); }

/* Keys, all different more often than not. */
static int64_t *any_keys(caller *c, size_t count) {
  if (happens(&c->dice, 2)) return NULL;
  int64_t *keys = lend(c, count * sizeof *keys), first = any_key(&c->dice);
  int is_row = happens(&c->dice, 80);
  for (size_t i = 0; i < count; i++) keys[i] = is_row ? (int64_t)((uint64_t)first + i) : any_key(&c->dice);
  return keys;
}

/* Vectors that an index takes, or one among them that it refuses. */
static float *any_vectors(caller *c, size_t count, size_t dimension) {
  if (happens(&c->dice, 2)) return NULL;
  float *vectors = lend(c, count * dimension * sizeof *vectors);
  for (size_t i = 0; i < count * dimension; i++) vectors[i] = (float)below(&c->dice, 7) - 2.5f;
  if (count * dimension && happens(&c->dice, 10)) vectors[below(&c->dice, count * dimension)] = any_float(&c->dice);
  if (count && happens(&c->dice, 3)) memset(vectors, 0, dimension * sizeof *vectors);
  return vectors;
}

/* How many vectors a call states: those that are there, or more than must be refused unread. */
static size_t any_count(caller *c, size_t count) {
  return happens(&c->dice, 3) ? impossible_size(&c->dice) : count;
}

static void change_index(caller *c, facenet_status (*change)(facenet_index *, const float *, const int64_t *, size_t)) {
  facenet_index *index = ANY_INDEX(c);
  size_t count = below(&c->dice, happens(&c->dice, 90) ? 40 : 600), dimension = facenet_index_dimension(index);
  if (count * dimension > 1 << 18) count = 1;
  float *vectors = any_vectors(c, count, dimension);
  int64_t *keys = any_keys(c, count);
  succeeded(c, change(index, vectors, keys, any_count(c, count)));
}

static void index_add(caller *c) { change_index(c, facenet_index_add); }
static void index_replace(caller *c) { change_index(c, facenet_index_replace); }

static void index_remove(caller *c) {
  facenet_index *index = ANY_INDEX(c);
  size_t count = below(&c->dice, 20), *removed = output(c, sizeof *removed);
  int64_t *keys = any_keys(c, count);
  succeeded(c, facenet_index_remove(index, keys, any_count(c, count), removed));
}

static void index_vector(caller *c) {
  facenet_index *index = ANY_INDEX(c);
  size_t capacity = any_capacity(&c->dice, facenet_index_dimension(index));
  float *vector = room(c, capacity, sizeof *vector);
  succeeded(c, facenet_index_vector(index, any_key(&c->dice), vector, capacity));
}

static void index_search(caller *c) {
  dice *dice = &c->dice;
  facenet_index *index = ANY_INDEX(c);
  size_t dimension = facenet_index_dimension(index), count = below(dice, 8), nearest = below(dice, 12);
  size_t allowed_count = below(dice, 20);
  if (dimension > 4096) count = 1;
  float *queries = any_vectors(c, count, dimension), *distances = output(c, count * nearest * sizeof *distances);
  int64_t *allowed = happens(dice, 30) ? any_keys(c, allowed_count) : NULL;
  int64_t *keys = output(c, count * nearest * sizeof *keys);
  facenet_search_statistics *statistics = happens(dice, 50) ? output(c, count * sizeof *statistics) : NULL;
  if (!allowed) allowed_count = happens(dice, 95) ? 0 : 1;
  size_t stated = any_count(c, count), wanted = happens(dice, 3) ? impossible_size(dice) : nearest;
  facenet_status status =
    facenet_index_search(index, queries, stated, wanted, allowed, allowed_count, keys, distances, statistics);
  if (!succeeded(c, status)) return;
  for (size_t i = 0; distances && stated == count && wanted == nearest && i < count * nearest; i++)
    if (!(distances[i] >= 0) || (i % nearest && distances[i] < distances[i - 1]) || (isinf(distances[i]) && keys[i] != -1))
      DEFECT(c, "place %zu has the distance %g", i, (double)distances[i]);
}

static void index_save(caller *c) {
  facenet_index *index = ANY_INDEX(c);
  succeeded(c, facenet_index_save(index, writable_path(c)));
}

static void index_check(caller *c) { succeeded(c, facenet_index_check(ANY_INDEX(c))); }

static void index_kind_in_use(caller *c) {
  facenet_index_kind kind = facenet_index_kind_in_use(ANY_INDEX(c));
  if (kind < FACENET_INDEX_AUTO || kind > FACENET_INDEX_MLANN) DEFECT(c, "kind %d", (int)kind);
}

#define INDEX_CALLS                                                                                          \
  CALL(index_create, 4), CALL(index_open, 3), CALL(index_dimension, 1), CALL(index_count, 1),                \
  CALL(index_kind_in_use, 1), CALL(index_contains, 1), CALL(index_add, 12), CALL(index_replace, 6),          \
  CALL(index_remove, 6), CALL(index_vector, 3), CALL(index_search, 14), CALL(index_save, 4),                 \
  CALL(index_check, 2), CALL(index_free, 1)

#endif
