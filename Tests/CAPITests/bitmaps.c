/* Pictures decoded, borrowed and refused. */
#include "check.h"

#include <stdlib.h>
#include <unistd.h>

static void decoded_pixels_are_the_picture(void) {
  facenet_bitmap *bitmap = make_bitmap();
  facenet_image image;
  CHECK(facenet_bitmap_image(bitmap, &image) == FACENET_OK);
  CHECK(image.width == 4 && image.height == 3 && image.stride == 12 && image.format == FACENET_RGB8);
  for (unsigned y = 0; y < 3; y++)
    for (unsigned x = 0; x < 4; x++) {
      const uint8_t *pixel = image.pixels + y * image.stride + 3 * x;
      CHECK(pixel[0] == 10 * x && pixel[1] == 20 * y && pixel[2] == 7);
    }
  facenet_bitmap_free(bitmap);
}

static void a_file_opens_by_content(void) {
  char path[] = "/tmp/facenet-XXXXXX";
  unsigned char bytes[128];
  size_t count = make_ppm(bytes);
  int file = mkstemp(path);
  CHECK(file >= 0 && write(file, bytes, count) == (ssize_t)count);
  close(file);
  facenet_bitmap *bitmap = NULL;
  CHECK(facenet_bitmap_open(path, &bitmap) == FACENET_OK && bitmap);
  facenet_bitmap_free(bitmap);
  CHECK(truncate(path, (off_t)count - 1) == 0);
  CHECK_FAILS(facenet_bitmap_open(path, &bitmap), FACENET_CORRUPT, path);
  CHECK(truncate(path, 0) == 0);
  CHECK_FAILS(facenet_bitmap_open(path, &bitmap), FACENET_CORRUPT, "empty");
  unlink(path);
  CHECK_FAILS(facenet_bitmap_open(path, &bitmap), FACENET_NOT_FOUND, path);
  CHECK_FAILS(facenet_bitmap_open("/tmp", &bitmap), FACENET_INVALID_ARGUMENT, "/tmp");
}

/* Every cut of a good file, and every single changed byte of its head, is a picture or an error. */
static void broken_bytes_are_refused(void) {
  unsigned char good[128], bytes[128];
  size_t count = make_ppm(good);
  for (size_t cut = 0; cut < count; cut++) {
    facenet_bitmap *bitmap = NULL;
    CHECK(facenet_bitmap_decode(good, cut, &bitmap) != FACENET_OK && !bitmap);
  }
  for (size_t at = 0; at < 11; at++)
    for (int byte = 0; byte < 256; byte++) {
      facenet_bitmap *bitmap = NULL;
      memcpy(bytes, good, count);
      bytes[at] = (unsigned char)byte;
      facenet_status status = facenet_bitmap_decode(bytes, count, &bitmap);
      CHECK((status == FACENET_OK) == (bitmap != NULL));
      facenet_bitmap_free(bitmap);
    }
}

static void a_huge_header_costs_no_memory(void) {
  static const char huge[] = "P6 60000 60000 255\n";
  facenet_bitmap *bitmap;
  CHECK_FAILS(facenet_bitmap_decode(huge, sizeof huge - 1, &bitmap), FACENET_TOO_LARGE, "60000x60000");
}

static void counts_beyond_memory_are_refused(void) {
  facenet_bitmap *bitmap;
  CHECK(facenet_bitmap_decode("P6", SIZE_MAX, &bitmap) == FACENET_TOO_LARGE);
  CHECK(facenet_bitmap_decode("P6", (size_t)PTRDIFF_MAX, &bitmap) == FACENET_TOO_LARGE);
}

static void paths_are_text(void) {
  facenet_bitmap *bitmap = (facenet_bitmap *)&bitmap;
  CHECK_FAILS(facenet_bitmap_open("\xFF\xFE.jpg", &bitmap), FACENET_INVALID_ARGUMENT, "UTF-8");
  CHECK_FAILS(facenet_bitmap_open("\xC3", &bitmap), FACENET_INVALID_ARGUMENT, "UTF-8");
  CHECK(facenet_bitmap_open("", &bitmap) == FACENET_NOT_FOUND);
  char *path = malloc(200000);
  memset(path, 'a', 199999);
  path[199999] = 0;
  CHECK_FAILS(facenet_bitmap_open(path, &bitmap), FACENET_INVALID_ARGUMENT, "65535");
  path[60000] = 0;
  CHECK(facenet_bitmap_open(path, &bitmap) != FACENET_OK);
  free(path);
  CHECK(bitmap == (facenet_bitmap *)&bitmap);
}

int main(void) {
  RUN(decoded_pixels_are_the_picture);
  RUN(a_file_opens_by_content);
  RUN(broken_bytes_are_refused);
  RUN(a_huge_header_costs_no_memory);
  RUN(counts_beyond_memory_are_refused);
  RUN(paths_are_text);
  FINISH();
}
