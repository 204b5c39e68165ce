/* Gives a decoder's plugin a file, then the same file cut short and with bytes changed, as a host that lends exactly
 * the room it was asked for: under a sanitizer, what is written beyond it is seen.
 *
 * Usage: mutate PLUGIN.so FILE CHANGES SEED   prints "DECODED REFUSED PEAK", the last in KiB of memory.
 * Exit status 0: the file was decoded, and each other one was, or was refused by a status and a sentence. */
#include <dlfcn.h>
#include <facenet_plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { MOST_PIXELS = 4000000 };

static facenet_decoder_methods decoder;
static void *component;
static char sentence[1024];

static facenet_status describe(facenet_registrar *registrar, const facenet_plugin_description *description) {
  (void)registrar;
  return description->abi == FACENET_PLUGIN_ABI ? FACENET_OK : FACENET_UNSUPPORTED;
}

static facenet_status add_decoder(facenet_registrar *registrar, const char *name,
                                  const facenet_decoder_methods *methods, void *pointer) {
  (void)registrar, (void)name;
  decoder = *methods;
  component = pointer;
  return FACENET_OK;
}

static facenet_status fail(facenet_status status, const char *message) {
  snprintf(sentence, sizeof sentence, "%s", message);
  return status;
}

static void ignore(facenet_log_level level, const char *message) { (void)level, (void)message; }

static int32_t go_on(double fraction) { return !(fraction >= 0 && fraction <= 1); }

static const facenet_host host = {.struct_size = sizeof host, .abi = FACENET_PLUGIN_ABI, .version = FACENET_VERSION,
                                  .describe = describe, .add_decoder = add_decoder, .fail = fail, .log = ignore,
                                  .progress = go_on};

typedef struct room {
  uint8_t *bytes;
  size_t count;
  int is_refused;
} room;

static uint8_t *allocate(void *context, uint32_t width, uint32_t height) {
  room *room = context;
  if (room->bytes) abort();
  room->is_refused = !width || !height || (uint64_t)width * height > MOST_PIXELS;
  if (room->is_refused) return NULL;
  room->count = (size_t)width * height * 3;
  return room->bytes = malloc(room->count);
}

static void exif(void *context, const void *bytes, size_t count) {
  (void)context;
  unsigned sum = 0;
  for (size_t i = 0; i < count; i++) sum += ((const uint8_t *)bytes)[i];
  if (sum == ~0u) abort();
}

/* 1: decoded, 0: refused. The file lies in memory of exactly its size. */
static int give(const uint8_t *bytes, size_t count) {
  uint8_t *file = malloc(count ? count : 1);
  memcpy(file, bytes, count);
  room room = {0};
  facenet_picture_target target = {sizeof target, MOST_PIXELS, MOST_PIXELS, &room, allocate, exif};
  sentence[0] = 0;
  facenet_status status = FACENET_UNSUPPORTED;
  int32_t known = decoder.recognises(component, file, count < 4096 ? count : 4096);
  if (known) status = decoder.decode(component, file, count, &target);
  unsigned sum = 0;
  for (size_t i = 0; !status && i < room.count; i++) sum += room.bytes[i];
  int is_sound = status ? !known || sentence[0] || room.is_refused : room.bytes != NULL;
  if (!is_sound || sum == ~0u) {
    fprintf(stderr, "status %d, %s, \"%s\"\n", status, room.bytes ? "a picture" : "no picture", sentence);
    exit(1);
  }
  free(room.bytes);
  free(file);
  return status == FACENET_OK;
}

/* xorshift64*, Vigna 2016 */
static uint64_t dice(uint64_t *state) {
  *state ^= *state >> 12, *state ^= *state << 25, *state ^= *state >> 27;
  return *state * 2685821657736338717u >> 16;
}

/* Changes a few bytes of a copy; half of the time all of them among the first 1024, where the structure is. */
static void change(uint8_t *copy, size_t count, uint64_t *state) {
  size_t within = dice(state) % 2 && count > 1024 ? 1024 : count;
  for (uint64_t left = 1 + dice(state) % 6; left > 0; left--) {
    size_t place = dice(state) % within;
    switch (dice(state) % 3) {
      case 0: copy[place] ^= (uint8_t)(1u << dice(state) % 8); break;
      case 1: copy[place] = (uint8_t)dice(state); break;
      default: copy[place] = dice(state) % 2 ? 255 : 0;
    }
  }
}

static uint8_t *read_file(const char *path, size_t *count) {
  FILE *stream = fopen(path, "rb");
  if (!stream || fseek(stream, 0, SEEK_END)) return NULL;
  *count = (size_t)ftell(stream);
  rewind(stream);
  uint8_t *bytes = malloc(*count);
  if (fread(bytes, 1, *count, stream) != *count) return NULL;
  fclose(stream);
  return bytes;
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  size_t count = 0;
  uint8_t *bytes = read_file(argv[2], &count);
  void *plugin = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!plugin || !bytes) return fprintf(stderr, "%s\n", plugin ? argv[2] : dlerror()), 2;
  facenet_plugin_entry_function *entry;
  *(void **)&entry = dlsym(plugin, "facenet_plugin_entry");
  if (entry(&host, NULL) || !give(bytes, count)) return fprintf(stderr, "the file itself: %s\n", sentence), 1;
  unsigned changes = (unsigned)strtoul(argv[3], NULL, 10), decoded = 0;
  uint64_t state = strtoull(argv[4], NULL, 10) * 2 + 1;
  uint8_t *copy = malloc(count);
  for (unsigned i = 0; i < changes; i++) decoded += (unsigned)give(bytes, count * i / changes);
  for (unsigned i = 0; i < changes; i++) {
    memcpy(copy, bytes, count);
    change(copy, count, &state);
    decoded += (unsigned)give(copy, count);
  }
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("%u %u %ld\n", decoded, 2 * changes - decoded, usage.ru_maxrss);
  free(copy);
  free(bytes);
  return 0;
}
