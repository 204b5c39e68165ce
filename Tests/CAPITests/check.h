/* A test program is a list of functions: each prints `passed: NAME` or `failed: NAME`, and where a CHECK did not hold. */
#ifndef CHECK_H
#define CHECK_H

#include <facenet.h>
#include <stdio.h>
#include <string.h>

static int check_failures;

#define CHECK(condition)                                                                     \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      check_failures++;                                                                      \
      printf("%s:%d: %s does not hold (%s)\n", __FILE__, __LINE__, #condition, facenet_error_message()); \
    }                                                                                        \
  } while (0)

/* A call that must fail with a status, and say why in words that contain `words`. */
#define CHECK_FAILS(call, expected, words)                                                     \
  do {                                                                                         \
    facenet_status status_ = (call);                                                           \
    if (status_ != (expected) || !strstr(facenet_error_message(), (words))) {                  \
      check_failures++;                                                                        \
      printf("%s:%d: %s gave %s (%s), expected %s with \"%s\"\n", __FILE__, __LINE__, #call,   \
             facenet_status_name(status_), facenet_error_message(), facenet_status_name(expected), (words)); \
    }                                                                                          \
  } while (0)

#define RUN(test)                                              \
  do {                                                         \
    int before_ = check_failures;                              \
    test();                                                    \
    printf("%s: %s\n", check_failures == before_ ? "passed" : "failed", #test); \
    fflush(stdout);                                            \
  } while (0)

#define FINISH() return check_failures != 0

/* A 4x3 picture as a PPM file in memory: pixel (x, y) is (10x, 20y, 7). */
static inline size_t make_ppm(unsigned char *bytes) {
  size_t length = (size_t)sprintf((char *)bytes, "P6 4 3 255\n");
  for (int y = 0; y < 3; y++)
    for (int x = 0; x < 4; x++) {
      bytes[length++] = (unsigned char)(10 * x);
      bytes[length++] = (unsigned char)(20 * y);
      bytes[length++] = 7;
    }
  return length;
}

static inline facenet_bitmap *make_bitmap(void) {
  unsigned char bytes[128];
  facenet_bitmap *bitmap = NULL;
  CHECK(facenet_bitmap_decode(bytes, make_ppm(bytes), &bitmap) == FACENET_OK);
  return bitmap;
}

#endif
