/* Alignment and distance: functions of values alone. */
#include "check.h"

#include <math.h>
#include <stdlib.h>

static uint8_t pixels[8 * 40];

/* 12x8 pixels, gray 5x + 20y, rows 40 bytes apart. */
static facenet_image gray_image(void) {
  for (unsigned y = 0; y < 8; y++)
    for (unsigned x = 0; x < 12; x++) pixels[40 * y + x] = (uint8_t)(5 * x + 20 * y);
  facenet_image image = {pixels, 12, 8, 40, FACENET_GRAY8};
  return image;
}

static const facenet_point corners[5] = {{1, 1}, {5, 1}, {3, 3}, {1, 5}, {5, 5}};

static void alignment_moves_pixels(void) {
  facenet_image image = gray_image();
  facenet_point targets[5];
  for (int i = 0; i < 5; i++) targets[i] = (facenet_point){corners[i].x - 1, corners[i].y - 2};
  uint8_t rgb[3 * 4 * 4];
  CHECK(facenet_align(&image, corners, targets, 4, rgb, sizeof rgb) == FACENET_OK);
  for (unsigned v = 0; v < 4; v++)
    for (unsigned u = 0; u < 4; u++)
      for (unsigned c = 0; c < 3; c++) CHECK(rgb[3 * (4 * v + u) + c] == 5 * (u + 1) + 20 * (v + 2));
}

static void alignment_turns_pixels(void) {
  facenet_image image = gray_image();
  facenet_point targets[5];
  /* A quarter turn about the origin, then 6 to the right: (x, y) comes to (6 - y, x). */
  for (int i = 0; i < 5; i++) targets[i] = (facenet_point){6 - corners[i].y, corners[i].x};
  uint8_t rgb[3 * 6 * 6];
  CHECK(facenet_align(&image, corners, targets, 6, rgb, sizeof rgb) == FACENET_OK);
  for (unsigned v = 0; v < 6; v++)
    for (unsigned u = 0; u < 6; u++) CHECK(rgb[3 * (6 * v + u)] == 5 * v + 20 * (5 - u));
}

static void alignment_needs_points_that_differ(void) {
  facenet_image image = gray_image();
  facenet_point bad[5];
  uint8_t rgb[3 * 4 * 4] = {9}, untouched[3 * 4 * 4] = {9};
  memset(bad, 0, sizeof bad);
  CHECK_FAILS(facenet_align(&image, bad, corners, 4, rgb, sizeof rgb), FACENET_INVALID_ARGUMENT, "coincide");
  CHECK_FAILS(facenet_align(&image, corners, bad, 4, rgb, sizeof rgb), FACENET_INVALID_ARGUMENT, "coincide");
  static const float hostile[] = {NAN, INFINITY, -INFINITY, 1e38f, -1e38f, 1e30f, 1e-38f};
  for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
    for (int at = 0; at < 10; at++) {
      memcpy(bad, corners, sizeof bad);
      ((float *)bad)[at] = hostile[i];
      facenet_status status = facenet_align(&image, bad, corners, 4, rgb, sizeof rgb);
      CHECK(isfinite(hostile[i]) || status == FACENET_INVALID_ARGUMENT);
      facenet_align(&image, corners, bad, 4, rgb, sizeof rgb);
      if (!isfinite(hostile[i])) CHECK(memcmp(rgb, untouched, sizeof rgb) == 0);
      memcpy(rgb, untouched, sizeof rgb);
    }
}

static void alignment_checks_its_room(void) {
  facenet_image image = gray_image();
  uint8_t rgb[3 * 4 * 4] = {9};
  CHECK_FAILS(facenet_align(&image, corners, corners, 4, rgb, 47), FACENET_INVALID_ARGUMENT, "48");
  CHECK_FAILS(facenet_align(&image, corners, corners, 0, rgb, 48), FACENET_INVALID_ARGUMENT, "side is 0");
  CHECK_FAILS(facenet_align(&image, corners, corners, 4097, rgb, 48), FACENET_INVALID_ARGUMENT, "side is 4097");
  CHECK_FAILS(facenet_align(&image, corners, corners, UINT32_MAX, rgb, 48), FACENET_INVALID_ARGUMENT, "side is");
  CHECK(rgb[0] == 9 && rgb[1] == 0);
}

static void distance_is_the_sum_of_squares(void) {
  for (size_t count = 0; count < 70; count++) {
    float a[70], b[70], sum = 0;
    for (size_t i = 0; i < count; i++) {
      a[i] = (float)i;
      b[i] = (float)(2 * i) - 3;
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    CHECK(facenet_squared_distance(a, b, count) == sum);
  }
}

static void distance_of_nothing_is_no_number(void) {
  float a = 1;
  CHECK(isnan(facenet_squared_distance(NULL, &a, 1)));
  CHECK(strstr(facenet_error_message(), "a is NULL") != NULL);
  CHECK(isnan(facenet_squared_distance(&a, NULL, 1)));
  CHECK(isnan(facenet_squared_distance(&a, &a, SIZE_MAX)));
  CHECK(isnan(facenet_squared_distance(&a, &a, SIZE_MAX / 4)));
}

static void quality_is_judged(void) {
  facenet_bitmap *bitmap = make_bitmap();
  facenet_image image;
  facenet_quality quality = {.value = -1};
  facenet_face face = {0, 0, 4, 3, 0.5f, {{1, 1}, {3, 1}, {2, 1.5f}, {1.2f, 2}, {2.8f, 2}}};
  CHECK(facenet_bitmap_image(bitmap, &image) == FACENET_OK);
  CHECK(facenet_face_quality(&image, &face, &quality) == FACENET_OK);
  CHECK(quality.confidence == 0.5f && quality.value > 0 && quality.value < 0.5f);
  CHECK(fabsf(quality.size - 2.0f / 52) < 1e-3f && fabsf(quality.yaw) < 1 && fabsf(quality.roll) < 1);
  quality.value = -1;
  CHECK_FAILS(facenet_face_quality(NULL, &face, &quality), FACENET_INVALID_ARGUMENT, "image is NULL");
  CHECK_FAILS(facenet_face_quality(&image, NULL, &quality), FACENET_INVALID_ARGUMENT, "face is NULL");
  CHECK_FAILS(facenet_face_quality(&image, &face, NULL), FACENET_INVALID_ARGUMENT, "out is NULL");
  face.landmarks[0].x = NAN;
  CHECK_FAILS(facenet_face_quality(&image, &face, &quality), FACENET_INVALID_ARGUMENT, "");
  CHECK(quality.value == -1);
  facenet_bitmap_free(bitmap);
}

int main(void) {
  RUN(alignment_moves_pixels);
  RUN(alignment_turns_pixels);
  RUN(alignment_needs_points_that_differ);
  RUN(alignment_checks_its_room);
  RUN(distance_is_the_sum_of_squares);
  RUN(distance_of_nothing_is_no_number);
  RUN(quality_is_judged);
  FINISH();
}
