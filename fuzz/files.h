/* The corpus in memory, and files from it with something changed. */
#ifndef FILES_H
#define FILES_H

#include "caller.h"

#include <dirent.h>
#include <sys/stat.h>

typedef struct file {
  char path[1024];
  uint8_t *bytes;
  size_t count;
  /* What a model takes: types, ranks and sizes (0: free). */
  struct { int type; uint32_t rank; size_t shape[8]; } inputs[8];
  size_t input_count;
} file;

enum { PICTURES, MODELS, EMBEDDERS, DETECTORS, FILE_KINDS };
static const char *const file_words[FILE_KINDS] = {"picture", "model", "embedder", "detector"};
static struct { file files[1024]; size_t count; } corpus[FILE_KINDS];

static void read_inputs(file *file) {
  char path[1100], line[256];
  snprintf(path, sizeof path, "%.*s.inputs", (int)(strrchr(file->path, '.') - file->path), file->path);
  FILE *stream = fopen(path, "r");
  while (stream && file->input_count < 8 && fgets(line, sizeof line, stream)) {
    char *rest = line;
    size_t position = file->input_count++;
    file->inputs[position].type = (int)strtol(line, &rest, 10);
    while (*rest && *rest != '\n' && file->inputs[position].rank < 8)
      file->inputs[position].shape[file->inputs[position].rank++] = strtoul(rest, &rest, 10);
  }
  if (stream) fclose(stream);
}

static int read_file(file *file) {
  FILE *stream = fopen(file->path, "rb");
  struct stat information;
  if (!stream || fstat(fileno(stream), &information)) return 0;
  file->count = (size_t)information.st_size;
  file->bytes = malloc(file->count + 1);
  int is_read = fread(file->bytes, 1, file->count, stream) == file->count;
  fclose(stream);
  return is_read;
}

/* - Returns: whether there is a file of every kind. */
static int read_corpus(const char *folder) {
  struct dirent **entries;
  int count = scandir(folder, &entries, NULL, alphasort);
  for (int i = 0; i < count; free(entries[i++])) {
    const char *name = entries[i]->d_name;
    if (strstr(name, ".inputs")) continue;
    for (int kind = 0; kind < FILE_KINDS; kind++) {
      if (strncmp(name, file_words[kind], strlen(file_words[kind])) || corpus[kind].count == 1024) continue;
      file *file = &corpus[kind].files[corpus[kind].count++];
      snprintf(file->path, sizeof file->path, "%s/%s", folder, name);
      if (!read_file(file)) return 0;
      if (kind != PICTURES) read_inputs(file);
    }
  }
  if (count > 0) free(entries);
  for (int kind = 0; kind < FILE_KINDS; kind++)
    if (!corpus[kind].count) return 0;
  return 1;
}

static void overwrite(dice *dice, uint8_t *bytes, size_t count) {
  static const uint8_t borders[] = {0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF};
  size_t at = below(dice, count);
  switch (below(dice, 4)) {
  case 0: bytes[at] ^= (uint8_t)(1 << below(dice, 8)); break;
  case 1: bytes[at] = ONE_OF(dice, borders); break;
  case 2: bytes[at] = (uint8_t)roll(dice); break;
  default: /* a character of a number in the metadata */
    for (size_t i = 0; i < count; i++, at = (at + 1) % count)
      if (bytes[at] >= '0' && bytes[at] <= '9') {
        bytes[at] = (uint8_t)"0123456789-.,e: "[below(dice, 16)];
        break;
      }
  }
}

/* Bytes of `file`, changed here and there, in memory of exactly their number. */
static uint8_t *changed(caller *c, const file *file, size_t *count) {
  dice *dice = &c->dice;
  size_t cut = happens(dice, 15) ? below(dice, file->count + 1) : file->count;
  size_t removed = cut && happens(dice, 10) ? below(dice, cut < 32 ? cut : 32) : 0;
  size_t at = below(dice, cut - removed + 1), added = happens(dice, 10) ? below(dice, 32) : 0;
  uint8_t *bytes = lend(c, *count = cut - removed + added);
  memcpy(bytes, file->bytes, at);
  for (size_t i = 0; i < added; i++) bytes[at + i] = (uint8_t)roll(dice);
  memcpy(bytes + at + added, file->bytes + at + removed, cut - removed - at);
  for (size_t change = below(dice, 6); *count && change; change--) overwrite(dice, bytes, *count);
  return bytes;
}

/* A file of a kind, mostly: as it is, changed, or nothing but noise. `origin`: which one it was. */
static const void *any_file(caller *c, int kind, size_t *count, const file **origin) {
  dice *dice = &c->dice;
  if (happens(dice, 8)) kind = (int)below(dice, FILE_KINDS);
  *origin = &corpus[kind].files[below(dice, corpus[kind].count)];
  if (happens(dice, 2)) return *count = happens(dice, 50) ? 0 : impossible_size(dice), NULL;
  if (happens(dice, 2)) return *count = impossible_size(dice), lend(c, 1);
  if (happens(dice, 55)) return changed(c, *origin, count);
  if (happens(dice, 95)) return memcpy(lend(c, *count = (*origin)->count), (*origin)->bytes, (*origin)->count);
  uint8_t *noise = lend(c, *count = below(dice, 200));
  for (size_t i = 0; i < *count; i++) noise[i] = (uint8_t)roll(dice);
  return noise;
}

#endif
