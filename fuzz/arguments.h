/* Arguments of every kind: right ones, ones at a border, and ones that no caller should pass. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include "files.h"

/* Handles: shared by all threads, freed under their feet. */

enum kind { BITMAP, DETECTOR, EMBEDDER, PIPELINE, MODEL, SESSION, INDEX, GALLERY, KINDS };
enum { PLACES = 6 };
static struct {
  _Atomic uintptr_t handle;
  const file *_Atomic origin; /* the file a model or session was made from */
} live[KINDS][PLACES];
static _Atomic uintptr_t freed[32];

/* Where a handle of this kind is, if there is one. */
static size_t any_place(caller *c, enum kind kind) {
  size_t place = below(&c->dice, PLACES);
  for (int i = 0; i < PLACES && !live[kind][place].handle; i++) place = (place + 1) % PLACES;
  return place;
}

static uintptr_t any_handle(caller *c, enum kind kind) {
  dice *dice = &c->dice;
  uintptr_t handle = live[kind][any_place(c, kind)].handle;
  switch (below(dice, 40)) {
  case 0: return 0;
  case 1: return ONE_OF(dice, freed);
  case 2: return live[below(dice, KINDS)][below(dice, PLACES)].handle;
  case 3: return handle ^ (uintptr_t)1 << below(dice, 64);
  case 4: return (uintptr_t)(happens(dice, 50) ? roll(dice) : any_uint32(dice));
  case 5: return (uintptr_t)lend(c, 8);
  default: return handle;
  }
}

static void release(enum kind kind, uintptr_t handle) {
  switch (kind) {
  case BITMAP: facenet_bitmap_free((facenet_bitmap *)handle); break;
  case DETECTOR: facenet_detector_free((facenet_detector *)handle); break;
  case EMBEDDER: facenet_embedder_free((facenet_embedder *)handle); break;
  case PIPELINE: facenet_pipeline_free((facenet_pipeline *)handle); break;
  case MODEL: facenet_model_free((facenet_model *)handle); break;
  case SESSION: facenet_session_free((facenet_session *)handle); break;
  case INDEX: facenet_index_free((facenet_index *)handle); break;
  default: facenet_gallery_free((facenet_gallery *)handle);
  }
}

/* Puts a new handle among the live ones and frees the one that was in its place. */
static void keep(caller *c, enum kind kind, uintptr_t handle, const file *origin) {
  if (!handle) DEFECT(c, "success gave the handle NULL");
  size_t place = below(&c->dice, PLACES);
  uintptr_t old = atomic_exchange(&live[kind][place].handle, handle);
  live[kind][place].origin = origin;
  release(kind, old);
  if (old) freed[below(&c->dice, 32)] = old;
}

/* Text. */

static char *lend_text(caller *c, const char *text) { return strcpy(lend(c, strlen(text) + 1), text); }

static char *long_text(caller *c) {
  static const size_t lengths[] = {255, 256, 1023, 1024, 4095, 4096, 65535, 65536, 100000};
  size_t length = ONE_OF(&c->dice, lengths);
  char *text = lend(c, length + 1);
  memset(text, happens(&c->dice, 50) ? '/' : 'a', length);
  text[length] = 0;
  return text;
}

/* Paths that are strange to every function. `scratch` holds a named pipe. */
static char scratch[512];

static char *strange_path(caller *c) {
  static const char *const paths[] = {"", " ", ".", "..", "/", "/no/such/file", "no-such-model", "/dev/null", "/dev/zero",
                                      "/dev/tty", "/proc/self/mem", "/proc/self/maps", "%s%n", "a\nb.onnx", "\xFF\xFE",
                                      "\xED\xA0\x80.onnx", "\xC3", "../../x.onnx", "model.onnx/", "\xE2\x80\xAE.onnx"};
  if (happens(&c->dice, 10)) return NULL;
  if (happens(&c->dice, 10)) return long_text(c);
  if (happens(&c->dice, 10)) return lend_text(c, scratch);
  char pipe[600];
  snprintf(pipe, sizeof pipe, "%s/pipe.onnx", scratch);
  return lend_text(c, happens(&c->dice, 10) ? pipe : ONE_OF(&c->dice, paths));
}

/* A file of the corpus, or one that was changed on its way to the disk. */
static char *any_path(caller *c, int kind, const file **origin) {
  size_t count;
  *origin = &corpus[kind].files[below(&c->dice, corpus[kind].count)];
  if (happens(&c->dice, 30)) return strange_path(c);
  if (happens(&c->dice, 60)) return lend_text(c, (*origin)->path);
  char path[600];
  snprintf(path, sizeof path, "%s/changed-%d.onnx", scratch, c->number);
  const uint8_t *bytes = changed(c, *origin, &count);
  FILE *stream = fopen(path, "wb");
  if (!stream || fwrite(bytes, 1, count, stream) != count || fclose(stream)) DEFECT(c, "cannot write %s", path);
  return lend_text(c, path);
}

/* Options: `known` bytes that are right but for their first four, in memory of as many bytes as they say. */

static void *any_options(caller *c, const void *options, uint32_t known) {
  dice *dice = &c->dice;
  const uint32_t sizes[] = {0, 1, 3, 4, 8, known - 1, known + 1, known + 8, 4095, 4096, 4097, UINT32_MAX};
  if (happens(dice, 30)) return NULL;
  uint32_t size = happens(dice, 70) ? known : ONE_OF(dice, sizes);
  size_t room = size < 4 || size > 4096 ? 4 : size;
  uint8_t *memory = lend(c, room);
  memset(memory, 0, room);
  memcpy(memory, options, room < known ? room : known);
  memcpy(memory, &size, 4);
  if (room > known && happens(dice, 30)) memory[known + below(dice, room - known)] = (uint8_t)roll(dice);
  return memory;
}

static uint32_t any_threads(dice *dice) { return happens(dice, 90) ? (uint32_t)below(dice, 5) : any_uint32(dice); }
static float any_share(dice *dice) { return happens(dice, 80) ? (float)below(dice, 5) / 8 : any_float(dice); }

/* Pictures: pixels in memory of exactly as many bytes as the structure says, wherever it says something possible. */

/* Bytes of a picture; 0 for one that must be refused before its pixels are read. */
static size_t picture_bytes(const facenet_image *image) {
  static const size_t pixel_bytes[] = {0, 1, 3, 3, 4, 4};
  if (image->format < 1 || image->format > 5 || !image->width || !image->height) return 0;
  size_t row = image->width * pixel_bytes[image->format], stride = image->stride ? image->stride : row;
  if ((uint64_t)image->width * image->height > 100000000 || stride < row) return 0;
  return (image->height - 1) * stride + row;
}

static uint32_t any_side(dice *dice) {
  static const uint32_t sides[] = {0, 1, 2, 3, 31, 32, 33, 64, 100, 500, 65536, INT32_MAX, UINT32_MAX};
  return happens(dice, 70) ? 8 + (uint32_t)below(dice, 60) : ONE_OF(dice, sides);
}

/* A picture; `side`: the width and height it should have, or 0. */
static facenet_image any_picture(caller *c, uint32_t side) {
  dice *dice = &c->dice;
  facenet_image image = {NULL, side, side, 0, FACENET_GRAY8 + (int32_t)below(dice, 5)};
  if (!side || happens(dice, 5)) {
    image.width = any_side(dice);
    image.height = any_side(dice);
  }
  if ((uint64_t)image.width * image.height <= 100000000 && (uint64_t)image.width * image.height > 300000)
    image.height = 1 + image.height % 4;
  if (happens(dice, 30)) image.stride = happens(dice, 70) ? 4 * image.width + (uint32_t)below(dice, 9) : any_uint32(dice);
  if (happens(dice, 4)) image.format = (int32_t)any_uint32(dice);
  if (picture_bytes(&image) >> 40) image.height = 1 + image.height % 4;
  size_t size = picture_bytes(&image);
  if (happens(dice, 3)) return image;
  uint8_t *pixels = lend(c, size);
  for (size_t i = 0, step = 1 + below(dice, 5); size <= LARGEST && i < size; i++)
    pixels[i] = (uint8_t)(i * step ^ (i >> 6) * 5);
  image.pixels = pixels;
  return image;
}

/* The picture of a bitmap where no other thread can free it, else one of our own; NULL now and then. */
static facenet_image *any_image(caller *c) {
  if (happens(&c->dice, 2)) return NULL;
  facenet_image *image = lend(c, sizeof *image), seen;
  uintptr_t bitmap = live[BITMAP][any_place(c, BITMAP)].handle;
  if (c->is_alone && happens(&c->dice, 40) && facenet_bitmap_image((facenet_bitmap *)bitmap, &seen) == FACENET_OK)
    *image = seen;
  else
    *image = any_picture(c, 0);
  return image;
}

static facenet_face *any_face(caller *c) {
  dice *dice = &c->dice;
  if (happens(dice, 3)) return NULL;
  facenet_face *face = lend(c, sizeof *face);
  float *numbers = (float *)face;
  float unit = happens(dice, 90) ? 1 : any_float(dice);
  static const float right[15] = {4, 4, 28, 28, 0.9f, 10, 12, 22, 12, 16, 18, 11, 23, 21, 23};
  for (int i = 0; i < 15; i++) numbers[i] = right[i] * unit + (float)below(dice, 3);
  if (happens(dice, 20)) numbers[below(dice, 15)] = any_float(dice);
  return face;
}

static facenet_point *any_points(caller *c) {
  dice *dice = &c->dice;
  if (happens(dice, 3)) return NULL;
  facenet_point *points = lend(c, 5 * sizeof *points);
  float unit = happens(dice, 70) ? 1 : any_float(dice);
  for (int i = 0; i < 5; i++) points[i] = (facenet_point){unit * (float)below(dice, 40), unit * (float)below(dice, 40)};
  if (happens(dice, 10)) points[below(dice, 5)].x = any_float(dice);
  return points;
}

static float *any_vector(caller *c, size_t count) {
  if (happens(&c->dice, 3)) return NULL;
  float *vector = lend(c, count * sizeof *vector);
  for (size_t i = 0; i < count; i++) vector[i] = any_float(&c->dice);
  return vector;
}

/* Room for results: as many as wanted, fewer, more, or a number that no memory has. */
static size_t any_capacity(dice *dice, size_t wanted) {
  if (happens(dice, 3)) return impossible_size(dice);
  return happens(dice, 80) ? wanted : wanted + below(dice, 4) - (wanted > 2 ? 2 : wanted);
}

static void *room(caller *c, size_t capacity, size_t size) {
  return output(c, capacity > SIZE_MAX / 4 ? 1 : capacity * size);
}

/* Tensors. */

static void fill_tensor(caller *c, void *values, int type, size_t count) {
  dice *dice = &c->dice;
  int is_wild = happens(dice, 15);
  for (size_t i = 0; i < count; i++) {
    int64_t number = is_wild ? (int64_t)roll(dice) : (int64_t)below(dice, 6) - 2;
    switch (type) {
    case FACENET_FLOAT32: ((float *)values)[i] = is_wild ? any_float(dice) : (float)number / 2; break;
    case FACENET_INT32: ((int32_t *)values)[i] = (int32_t)number; break;
    case FACENET_INT64: ((int64_t *)values)[i] = number; break;
    case FACENET_BOOL: ((uint8_t *)values)[i] = is_wild ? (uint8_t)number : (uint8_t)(number & 1); break;
    default: ((uint8_t *)values)[i] = (uint8_t)number;
    }
  }
}

/* A tensor of the shape given, or of another; its memory has the size that shape and type say. */
static facenet_tensor any_tensor(caller *c, int type, uint32_t rank, const size_t *shape) {
  static const size_t widths[] = {0, 4, 1, 1, 4, 8, 1}, borders[] = {0, 1, 2, 65536, (size_t)1 << 31, (size_t)1 << 62};
  dice *dice = &c->dice;
  if (happens(dice, 8)) type = happens(dice, 50) ? (int)below(dice, 9) - 1 : (int)any_uint32(dice);
  if (happens(dice, 5)) rank = happens(dice, 90) ? (uint32_t)below(dice, 10) : UINT32_MAX;
  size_t *sizes = lend(c, (rank > 9 ? 1 : rank) * sizeof *sizes), count = 1;
  for (uint32_t i = 0; i < rank && rank <= 9; i++) {
    sizes[i] = shape && shape[i < 8 ? i : 0] ? shape[i < 8 ? i : 0] : 1 + below(dice, happens(dice, 80) ? 4 : 24);
    if (happens(dice, 4)) sizes[i] = happens(dice, 80) ? ONE_OF(dice, borders) : impossible_size(dice);
  }
  for (uint32_t i = 0; i < rank && rank <= 9; i++)
    if (__builtin_mul_overflow(count, sizes[i], &count)) count = SIZE_MAX;
  size_t width = type >= 1 && type <= 6 ? widths[type] : 1;
  /* What is large and allowed would only take time: make it small. What is larger must be refused unread. */
  int is_refused = rank > 8 || type < 1 || type > 6 || count > (size_t)1 << 31;
  if (!is_refused && count > 1 << 16) sizes[0] = 0, count = 0;
  void *values = lend(c, is_refused ? 1 : count * width);
  if (!is_refused) fill_tensor(c, values, type, count);
  return (facenet_tensor){happens(dice, 2) ? NULL : values, happens(dice, 2) ? NULL : sizes, rank, type};
}

#endif
