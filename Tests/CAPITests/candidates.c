/* Kinds of index of a plugin that is part of this program: used by name, asked for candidates, and believed only so far.
 * `fault` says how they misbehave. */
#include "check.h"

#include <facenet_plugin.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { DIMENSION = 5, MOST = 4096, COUNT = 1000 };

static const facenet_host *host;
static const char *fault = "";
static atomic_int opened, closed, restored, inside, together, asked;

static int is(const char *how) { return !strcmp(fault, how); }

/* Vectors as they are, by number. */
typedef struct list {
  float vectors[MOST][DIMENSION];
  int is_there[MOST];
} list;

static facenet_index_options seen;

static facenet_status list_open(void *component, uint32_t dimension, const facenet_index_options *options, void **self) {
  (void)component;
  if (is("open")) return host->fail(FACENET_UNSUPPORTED, "the shelf is full");
  if (dimension != DIMENSION) return host->fail(FACENET_UNSUPPORTED, "vectors of five numbers only");
  seen = *options;
  opened++;
  *self = calloc(1, sizeof(list));
  return FACENET_OK;
}

static facenet_status list_add(void *self, const int64_t *numbers, const float *vectors, size_t count) {
  list *l = self;
  if (is("add")) return host->fail(FACENET_IO, "the shelf fell down");
  for (size_t i = 0; i < count; i++) {
    if (numbers[i] < 0 || numbers[i] >= MOST || l->is_there[numbers[i]]) return FACENET_INTERNAL;
    memcpy(l->vectors[numbers[i]], vectors + i * DIMENSION, sizeof l->vectors[0]);
    l->is_there[numbers[i]] = 1;
  }
  return FACENET_OK;
}

static facenet_status list_remove(void *self, const int64_t *numbers, size_t count) {
  list *l = self;
  if (is("remove")) return host->fail(FACENET_IO, "it sticks");
  for (size_t i = 0; i < count; i++) {
    if (numbers[i] < 0 || numbers[i] >= MOST || !l->is_there[numbers[i]]) return FACENET_INTERNAL;
    l->is_there[numbers[i]] = 0;
  }
  return FACENET_OK;
}

static float distance(const float *a, const float *b) {
  float sum = 0;
  for (int i = 0; i < DIMENSION; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

static unsigned below(unsigned limit) {
  static atomic_uint state = 1;
  return (state = state * 1664525u + 1013904223u) / 256 % limit;
}

/* Whatever: often what might be right. */
static facenet_status answer_by_chance(int64_t *numbers, size_t capacity, size_t *count) {
  static const facenet_status statuses[] = {FACENET_CORRUPT, FACENET_CANCELLED, FACENET_TOO_LARGE, 77, -1, INT32_MIN};
  for (size_t i = 0; i < capacity; i++) numbers[i] = below(20) ? (int64_t)(i * 40 + below(40)) : (int64_t)below(1u << 13) - 9;
  *count = below(5) ? below((unsigned)capacity + 1) : below(2) ? capacity + below(3) : (size_t)below(1u << 20) << 44;
  return below(8) ? FACENET_OK : statuses[below(6)];
}

static facenet_status list_search(void *self, const float *query, int64_t *numbers, size_t capacity, size_t *count) {
  const list *l = self;
  if (++inside > 1) together++;
  if (is("slow")) usleep(200);
  asked++;
  size_t found = 0;
  if (is("dice")) {
    inside--;
    return answer_by_chance(numbers, capacity, count);
  }
  for (int64_t number = 0; number < MOST; number++) {
    if (!l->is_there[number]) continue;
    size_t place = found < capacity ? found : capacity;
    float d = distance(query, l->vectors[number]);
    for (; place > 0 && d < distance(query, l->vectors[numbers[place - 1]]); place--)
      if (place < capacity) numbers[place] = numbers[place - 1];
    if (place < capacity) numbers[place] = number;
    if (found < capacity) found++;
  }
  inside--;
  if (is("silent")) return FACENET_OK;
  *count = is("few") ? 1 : found;
  if (is("many")) *count = capacity + 1;
  if (is("huge")) *count = SIZE_MAX - 1;
  if (is("twice")) numbers[1] = numbers[0];
  if (is("negative")) numbers[2] = -1;
  if (is("unknown")) numbers[2] = MOST;
  if (is("far")) numbers[2] = INT64_MAX;
  if (is("gone")) numbers[2] = 7;
  if (is("status")) return 77;
  if (is("search")) return host->fail(FACENET_IO, "the light went out");
  return FACENET_OK;
}

static facenet_status list_save(void *self, int32_t (*write)(void *context, const void *bytes, size_t count), void *context) {
  if (is("save")) return host->fail(FACENET_IO, "no paper");
  if (is("nothing")) return write(context, NULL, 9) ? FACENET_INTERNAL : FACENET_OK;
  if (is("endless")) return write(context, self, SIZE_MAX) ? FACENET_INTERNAL : FACENET_OK;
  if (is("stubborn")) return write(context, self, SIZE_MAX), FACENET_OK;
  int is_written = !write(context, "shelf", 5) && !write(context, NULL, 0) && !write(context, "list", 4);
  return is_written ? FACENET_OK : FACENET_INTERNAL;
}

static facenet_status list_restore(void *component, uint32_t dimension, const facenet_index_options *options,
                                   const int64_t *numbers, const float *vectors, size_t count, const void *bytes,
                                   size_t byte_count, void **self) {
  if (byte_count != 9 || memcmp(bytes, "shelflist", 9) || is("restore")) return host->fail(FACENET_CORRUPT, "torn");
  restored++;
  facenet_status status = list_open(component, dimension, options, self);
  return status ? status : list_add(*self, numbers, vectors, count);
}

static void list_close(void *self) {
  closed++;
  free(self);
}

static facenet_status entry(const facenet_host *given, facenet_registrar *registrar) {
  host = given;
  facenet_plugin_description description = {sizeof description, FACENET_PLUGIN_ABI, "crafted", "2.1", "Apache-2.0"};
  facenet_index_methods methods = {sizeof methods, 0,         list_open,    list_add,  list_remove,
                                   list_search,    list_save, list_restore, list_close};
  facenet_status status = host->describe(registrar, &description);
  if (!status) status = host->add_index(registrar, "list", &methods, NULL);
  methods.flags = FACENET_ONE_THREAD;
  if (!status) status = host->add_index(registrar, "one-list", &methods, NULL);
  methods.flags = 0, methods.remove = NULL, methods.save = NULL, methods.restore = NULL;
  if (!status) status = host->add_index(registrar, "keeper", &methods, NULL);
  return status;
}

static facenet_index_kind kind_named(const char *name) {
  facenet_index_kind kind = -1;
  CHECK(facenet_index_kind_named(name, &kind) == FACENET_OK);
  return kind;
}

/* The same vectors in every index: under the key 3 i + 1 the vector of i. */
static void fill(float *vector, int64_t i) {
  for (int k = 0; k < DIMENSION; k++) vector[k] = (float)((i * 7919 + k * 104729) % 1009) / 100 + 1;
}

static void add_range(facenet_index *index, int64_t first, int64_t end) {
  for (int64_t i = first; i < end; i++) {
    float vector[DIMENSION];
    int64_t key = 3 * i + 1;
    fill(vector, i);
    CHECK(facenet_index_add(index, vector, &key, 1) == FACENET_OK);
  }
}

static facenet_index *make(const char *kind, int64_t count) {
  facenet_index_options options = {.struct_size = sizeof options, .kind = kind_named(kind), .threads = 4};
  facenet_index *index = NULL;
  CHECK(facenet_index_create(DIMENSION, &options, &index) == FACENET_OK);
  float vectors[COUNT][DIMENSION];
  int64_t keys[COUNT];
  for (int64_t i = 0; i < count; i++) fill(vectors[i], i), keys[i] = 3 * i + 1;
  CHECK(facenet_index_add(index, vectors[0], keys, (size_t)count) == FACENET_OK);
  return index;
}

/* Whether both find the same. */
static void expect_same(facenet_index *one, facenet_index *other, size_t nearest, const int64_t *allowed, size_t count) {
  float queries[20][DIMENSION], distances[2][20 * 32];
  int64_t keys[2][20 * 32];
  for (int i = 0; i < 20; i++) fill(queries[i], 5000 + i);
  CHECK(facenet_index_search(one, queries[0], 20, nearest, allowed, count, keys[0], distances[0], NULL) == FACENET_OK);
  CHECK(facenet_index_search(other, queries[0], 20, nearest, allowed, count, keys[1], distances[1], NULL) == FACENET_OK);
  CHECK(!memcmp(keys[0], keys[1], 20 * nearest * sizeof keys[0][0]));
  CHECK(!memcmp(distances[0], distances[1], 20 * nearest * sizeof distances[0][0]));
}

static facenet_status search(facenet_index *index) {
  float query[DIMENSION], distances[3];
  int64_t keys[3];
  fill(query, 5000);
  return facenet_index_search(index, query, 1, 3, NULL, 0, keys, distances, NULL);
}

static void a_kind_has_a_name_and_a_number(void) {
  CHECK(kind_named("auto") == FACENET_INDEX_AUTO && kind_named("mlann") == FACENET_INDEX_MLANN);
  facenet_index_kind kind = kind_named("list");
  CHECK(kind > FACENET_INDEX_PLUGIN);
  facenet_component component;
  CHECK(facenet_plugin_component((size_t)(kind - FACENET_INDEX_PLUGIN), &component) == FACENET_OK);
  CHECK(!strcmp(component.kind, "index") && !strcmp(component.name, "list") && !strcmp(component.plugin, "crafted"));
  CHECK_FAILS(facenet_index_kind_named("lost", &kind), FACENET_NOT_FOUND, "'lost'");
  CHECK_FAILS(facenet_index_kind_named(NULL, &kind), FACENET_INVALID_ARGUMENT, "name");
  CHECK_FAILS(facenet_index_kind_named("list", NULL), FACENET_INVALID_ARGUMENT, "out");
  facenet_index *index = make("list", 100);
  CHECK(facenet_index_kind_in_use(index) == kind && seen.kind == kind && seen.threads == 4 && seen.recall > 0.98f);
  facenet_index_free(index);
  facenet_index_options options = {.struct_size = sizeof options, .kind = FACENET_INDEX_PLUGIN + 9999};
  CHECK_FAILS(facenet_index_create(DIMENSION, &options, &index), FACENET_INVALID_ARGUMENT, "options.kind");
  options.kind = kind;
  CHECK_FAILS(facenet_index_create(6, &options, &index), FACENET_UNSUPPORTED, "five numbers only (the index list of");
}

static void it_finds_what_comparing_all_finds(void) {
  int64_t half[COUNT / 2], few[8];
  for (int i = 0; i < COUNT / 2; i++) half[i] = 6 * i + 1;
  for (int i = 0; i < 8; i++) few[i] = 300 * i + 1;
  facenet_index *flat = make("flat", COUNT);
  const char *kinds[] = {"list", "one-list", "keeper"};
  for (int i = 0; i < 3; i++) {
    facenet_index *index = make(kinds[i], COUNT);
    int before = asked;
    expect_same(index, flat, 1, NULL, 0);
    expect_same(index, flat, 32, NULL, 0);
    CHECK(asked == before + 40);
    expect_same(index, flat, 10, half, COUNT / 2);
    CHECK(asked >= before + 60);
    before = asked;
    expect_same(index, flat, 5, few, 8);
    CHECK(asked == before);
    facenet_index_free(index);
  }
  facenet_index_free(flat);
}

static void changes_are_followed(void) {
  facenet_index *indexes[] = {make("flat", COUNT), make("list", COUNT), make("keeper", COUNT)};
  int before = opened;
  for (int i = 0; i < 3; i++) {
    for (int64_t n = 0; n < 320; n++) {
      int64_t key = 9 * n + 1;
      CHECK(facenet_index_remove(indexes[i], &key, 1, NULL) == FACENET_OK);
    }
    CHECK(opened == before);
    for (int64_t n = 1; n < 100; n++) {
      float vector[DIMENSION];
      int64_t key = 9 * n + 4;
      fill(vector, 2000 + n);
      CHECK(facenet_index_replace(indexes[i], vector, &key, 1) == FACENET_OK);
    }
    add_range(indexes[i], 3000, 3050);
  }
  /* 320 of 1000 are no third; 419 of 1099 are. */
  CHECK(opened == before + 1);
  for (int i = 1; i < 3; i++) {
    expect_same(indexes[i], indexes[0], 1, NULL, 0);
    expect_same(indexes[i], indexes[0], 20, NULL, 0);
  }
  for (int i = 0; i < 3; i++) facenet_index_free(indexes[i]);
}

static void what_it_gives_is_checked(void) {
  static const struct {
    const char *fault;
    facenet_status status;
    const char *reason;
  } bad[] = {
      {"silent", FACENET_PLUGIN_FAILED, "the index list of the plugin crafted did not say how many"},
      {"many", FACENET_PLUGIN_FAILED, "gave 21 candidates where there was room for 20"},
      {"huge", FACENET_PLUGIN_FAILED, "gave 18446744073709551614 candidates"},
      {"twice", FACENET_PLUGIN_FAILED, "twice"},
      {"negative", FACENET_PLUGIN_FAILED, "the candidate -1, which is not there"},
      {"unknown", FACENET_PLUGIN_FAILED, "the candidate 4096, which is not there"},
      {"far", FACENET_PLUGIN_FAILED, "the candidate 9223372036854775807, which is not there"},
      {"gone", FACENET_PLUGIN_FAILED, "the candidate 7, which is not there"},
      {"status", FACENET_PLUGIN_FAILED, "returned the status 77"},
      {"search", FACENET_IO, "the light went out (the index list of the plugin crafted)"},
  };
  facenet_index *index = make("list", COUNT), *flat = make("flat", COUNT);
  int64_t key = 22;
  CHECK(facenet_index_remove(index, &key, 1, NULL) == FACENET_OK && facenet_index_remove(flat, &key, 1, NULL) == FACENET_OK);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    fault = bad[i].fault;
    CHECK_FAILS(search(index), bad[i].status, bad[i].reason);
  }
  fault = "few";
  expect_same(index, flat, 3, NULL, 0);
  fault = "";
  expect_same(index, flat, 3, NULL, 0);
  facenet_index_free(index);
  facenet_index_free(flat);
}

static void no_answer_gets_further_than_it_may(void) {
  facenet_index *index = make("list", COUNT);
  int found = 0, failed = 0;
  fault = "dice";
  for (int i = 0; i < 20000; i++) {
    float query[DIMENSION], distances[8];
    int64_t keys[8];
    size_t nearest = 1 + below(8);
    fill(query, i);
    facenet_status status = facenet_index_search(index, query, 1, nearest, NULL, 0, keys, distances, NULL);
    failed += status != FACENET_OK;
    found += status == FACENET_OK;
    if (status) CHECK(status > 0 && status <= FACENET_CANCELLED && strstr(facenet_error_message(), "list"));
    for (size_t k = 0; !status && k < nearest; k++) {
      float vector[DIMENSION];
      CHECK(facenet_index_vector(index, keys[k], vector, DIMENSION) == FACENET_OK);
      CHECK(fabsf(distance(query, vector) - distances[k]) <= 1e-4f * (1 + distances[k]));
      CHECK(k == 0 || distances[k] > distances[k - 1] || (distances[k] == distances[k - 1] && keys[k] > keys[k - 1]));
    }
  }
  CHECK(found > 1000 && failed > 1000);
  fault = "";
  facenet_index_free(index);
}

static int warnings;

static void count_warnings(void *context, facenet_log_level level, const char *message) {
  (void)context;
  warnings += level == FACENET_LOG_WARNING && strstr(message, "compares every vector") != NULL;
}

static void a_change_that_fails_costs_time_alone(void) {
  facenet_index *index = make("list", COUNT / 2), *flat = make("flat", COUNT / 2);
  float vector[DIMENSION];
  int64_t key = 10, other = 8002;
  fill(vector, 9000);
  CHECK(facenet_log_set(count_warnings, NULL, FACENET_LOG_WARNING) == FACENET_OK);
  fault = "add";
  CHECK_FAILS(facenet_index_add(index, vector, &other, 1), FACENET_IO, "the shelf fell down");
  CHECK(facenet_index_count(index) == COUNT / 2 && !facenet_index_contains(index, other));
  expect_same(index, flat, 4, NULL, 0);
  fault = "remove";
  CHECK(facenet_index_remove(index, &key, 1, NULL) == FACENET_OK && warnings == 1);
  CHECK(facenet_index_remove(flat, &key, 1, NULL) == FACENET_OK);
  int before = asked;
  expect_same(index, flat, 4, NULL, 0);
  CHECK(asked == before);
  fault = "add";
  CHECK_FAILS(facenet_index_add(index, vector, &other, 1), FACENET_IO, "the shelf fell down");
  fault = "";
  CHECK(facenet_index_add(index, vector, &other, 1) == FACENET_OK && facenet_index_add(flat, vector, &other, 1) == FACENET_OK);
  expect_same(index, flat, 4, NULL, 0);
  CHECK(asked == before + 20);
  CHECK(facenet_log_set(NULL, NULL, FACENET_LOG_WARNING) == FACENET_OK);
  facenet_index_free(index);
  facenet_index_free(flat);
}

static void it_comes_back_from_its_file(void) {
  char path[] = "/tmp/candidates-XXXXXX";
  CHECK(close(mkstemp(path)) == 0);
  const char *kinds[] = {"list", "keeper"};
  for (int i = 0; i < 2; i++) {
    facenet_index *index = make(kinds[i], 300), *again = NULL;
    for (int64_t key = 1; key < 300; key += 6) CHECK(facenet_index_remove(index, &key, 1, NULL) == FACENET_OK);
    int before = restored, open = opened;
    CHECK(facenet_index_save(index, path) == FACENET_OK && facenet_index_open(path, 2, &again) == FACENET_OK);
    CHECK(restored == before + (i == 0) && opened == open + 1);
    CHECK(facenet_index_check(again) == FACENET_OK && facenet_index_kind_in_use(again) == kind_named(kinds[i]));
    expect_same(again, index, 7, NULL, 0);
    add_range(index, 1000, 1100);
    add_range(again, 1000, 1100);
    for (int64_t key = 4; key < 600; key += 6) CHECK(facenet_index_remove(again, &key, 1, NULL) == FACENET_OK);
    for (int64_t key = 4; key < 600; key += 6) CHECK(facenet_index_remove(index, &key, 1, NULL) == FACENET_OK);
    expect_same(again, index, 7, NULL, 0);
    facenet_index_free(index);
    facenet_index_free(again);
  }
  facenet_index *index = make("list", 300), *again = NULL;
  static const char *const faults[] = {"save", "nothing", "endless", "stubborn"};
  static const char *const reasons[] = {"no paper", "from NULL", "saves 18446744073709551615 bytes", "went on saving"};
  for (int i = 0; i < 4; i++) {
    fault = faults[i];
    CHECK_FAILS(facenet_index_save(index, path), i ? FACENET_PLUGIN_FAILED : FACENET_IO, reasons[i]);
  }
  fault = "";
  CHECK(facenet_index_save(index, path) == FACENET_OK);
  fault = "restore";
  CHECK_FAILS(facenet_index_open(path, 1, &again), FACENET_CORRUPT, "torn (the index list of the plugin crafted)");
  CHECK(strstr(facenet_error_message(), path) != NULL);
  fault = "";
  facenet_index_free(index);
  remove(path);
}

static facenet_index *shared;

static void *search_often(void *unused) {
  (void)unused;
  for (int i = 0; i < 50; i++) CHECK(search(shared) == FACENET_OK);
  return NULL;
}

static void one_thread_means_one_at_a_time(void) {
  const char *kinds[] = {"one-list", "list"};
  fault = "slow";
  for (int i = 0; i < 2; i++) {
    pthread_t threads[4];
    shared = make(kinds[i], 200);
    together = 0;
    for (int t = 0; t < 4; t++) pthread_create(&threads[t], NULL, search_often, NULL);
    for (int t = 0; t < 4; t++) pthread_join(threads[t], NULL);
    CHECK(i == 0 ? together == 0 : together > 0);
    facenet_index_free(shared);
  }
  fault = "";
}

int main(void) {
  CHECK(facenet_plugin_attach(entry) == FACENET_OK);
  RUN(a_kind_has_a_name_and_a_number);
  RUN(it_finds_what_comparing_all_finds);
  RUN(changes_are_followed);
  RUN(what_it_gives_is_checked);
  RUN(no_answer_gets_further_than_it_may);
  RUN(a_change_that_fails_costs_time_alone);
  RUN(it_comes_back_from_its_file);
  RUN(one_thread_means_one_at_a_time);
  CHECK(opened == closed);
  FINISH();
}
