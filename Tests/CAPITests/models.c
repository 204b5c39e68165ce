/* The real models on real photographs.  models TWO_OF_ONE_MAN.jpg THE_OTHER.jpg ANOTHER_MAN.jpg */
#include "check.h"

#include <math.h>
#include <stdlib.h>

static const char *path_a, *path_b, *path_other;
static facenet_bitmap *bitmap;
static facenet_image image;
static facenet_detector *detector;
static facenet_embedder *embedder;
static facenet_pipeline *pipeline;

static facenet_bitmap *open_image(const char *path, facenet_image *out) {
  facenet_bitmap *opened = NULL;
  CHECK(facenet_bitmap_open(path, &opened) == FACENET_OK);
  CHECK(facenet_bitmap_image(opened, out) == FACENET_OK);
  return opened;
}

static void faces_are_counted_and_written(void) {
  facenet_face all[64], first[64], none;
  size_t count = 99, again = 99;
  CHECK(facenet_detect(detector, &image, all, 64, &count) == FACENET_OK && count >= 1 && count < 64);
  CHECK(all[0].right > all[0].left && all[0].bottom > all[0].top && all[0].score > 0 && all[0].score <= 1);
  CHECK(all[0].landmarks[0].x < all[0].landmarks[1].x && all[0].landmarks[3].x < all[0].landmarks[4].x);
  CHECK(all[0].landmarks[0].y < all[0].landmarks[2].y && all[0].landmarks[2].y < all[0].landmarks[3].y);
  CHECK(facenet_detect(detector, &image, NULL, 0, &again) == FACENET_OK && again == count);
  memset(first, 0x55, sizeof first);
  CHECK(facenet_detect(detector, &image, first, 1, &again) == FACENET_OK && again == count);
  CHECK(memcmp(&first[0], &all[0], sizeof all[0]) == 0);
  memset(&none, 0x55, sizeof none);
  CHECK(memcmp(&first[1], &none, sizeof none) == 0);
}

static void detection_refuses_bad_arguments(void) {
  facenet_face face;
  facenet_image bad = image;
  size_t count = 99;
  CHECK_FAILS(facenet_detect(detector, NULL, &face, 1, &count), FACENET_INVALID_ARGUMENT, "image is NULL");
  CHECK_FAILS(facenet_detect(detector, &image, NULL, 1, &count), FACENET_INVALID_ARGUMENT, "faces is NULL");
  CHECK_FAILS(facenet_detect(detector, &image, &face, 1, NULL), FACENET_INVALID_ARGUMENT, "count is NULL");
  CHECK(facenet_detect(detector, &image, &face, SIZE_MAX, &count) == FACENET_TOO_LARGE);
  bad.format = 77;
  CHECK_FAILS(facenet_detect(detector, &bad, &face, 1, &count), FACENET_INVALID_ARGUMENT, "format is 77");
  CHECK(count == 99);
}

static void odd_pictures_have_no_face(void) {
  static uint8_t pixels[3 * 8000 * 2];
  static const uint32_t sizes[][2] = {{1, 1}, {2, 1}, {1, 2}, {8000, 2}, {2, 8000}, {31, 33}, {100, 1}};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    facenet_image odd = {pixels, sizes[i][0], sizes[i][1], 0, FACENET_BGR8};
    facenet_verification verification;
    size_t count = 99;
    CHECK(facenet_detect(detector, &odd, NULL, 0, &count) == FACENET_OK && count == 0);
    CHECK_FAILS(facenet_pipeline_verify(pipeline, &image, &odd, 0, &verification), FACENET_NOT_FOUND, "in b");
    CHECK_FAILS(facenet_pipeline_verify(pipeline, &odd, &image, 0, &verification), FACENET_NOT_FOUND, "in a");
  }
}

/* Detect, align and embed by hand give the bits that the pipeline gives. */
static void parts_agree_with_the_pipeline(void) {
  uint32_t side = facenet_embedder_side(embedder), dimension = facenet_embedder_dimension(embedder);
  size_t crop_bytes = (size_t)3 * side * side, count;
  facenet_face faces[8], same[8];
  CHECK(side >= 32 && dimension >= 64 && facenet_pipeline_dimension(pipeline) == dimension);
  CHECK(facenet_detect(detector, &image, faces, 8, &count) == FACENET_OK && count >= 1 && count <= 8);
  uint8_t *pixels = calloc(count, crop_bytes);
  float *by_hand = calloc(count * dimension, sizeof(float)), *by_pipeline = calloc(8 * dimension, sizeof(float));
  facenet_image crops[8];
  for (size_t i = 0; i < count; i++) {
    uint8_t *rgb = pixels + i * crop_bytes;
    CHECK(facenet_embedder_align(embedder, &image, &faces[i], rgb, crop_bytes) == FACENET_OK);
    crops[i] = (facenet_image){rgb, side, side, 0, FACENET_RGB8};
  }
  CHECK(facenet_embed(embedder, crops, count, by_hand, count * dimension) == FACENET_OK);
  size_t found = 0;
  CHECK(facenet_pipeline_embed(pipeline, &image, same, by_pipeline, 8, &found) == FACENET_OK && found == count);
  CHECK(memcmp(faces, same, count * sizeof *faces) == 0);
  for (size_t i = 0; i < count * dimension; i++) CHECK(fabsf(by_hand[i] - by_pipeline[i]) < 1e-6f);
  CHECK(facenet_embedder_distance(embedder, by_hand, by_hand) == 0);
  CHECK(fabsf(facenet_squared_distance(by_hand, by_hand + 0, dimension)) == 0);
  float length = 0;
  for (uint32_t i = 0; i < dimension; i++) length += by_hand[i] * by_hand[i];
  CHECK(fabsf(length - 1) < 1e-4f);
  free(by_pipeline);
  free(by_hand);
  free(pixels);
}

static void embedding_refuses_bad_arguments(void) {
  uint32_t side = facenet_embedder_side(embedder), dimension = facenet_embedder_dimension(embedder);
  size_t crop_bytes = (size_t)3 * side * side, count;
  uint8_t *pixels = calloc(1, crop_bytes);
  float *vector = calloc(dimension, sizeof(float)), number = 0;
  facenet_image crop = {pixels, side, side, 0, FACENET_RGB8}, small = {pixels, side, side - 1, 0, FACENET_RGB8};
  facenet_face face;
  CHECK(facenet_detect(detector, &image, &face, 1, &count) == FACENET_OK);
  CHECK_FAILS(facenet_embed(embedder, &crop, 1, vector, dimension - 1), FACENET_INVALID_ARGUMENT, "capacity");
  CHECK_FAILS(facenet_embed(embedder, &crop, 1, NULL, dimension), FACENET_INVALID_ARGUMENT, "embeddings is NULL");
  CHECK_FAILS(facenet_embed(embedder, NULL, 1, vector, dimension), FACENET_INVALID_ARGUMENT, "crops is NULL");
  CHECK(facenet_embed(embedder, &small, 1, vector, dimension) == FACENET_INVALID_ARGUMENT);
  CHECK(facenet_embed(embedder, &crop, SIZE_MAX, vector, dimension) == FACENET_TOO_LARGE);
  CHECK(facenet_embed(embedder, &crop, (size_t)1 << 40, vector, dimension) == FACENET_TOO_LARGE);
  CHECK(facenet_embed(embedder, &crop, 1, vector, SIZE_MAX) == FACENET_TOO_LARGE);
  CHECK(facenet_embed(embedder, NULL, 0, NULL, 0) == FACENET_OK);
  for (uint32_t i = 0; i < dimension; i++) CHECK(vector[i] == 0);
  CHECK_FAILS(facenet_embedder_align(embedder, &image, &face, pixels, crop_bytes - 1), FACENET_INVALID_ARGUMENT, "capacity");
  CHECK_FAILS(facenet_embedder_align(embedder, &image, NULL, pixels, crop_bytes), FACENET_INVALID_ARGUMENT, "face is NULL");
  CHECK_FAILS(facenet_embedder_align(embedder, NULL, &face, pixels, crop_bytes), FACENET_INVALID_ARGUMENT, "image is NULL");
  facenet_face bad = face;
  bad.landmarks[3].y = NAN;
  CHECK_FAILS(facenet_embedder_align(embedder, &image, &bad, pixels, crop_bytes), FACENET_INVALID_ARGUMENT, "finite");
  memset(bad.landmarks, 0, sizeof bad.landmarks);
  CHECK_FAILS(facenet_embedder_align(embedder, &image, &bad, pixels, crop_bytes), FACENET_INVALID_ARGUMENT, "coincide");
  for (size_t i = 0; i < crop_bytes; i++) CHECK(pixels[i] == 0);
  CHECK(isnan(facenet_embedder_distance(embedder, NULL, vector)) && isnan(facenet_embedder_distance(embedder, vector, NULL)));
  CHECK_FAILS(facenet_embedder_threshold(embedder, 0, NULL), FACENET_INVALID_ARGUMENT, "out is NULL");
  CHECK_FAILS(facenet_embedder_threshold(embedder, NAN, &number), FACENET_INVALID_ARGUMENT, "false_accept_rate");
  CHECK_FAILS(facenet_embedder_threshold(embedder, 0.123f, &number), FACENET_NOT_FOUND, "0.123");
  CHECK(facenet_embedder_threshold(embedder, 0, &number) == FACENET_OK && number > 0.5f && number < 2);
  free(vector);
  free(pixels);
}

static void one_man_is_one_man_and_two_are_two(void) {
  facenet_verification files, images;
  facenet_image b;
  facenet_bitmap *bitmap_b = open_image(path_b, &b);
  CHECK(facenet_verify(path_a, path_b, &files) == FACENET_OK && files.same == 1 && files.distance < files.threshold);
  CHECK(facenet_pipeline_verify(pipeline, &image, &b, 0, &images) == FACENET_OK);
  CHECK(memcmp(&files, &images, sizeof files) == 0);
  CHECK(facenet_pipeline_verify(pipeline, &image, &b, files.distance / 2, &images) == FACENET_OK);
  CHECK(images.same == 0 && images.threshold == files.distance / 2);
  CHECK(facenet_pipeline_verify(pipeline, &image, &image, 0, &images) == FACENET_OK && images.distance == 0);
  CHECK(facenet_verify(path_a, path_other, &files) == FACENET_OK && files.same == 0 && files.distance > files.threshold);
  facenet_bitmap_free(bitmap_b);
}

static void verification_refuses_bad_arguments(void) {
  facenet_verification verification, before;
  memset(&verification, 0x55, sizeof verification);
  before = verification;
  CHECK_FAILS(facenet_verify(path_a, "/no/such.jpg", &verification), FACENET_NOT_FOUND, "/no/such.jpg");
  CHECK_FAILS(facenet_pipeline_verify(pipeline, NULL, &image, 0, &verification), FACENET_INVALID_ARGUMENT, "a is NULL");
  CHECK_FAILS(facenet_pipeline_verify(pipeline, &image, NULL, 0, &verification), FACENET_INVALID_ARGUMENT, "b is NULL");
  CHECK_FAILS(facenet_pipeline_verify(pipeline, &image, &image, 0, NULL), FACENET_INVALID_ARGUMENT, "out is NULL");
  CHECK_FAILS(facenet_pipeline_verify(pipeline, &image, &image, NAN, &verification), FACENET_INVALID_ARGUMENT, "threshold");
  CHECK_FAILS(facenet_pipeline_verify(pipeline, &image, &image, -1, &verification), FACENET_INVALID_ARGUMENT, "threshold");
  CHECK(memcmp(&verification, &before, sizeof before) == 0);
}

static void pipeline_refuses_bad_arguments(void) {
  facenet_face face;
  float number;
  size_t count = 99;
  CHECK_FAILS(facenet_pipeline_embed(pipeline, NULL, &face, NULL, 1, &count), FACENET_INVALID_ARGUMENT, "image is NULL");
  CHECK_FAILS(facenet_pipeline_embed(pipeline, &image, &face, NULL, 1, NULL), FACENET_INVALID_ARGUMENT, "count is NULL");
  CHECK(facenet_pipeline_embed(pipeline, &image, &face, NULL, SIZE_MAX, &count) == FACENET_TOO_LARGE);
  CHECK(facenet_pipeline_embed(pipeline, &image, NULL, &number, SIZE_MAX / 8, &count) == FACENET_TOO_LARGE);
  CHECK(count == 99);
  CHECK(facenet_pipeline_embed(pipeline, &image, NULL, NULL, 0, &count) == FACENET_OK && count >= 1 && count < 99);
}

static void a_pipeline_outlives_its_parts(void) {
  facenet_detector *own_detector;
  facenet_embedder *own_embedder;
  facenet_pipeline *own;
  size_t count = 0;
  CHECK(facenet_detector_open(NULL, NULL, &own_detector) == FACENET_OK);
  CHECK(facenet_embedder_open(NULL, NULL, &own_embedder) == FACENET_OK);
  CHECK(facenet_pipeline_new(own_detector, own_embedder, &own) == FACENET_OK);
  facenet_detector_free(own_detector);
  facenet_embedder_free(own_embedder);
  CHECK(facenet_pipeline_embed(own, &image, NULL, NULL, 0, &count) == FACENET_OK && count >= 1);
  facenet_pipeline_free(own);
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  path_a = argv[1], path_b = argv[2], path_other = argv[3];
  bitmap = open_image(path_a, &image);
  CHECK(facenet_detector_open("retinaface", NULL, &detector) == FACENET_OK);
  CHECK(facenet_embedder_open("facenet", NULL, &embedder) == FACENET_OK);
  CHECK(facenet_pipeline_new(detector, embedder, &pipeline) == FACENET_OK);
  if (check_failures) {
    printf("failed: opening the models\n");
    return 1;
  }
  RUN(faces_are_counted_and_written);
  RUN(detection_refuses_bad_arguments);
  RUN(odd_pictures_have_no_face);
  RUN(parts_agree_with_the_pipeline);
  RUN(embedding_refuses_bad_arguments);
  RUN(one_man_is_one_man_and_two_are_two);
  RUN(verification_refuses_bad_arguments);
  RUN(pipeline_refuses_bad_arguments);
  RUN(a_pipeline_outlives_its_parts);
  facenet_pipeline_free(pipeline);
  facenet_embedder_free(embedder);
  facenet_detector_free(detector);
  facenet_bitmap_free(bitmap);
  FINISH();
}
