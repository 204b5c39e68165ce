/* Index: vectors added, replaced, removed, found, saved, opened, and searched by many threads. */
#include "check.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { dimension = 4, most = 3000 };

/* Vector k lies at (1, k, 0, 0): the squared distance of i and k is (i - k)^2. */
static void place(float *vector, float at) {
  vector[0] = 1;
  vector[1] = at;
  vector[2] = vector[3] = 0;
}

static facenet_index *make_index(facenet_index_kind kind, size_t count) {
  facenet_index_options options = {.struct_size = sizeof options, .kind = kind, .seed = 7};
  facenet_index *index = NULL;
  float *vectors = malloc((count + 1) * dimension * sizeof *vectors);
  int64_t *keys = malloc((count + 1) * sizeof *keys);
  for (size_t i = 0; i < count; i++) {
    place(vectors + i * dimension, (float)i);
    keys[i] = (int64_t)i * 10;
  }
  CHECK(facenet_index_create(dimension, &options, &index) == FACENET_OK);
  CHECK(facenet_index_add(index, vectors, keys, count) == FACENET_OK);
  CHECK(facenet_index_count(index) == count && facenet_index_dimension(index) == dimension);
  facenet_index_kind used = facenet_index_kind_in_use(index);
  CHECK(kind == FACENET_INDEX_AUTO ? used >= FACENET_INDEX_FLAT && used <= FACENET_INDEX_MLANN : used == kind);
  free(vectors);
  free(keys);
  return index;
}

static int64_t nearest_key(const facenet_index *index, float at) {
  float query[dimension], distance = -1;
  int64_t key = -2;
  place(query, at);
  CHECK(facenet_index_search(index, query, 1, 1, NULL, 0, &key, &distance, NULL) == FACENET_OK);
  return key;
}

static void every_kind_finds_the_nearest(void) {
  for (facenet_index_kind kind = FACENET_INDEX_AUTO; kind <= FACENET_INDEX_MLANN; kind++) {
    facenet_index *index = make_index(kind, 50);
    float queries[2 * dimension], distances[2 * 3];
    int64_t keys[2 * 3];
    place(queries, 10.25f);
    place(queries + dimension, 0);
    CHECK(facenet_index_search(index, queries, 2, 3, NULL, 0, keys, distances, NULL) == FACENET_OK);
    static const int64_t expected[6] = {100, 110, 90, 0, 10, 20};
    static const float apart[6] = {0.0625f, 0.5625f, 1.5625f, 0, 1, 4};
    CHECK(memcmp(keys, expected, sizeof keys) == 0);
    for (int i = 0; i < 6; i++) CHECK(fabsf(distances[i] - apart[i]) < 1e-4f);
    facenet_index_free(index);
  }
}

static void rows_are_filled_up(void) {
  facenet_index *index = make_index(FACENET_INDEX_AUTO, 3);
  float query[dimension], distances[5];
  int64_t keys[5], allowed[3] = {20, 0, 77};
  place(query, 2);
  CHECK(facenet_index_search(index, query, 1, 5, NULL, 0, keys, distances, NULL) == FACENET_OK);
  CHECK(keys[0] == 20 && keys[1] == 10 && keys[2] == 0 && keys[3] == -1 && keys[4] == -1);
  CHECK(distances[2] == 4 && isinf(distances[3]) && isinf(distances[4]));
  CHECK(facenet_index_search(index, query, 1, 5, allowed, 3, keys, distances, NULL) == FACENET_OK);
  CHECK(keys[0] == 20 && keys[1] == 0 && keys[2] == -1);
  CHECK(facenet_index_search(index, query, 1, 5, allowed, 0, keys, distances, NULL) == FACENET_OK);
  CHECK(keys[0] == -1 && isinf(distances[0]));
  CHECK(facenet_index_search(index, query, 1, 0, NULL, 0, NULL, NULL, NULL) == FACENET_OK);
  CHECK(facenet_index_search(index, NULL, 0, 5, NULL, 0, NULL, NULL, NULL) == FACENET_OK);
  facenet_index_free(index);
}

static void statistics_say_what_was_looked_at(void) {
  enum { queries = 2 };
  float query[queries * dimension], distances[queries];
  int64_t keys[queries], allowed[3] = {0, 10, 20};
  place(query, 2);
  place(query + dimension, 40);
  for (facenet_index_kind kind = FACENET_INDEX_FLAT; kind <= FACENET_INDEX_MLANN; kind++) {
    facenet_index *index = make_index(kind, most);
    facenet_search_statistics seen[queries] = {{7, 7}, {7, 7}};
    CHECK(facenet_index_search(index, query, queries, 1, NULL, 0, keys, distances, seen) == FACENET_OK);
    for (int i = 0; i < queries; i++) {
      if (kind == FACENET_INDEX_FLAT) CHECK(seen[i].examined == most && seen[i].judged == 0);
      if (kind == FACENET_INDEX_FLAT8) CHECK(seen[i].examined > 0 && seen[i].judged == most);
      if (kind == FACENET_INDEX_MLANN) CHECK(seen[i].examined > 0 && seen[i].examined < most / 2 && seen[i].judged > 0);
    }
    CHECK(facenet_index_search(index, query, 1, 1, allowed, 3, keys, distances, seen) == FACENET_OK);
    CHECK(seen[0].examined == 3 && seen[0].judged == 0);
    CHECK(facenet_index_search(index, query, 1, 1, NULL, 1, keys, distances, seen) == FACENET_INVALID_ARGUMENT);
    CHECK(seen[0].examined == 3); /* a failure changes nothing */
    facenet_index_free(index);
  }
}

static void vectors_are_replaced_and_removed(void) {
  facenet_index *index = make_index(FACENET_INDEX_AUTO, 5);
  float vectors[2 * dimension], seen[dimension];
  int64_t keys[2] = {20, 99}, gone[3] = {0, 99, 12345};
  size_t removed = 0;
  place(vectors, 100);
  place(vectors + dimension, 200);
  CHECK(facenet_index_replace(index, vectors, keys, 2) == FACENET_OK && facenet_index_count(index) == 6);
  CHECK(nearest_key(index, 101) == 20 && nearest_key(index, 199) == 99 && nearest_key(index, 2) == 10);
  CHECK(facenet_index_vector(index, 20, seen, dimension) == FACENET_OK && memcmp(seen, vectors, sizeof seen) == 0);
  CHECK(facenet_index_contains(index, 99) == 1 && facenet_index_contains(index, 12345) == 0);
  CHECK(facenet_index_remove(index, gone, 3, &removed) == FACENET_OK && removed == 2);
  CHECK(facenet_index_remove(index, gone, 3, NULL) == FACENET_OK);
  CHECK(facenet_index_count(index) == 4 && facenet_index_contains(index, 99) == 0);
  CHECK_FAILS(facenet_index_vector(index, 99, seen, dimension), FACENET_NOT_FOUND, "the key 99");
  CHECK_FAILS(facenet_index_vector(index, 20, seen, dimension - 1), FACENET_INVALID_ARGUMENT, "capacity is 3");
  facenet_index_free(index);
}

static void what_is_wrong_changes_nothing(void) {
  facenet_index *index = make_index(FACENET_INDEX_AUTO, 5);
  float vectors[2 * dimension], distance = 5;
  int64_t keys[2] = {7, 20}, found = 5;
  place(vectors, 1);
  place(vectors + dimension, 2);
  CHECK_FAILS(facenet_index_add(index, vectors, keys, 2), FACENET_INVALID_ARGUMENT, "vector 1");
  keys[1] = 7;
  CHECK_FAILS(facenet_index_add(index, vectors, keys, 2), FACENET_INVALID_ARGUMENT, "given twice");
  CHECK_FAILS(facenet_index_replace(index, vectors, keys, 2), FACENET_INVALID_ARGUMENT, "given twice");
  keys[1] = 8;
  static const float bad[] = {NAN, INFINITY, -INFINITY, 3e38f};
  for (int i = 0; i < 4; i++) {
    vectors[dimension + 2] = bad[i];
    CHECK_FAILS(facenet_index_add(index, vectors, keys, 2), FACENET_INVALID_ARGUMENT, "vector 1");
    CHECK_FAILS(facenet_index_search(index, vectors, 2, 1, NULL, 0, &found, &distance, NULL), FACENET_INVALID_ARGUMENT, "query 1");
  }
  memset(vectors, 0, sizeof vectors);
  CHECK_FAILS(facenet_index_add(index, vectors, keys, 1), FACENET_INVALID_ARGUMENT, "vector 0 is zero");
  CHECK(facenet_index_count(index) == 5 && found == 5 && distance == 5);
  facenet_index_free(index);
}

/* A folder of our own, and the path of an index in it. */
static char folder[64], path[128];

static void an_index_is_saved_opened_and_checked(void) {
  facenet_index *index = make_index(FACENET_INDEX_AUTO, most), *opened = NULL;
  CHECK(facenet_index_save(index, path) == FACENET_OK);
  facenet_index_free(index);
  CHECK(facenet_index_open(path, 2, &opened) == FACENET_OK);
  CHECK(facenet_index_count(opened) == most && facenet_index_dimension(opened) == dimension);
  CHECK(facenet_index_check(opened) == FACENET_OK && nearest_key(opened, 1234.25f) == 12340);
  CHECK(facenet_index_save(opened, path) == FACENET_OK); /* over the file it reads */
  CHECK(nearest_key(opened, 77) == 770);
  facenet_index_free(opened);

  FILE *file = fopen(path, "r+b");
  CHECK(file && fseek(file, -100, SEEK_END) == 0);
  int byte = fgetc(file);
  CHECK(fseek(file, -100, SEEK_END) == 0 && fputc(byte ^ 1, file) != EOF && fclose(file) == 0);
  facenet_status status = facenet_index_open(path, 0, &opened);
  if (status == FACENET_OK) {
    status = facenet_index_check(opened);
    facenet_index_free(opened);
  }
  CHECK(status == FACENET_CORRUPT);
  CHECK_FAILS(facenet_index_open(folder, 0, &opened), FACENET_INVALID_ARGUMENT, folder);
  CHECK_FAILS(facenet_index_open("/no/such/index", 0, &opened), FACENET_NOT_FOUND, "/no/such/index");
  CHECK_FAILS(facenet_index_open(path, 1025, &opened), FACENET_INVALID_ARGUMENT, "threads is 1025");
}

static void options_are_checked(void) {
  facenet_index *index = NULL;
  facenet_index_options options = {.struct_size = sizeof options};
#define REFUSED_WITH(field, value, words)                                                            \
  do {                                                                                               \
    facenet_index_options wrong = options;                                                           \
    wrong.field = (value);                                                                           \
    CHECK_FAILS(facenet_index_create(dimension, &wrong, &index), FACENET_INVALID_ARGUMENT, (words)); \
  } while (0)
  REFUSED_WITH(struct_size, 8, "struct_size");
  REFUSED_WITH(kind, 4, "kind is 4");
  REFUSED_WITH(kind, -1, "kind is -1");
  REFUSED_WITH(threads, 1025, "threads");
  REFUSED_WITH(recall, 1.5f, "recall");
  REFUSED_WITH(recall, NAN, "recall");
  REFUSED_WITH(pivots, 513, "pivots");
  REFUSED_WITH(examined, UINT32_MAX, "examined");
  REFUSED_WITH(partitions, UINT32_MAX, "partitions");
  REFUSED_WITH(probed, UINT32_MAX, "probed");
  REFUSED_WITH(choice, 4, "choice is 4");
  REFUSED_WITH(likelihood, 2, "likelihood");
  REFUSED_WITH(acceptance, -1, "acceptance");
  REFUSED_WITH(acceptance, INFINITY, "acceptance");
  CHECK_FAILS(facenet_index_create(0, NULL, &index), FACENET_INVALID_ARGUMENT, "dimension");
  CHECK_FAILS(facenet_index_create(65537, NULL, &index), FACENET_INVALID_ARGUMENT, "dimension");
  CHECK(index == NULL);
}

static void no_handles_and_impossible_sizes(void) {
  facenet_index *index = make_index(FACENET_INDEX_AUTO, 2);
  float vector[dimension] = {1}, distance;
  int64_t key = 1;
  static const size_t sizes[] = {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 2 + 1, (size_t)1 << 31, (size_t)1 << 62};
  CHECK(facenet_index_dimension(NULL) == 0 && facenet_index_count(NULL) == 0 && facenet_index_contains(NULL, 0) == 0);
  CHECK_FAILS(facenet_index_create(dimension, NULL, NULL), FACENET_INVALID_ARGUMENT, "out is NULL");
  CHECK_FAILS(facenet_index_open(NULL, 0, &index), FACENET_INVALID_ARGUMENT, "path is NULL");
  CHECK_FAILS(facenet_index_add(NULL, vector, &key, 1), FACENET_INVALID_ARGUMENT, "index, a facenet_index, is NULL");
  CHECK_FAILS(facenet_index_add(index, NULL, &key, 1), FACENET_INVALID_ARGUMENT, "vectors is NULL");
  CHECK_FAILS(facenet_index_replace(index, vector, NULL, 1), FACENET_INVALID_ARGUMENT, "keys is NULL");
  CHECK_FAILS(facenet_index_remove(index, NULL, 1, NULL), FACENET_INVALID_ARGUMENT, "keys is NULL");
  CHECK_FAILS(facenet_index_vector(index, 0, NULL, dimension), FACENET_INVALID_ARGUMENT, "vector is NULL");
  CHECK_FAILS(facenet_index_search(index, NULL, 1, 1, NULL, 0, &key, &distance, NULL), FACENET_INVALID_ARGUMENT, "queries is NULL");
  CHECK_FAILS(facenet_index_search(index, vector, 1, 1, NULL, 1, &key, &distance, NULL), FACENET_INVALID_ARGUMENT, "allowed is NULL");
  CHECK_FAILS(facenet_index_search(index, vector, 1, 1, NULL, 0, NULL, &distance, NULL), FACENET_INVALID_ARGUMENT, "keys is NULL");
  CHECK_FAILS(facenet_index_search(index, vector, 1, 1, NULL, 0, &key, NULL, NULL), FACENET_INVALID_ARGUMENT, "squared_distances");
  CHECK_FAILS(facenet_index_save(index, NULL), FACENET_INVALID_ARGUMENT, "path is NULL");
  CHECK_FAILS(facenet_index_check(NULL), FACENET_INVALID_ARGUMENT, "is NULL");
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    CHECK(facenet_index_add(index, vector, &key, sizes[i]) == FACENET_TOO_LARGE);
    CHECK(facenet_index_replace(index, vector, &key, sizes[i]) == FACENET_TOO_LARGE);
    CHECK(facenet_index_remove(index, &key, sizes[i], NULL) == FACENET_TOO_LARGE);
    CHECK(facenet_index_search(index, vector, sizes[i], 1, NULL, 0, &key, &distance, NULL) == FACENET_TOO_LARGE);
    CHECK(facenet_index_search(index, vector, 1, sizes[i], NULL, 0, &key, &distance, NULL) == FACENET_TOO_LARGE);
    CHECK(facenet_index_search(index, vector, 1, 1, &key, sizes[i], &key, &distance, NULL) == FACENET_TOO_LARGE);
  }
  facenet_index_free(NULL);
  facenet_index_free(index);
  CHECK_FAILS(facenet_index_check(index), FACENET_INVALID_ARGUMENT, "was freed");
}

/* Eight threads: six search, one adds and removes, one replaces; what nobody touches is always found. */
static facenet_index *shared;
static atomic_int changers;

static void *search_shared(void *failures) {
  for (int round = 0; changers > 0 || round < 50; round++) {
    int at = round * 37 % 1000;
    if (nearest_key(shared, (float)at) != at * 10) ++*(int *)failures;
  }
  return NULL;
}

static void *change_shared(void *failures) {
  float vectors[20 * dimension];
  int64_t keys[20];
  for (int i = 0; i < 20; i++) {
    place(vectors + i * dimension, -50.0f - (float)i);
    keys[i] = 100000 + i;
  }
  for (int round = 0; round < 100; round++) {
    size_t removed = 0;
    if (facenet_index_replace(shared, vectors, keys, 20) != FACENET_OK) ++*(int *)failures;
    if (facenet_index_remove(shared, keys, 20, &removed) != FACENET_OK || removed != 20) ++*(int *)failures;
  }
  changers--;
  return NULL;
}

static void *replace_shared(void *failures) {
  float vector[dimension];
  int64_t key = 200000;
  for (int round = 0; round < 200; round++) {
    place(vector, -100.0f - (float)round);
    if (facenet_index_replace(shared, vector, &key, 1) != FACENET_OK) ++*(int *)failures;
  }
  changers--;
  return NULL;
}

static void eight_threads_share_an_index(void) {
  pthread_t threads[8];
  int failures[8] = {0};
  shared = make_index(FACENET_INDEX_AUTO, 1000);
  changers = 2;
  for (int i = 0; i < 8; i++) {
    void *(*work)(void *) = i == 0 ? change_shared : i == 1 ? replace_shared : search_shared;
    CHECK(pthread_create(&threads[i], NULL, work, &failures[i]) == 0);
  }
  for (int i = 0; i < 8; i++) {
    pthread_join(threads[i], NULL);
    CHECK(failures[i] == 0);
  }
  CHECK(facenet_index_count(shared) == 1001 && nearest_key(shared, -299) == 200000);
  facenet_index_free(shared);
}

static int visits;

static int32_t use_from_inside(void *context, double fraction) {
  if (fraction == 1) return 0; /* it is done */
  visits++;
  float vector[dimension], distance;
  int64_t key = 1;
  place(vector, 3);
  /* It would wait for itself. */
  CHECK_FAILS(facenet_index_search(context, vector, 1, 1, NULL, 0, &key, &distance, NULL), FACENET_INVALID_ARGUMENT, "in use");
  CHECK_FAILS(facenet_index_add(context, vector, &key, 1), FACENET_INVALID_ARGUMENT, "in use");
  CHECK(facenet_index_count(context) == 0 && facenet_index_dimension(context) == dimension);
  facenet_index *other = make_index(FACENET_INDEX_AUTO, 3);
  CHECK(nearest_key(other, 2) == 20);
  facenet_index_free(other);
  return 0;
}

static void an_index_in_use_is_refused_to_its_progress_function(void) {
  facenet_index *index = make_index(FACENET_INDEX_AUTO, 10);
  float vector[dimension], distance;
  int64_t key = 555;
  place(vector, 20);
  facenet_progress_set(use_from_inside, index);
  CHECK(facenet_index_add(index, vector, &key, 1) == FACENET_OK);
  CHECK(facenet_index_search(index, vector, 1, 1, NULL, 0, &key, &distance, NULL) == FACENET_OK && key == 555);
  CHECK(facenet_index_save(index, path) == FACENET_OK && visits > 0);
  facenet_progress_set(NULL, NULL);
  CHECK(facenet_index_count(index) == 11);
  facenet_index_free(index);
}

int main(void) {
  snprintf(folder, sizeof folder, "/tmp/facenet-index-XXXXXX");
  CHECK(mkdtemp(folder) != NULL);
  snprintf(path, sizeof path, "%s/vectors.index", folder);
  RUN(every_kind_finds_the_nearest);
  RUN(rows_are_filled_up);
  RUN(statistics_say_what_was_looked_at);
  RUN(vectors_are_replaced_and_removed);
  RUN(what_is_wrong_changes_nothing);
  RUN(an_index_is_saved_opened_and_checked);
  RUN(options_are_checked);
  RUN(no_handles_and_impossible_sizes);
  RUN(eight_threads_share_an_index);
  RUN(an_index_in_use_is_refused_to_its_progress_function);
  unlink(path);
  rmdir(folder);
  FINISH();
}
