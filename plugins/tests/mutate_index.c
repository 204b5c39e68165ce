/* Uses the plugin of an index as the library does: adds, removes, searches, saves, restores; then restores what was saved
 * cut short and with bytes changed, and uses what comes of it. All arrays are as long as they must be: under a sanitizer,
 * what is read or written beyond them is seen.
 *
 * Usage: mutate_index PLUGIN.so CHANGES SEED   prints "RESTORED REFUSED"
 * Exit status 0: what was saved was restored and finds the same, and the rest was restored or refused by a sentence. */
#include <dlfcn.h>
#include <facenet_plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIMENSION = 9, COUNT = 400, ADDED = 50, NEAREST = 20 };

static facenet_index_methods methods;
static char sentence[1024];
static int stops;

static facenet_status describe(facenet_registrar *registrar, const facenet_plugin_description *description) {
  (void)registrar;
  return description->abi == FACENET_PLUGIN_ABI ? FACENET_OK : FACENET_UNSUPPORTED;
}

static facenet_status add_index(facenet_registrar *registrar, const char *name, const facenet_index_methods *given,
                                void *component) {
  (void)registrar, (void)name, (void)component;
  methods = *given;
  return FACENET_OK;
}

static facenet_status fail(facenet_status status, const char *message) {
  snprintf(sentence, sizeof sentence, "%s", message);
  return status;
}

static int32_t progress(double fraction) { return !(fraction >= 0 && fraction <= 1) || (stops && fraction > 0.5); }

static const facenet_host host = {.struct_size = sizeof host, .abi = FACENET_PLUGIN_ABI, .version = FACENET_VERSION,
                                  .describe = describe, .add_index = add_index, .fail = fail, .progress = progress};

#define EXPECT(condition)                                                            \
  do {                                                                               \
    if (!(condition)) {                                                              \
      printf("line %d: %s does not hold (%s)\n", __LINE__, #condition, sentence);    \
      exit(1);                                                                       \
    }                                                                                \
  } while (0)

typedef struct bytes {
  char *start;
  size_t count;
} bytes;

static int32_t gather(void *context, const void *start, size_t count) {
  bytes *all = context;
  all->start = realloc(all->start, all->count + count + 1);
  if (count) memcpy(all->start + all->count, start, count);
  all->count += count;
  return 0;
}

static float vectors[COUNT + ADDED][DIMENSION];
static int64_t numbers[COUNT + ADDED];

/* How many numbers a search finds; each is once there and one of those that may be. */
static size_t search(void *self, const float *query, int64_t *found, const char *is_there) {
  float *copy = malloc(DIMENSION * sizeof *copy);
  memcpy(copy, query, DIMENSION * sizeof *copy);
  int64_t *room = malloc(NEAREST * sizeof *room);
  size_t count = NEAREST + 1;
  EXPECT(methods.search(self, copy, room, NEAREST, &count) == FACENET_OK && count <= NEAREST);
  for (size_t i = 0; i < count; i++) {
    EXPECT(room[i] >= 0 && room[i] < COUNT + ADDED && is_there[room[i]]);
    for (size_t k = 0; k < i; k++) EXPECT(room[k] != room[i]);
  }
  memcpy(found, room, count * sizeof *room);
  free(copy);
  free(room);
  return count;
}

/* Searches, adds, removes nearly all, and saves. */
static void use(void *self, char *is_there) {
  int64_t found[NEAREST];
  for (int i = 0; i < 20; i++) search(self, vectors[COUNT + i], found, is_there);
  EXPECT(methods.add(self, numbers + COUNT, vectors[COUNT], ADDED) == FACENET_OK);
  for (int i = COUNT; i < COUNT + ADDED; i++) is_there[i] = 1;
  for (int i = 0; i < 20; i++) search(self, vectors[i], found, is_there);
  for (int i = 0; i < COUNT; i++) {
    if (!is_there[i]) continue;
    EXPECT(methods.remove(self, numbers + i, 1) == FACENET_OK);
    is_there[i] = 0;
    if (i % 50 == 0) search(self, vectors[i], found, is_there);
  }
  bytes saved = {0};
  EXPECT(methods.save(self, gather, &saved) == FACENET_OK);
  free(saved.start);
  methods.close(self);
}

static unsigned dice;

static unsigned below(unsigned limit) {
  dice = dice * 1664525 + 1013904223;
  return (dice >> 8) % limit;
}

int main(int count, char **arguments) {
  EXPECT(count == 4);
  void *library = dlopen(arguments[1], RTLD_NOW);
  int changes = atoi(arguments[2]);
  dice = (unsigned)atoi(arguments[3]);
  facenet_plugin_entry_function *entry = NULL;
  *(void **)&entry = dlsym(library, "facenet_plugin_entry");
  EXPECT(entry && entry(&host, NULL) == FACENET_OK);
  for (int i = 0; i < COUNT + ADDED; i++) {
    numbers[i] = i;
    for (int k = 0; k < DIMENSION; k++) vectors[i][k] = (float)below(1000) / 1000;
  }

  facenet_index_options options = {.struct_size = sizeof options, .recall = 0.99f, .threads = 1, .seed = 3};
  void *self = NULL;
  EXPECT(methods.open(NULL, DIMENSION, &options, &self) == FACENET_OK);
  bytes nothing = {0};
  EXPECT(methods.save(self, gather, &nothing) == FACENET_OK);
  EXPECT(methods.add(self, numbers, vectors[0], COUNT) == FACENET_OK);
  /* What is stopped adds nothing; what is not there is not removed. */
  static char is_there[COUNT + ADDED], now[COUNT + ADDED];
  memset(is_there, 1, COUNT);
  stops = 1;
  int64_t found[NEAREST], again[NEAREST], missing[2] = {3, COUNT + 1};
  int64_t many[2 * ADDED];
  float more[2 * ADDED][DIMENSION];
  for (int i = 0; i < 2 * ADDED; i++) many[i] = COUNT + i, memcpy(more[i], vectors[i], sizeof more[i]);
  EXPECT(methods.add(self, many, more[0], 2 * ADDED) == FACENET_CANCELLED);
  stops = 0;
  EXPECT(methods.remove(self, missing, 2) == FACENET_INVALID_ARGUMENT);
  for (int i = 0; i < COUNT; i++) EXPECT(search(self, vectors[i], found, is_there) == NEAREST && found[0] == i);
  for (int i = 0; i < COUNT / 5; i++) {
    EXPECT(methods.remove(self, numbers + 5 * i, 1) == FACENET_OK);
    is_there[5 * i] = 0;
  }

  size_t left = 0;
  static int64_t kept[COUNT];
  static float their[COUNT][DIMENSION];
  for (int i = COUNT - 1; i >= 0; i--) {
    if (!is_there[i]) continue;
    kept[left] = i;
    memcpy(their[left++], vectors[i], sizeof their[0]);
  }
  bytes saved = {0};
  EXPECT(methods.save(self, gather, &saved) == FACENET_OK);
  void *restored = NULL;
  EXPECT(methods.restore(NULL, DIMENSION, &options, NULL, NULL, 0, nothing.start, nothing.count, &restored) == FACENET_OK);
  methods.close(restored);
  EXPECT(methods.restore(NULL, DIMENSION, &options, kept, their[0], left, saved.start, saved.count, &restored) == FACENET_OK);
  for (int i = 0; i < COUNT; i++) {
    size_t one = search(self, vectors[i], found, is_there), other = search(restored, vectors[i], again, is_there);
    EXPECT(one == NEAREST && other == NEAREST && found[0] == again[0]);
  }
  memcpy(now, is_there, sizeof now);
  use(restored, now);
  memcpy(now, is_there, sizeof now);
  use(self, now);

  int accepted = 0, refused = 0;
  for (int change = 0; change < 2 * changes; change++) {
    size_t length = change < changes ? below((unsigned)saved.count) : saved.count;
    char *bytes = malloc(length + 1);
    memcpy(bytes, saved.start, length);
    /* A part of the changes hits numbers of four bytes as a whole, so that small ones become other small ones. */
    for (unsigned times = 1 + below(4); change >= changes && times > 0; times--) {
      size_t place = below((unsigned)length);
      if (below(2)) bytes[place] = (char)below(256);
      else bytes[place / 4 * 4] ^= (char)(1u << below(8));
    }
    sentence[0] = 0;
    void *made = NULL;
    facenet_status status = methods.restore(NULL, DIMENSION, &options, kept, their[0], left, bytes, length, &made);
    free(bytes);
    if (status) {
      EXPECT(status == FACENET_CORRUPT && sentence[0]);
      refused++;
      continue;
    }
    memcpy(now, is_there, sizeof now);
    use(made, now);
    accepted++;
  }
  printf("%d %d\n", accepted, refused);
  free(saved.start);
  free(nothing.start);
  return 0;
}
