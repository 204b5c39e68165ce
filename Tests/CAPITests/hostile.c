/* Every function of the header with arguments no caller should pass: an error each, and outputs untouched. */
#include "check.h"

#include <math.h>
#include <stdlib.h>

#define REFUSED(call, words) CHECK_FAILS(call, FACENET_INVALID_ARGUMENT, words)

static char mark;
#define UNTOUCHED ((void *)&mark)

static uint8_t pixels[64];
static const facenet_image image = {pixels, 4, 4, 0, FACENET_RGB8};
static const facenet_point points[5] = {{1, 1}, {3, 1}, {2, 2}, {1, 3}, {3, 3}};

static void null_handles_and_pointers(void) {
  facenet_verification verification;
  facenet_bitmap *bitmap = UNTOUCHED;
  facenet_image seen;
  facenet_face face = {0};
  uint8_t rgb[3 * 4 * 4];
  float number;
  size_t count;
  facenet_tensor tensor;
  REFUSED(facenet_verify(NULL, "b.jpg", &verification), "path_a is NULL");
  REFUSED(facenet_verify("a.jpg", NULL, &verification), "path_b is NULL");
  REFUSED(facenet_verify("a.jpg", "b.jpg", NULL), "out is NULL");
  REFUSED(facenet_bitmap_open(NULL, &bitmap), "path is NULL");
  REFUSED(facenet_bitmap_open("a.jpg", NULL), "out is NULL");
  REFUSED(facenet_bitmap_decode(NULL, 5, &bitmap), "bytes is NULL");
  REFUSED(facenet_bitmap_decode("12345", 5, NULL), "out is NULL");
  CHECK(facenet_bitmap_decode(NULL, 0, &bitmap) == FACENET_CORRUPT && bitmap == UNTOUCHED);
  REFUSED(facenet_bitmap_image(NULL, &seen), "bitmap, a facenet_bitmap, is NULL");
  bitmap = make_bitmap();
  REFUSED(facenet_bitmap_image(bitmap, NULL), "out is NULL");
  facenet_bitmap_free(bitmap);
  REFUSED(facenet_detect(NULL, &image, &face, 1, &count), "detector, a facenet_detector, is NULL");
  REFUSED(facenet_embedder_threshold(NULL, 0, &number), "embedder, a facenet_embedder, is NULL");
  REFUSED(facenet_embedder_align(NULL, &image, &face, rgb, sizeof rgb), "is NULL");
  REFUSED(facenet_embed(NULL, &image, 1, &number, 1), "is NULL");
  REFUSED(facenet_align(NULL, points, points, 4, rgb, sizeof rgb), "image is NULL");
  REFUSED(facenet_align(&image, NULL, points, 4, rgb, sizeof rgb), "landmarks is NULL");
  REFUSED(facenet_align(&image, points, NULL, 4, rgb, sizeof rgb), "targets is NULL");
  REFUSED(facenet_align(&image, points, points, 4, NULL, sizeof rgb), "rgb is NULL");
  REFUSED(facenet_pipeline_new(NULL, NULL, NULL), "out is NULL");
  REFUSED(facenet_pipeline_verify(NULL, &image, &image, 0, &verification), "is NULL");
  REFUSED(facenet_pipeline_embed(NULL, &image, &face, &number, 1, &count), "is NULL");
  REFUSED(facenet_session_new(NULL, NULL, NULL), "model, a facenet_model, is NULL");
  REFUSED(facenet_session_run(NULL, &tensor, 1), "session, a facenet_session, is NULL");
  REFUSED(facenet_session_output(NULL, 0, &tensor), "is NULL");
}

static void values_of_no_handle(void) {
  float number = 1;
  CHECK(facenet_embedder_dimension(NULL) == 0);
  CHECK(facenet_embedder_side(NULL) == 0);
  CHECK(isnan(facenet_embedder_distance(NULL, &number, &number)));
  CHECK(isnan(facenet_squared_distance(NULL, &number, 1)));
  CHECK(facenet_squared_distance(NULL, NULL, 0) == 0);
  CHECK(facenet_pipeline_dimension(NULL) == 0);
  CHECK(facenet_model_input_count(NULL) == 0);
  CHECK(facenet_model_output_count(NULL) == 0);
  CHECK(facenet_model_input_name(NULL, 0) == NULL);
  CHECK(facenet_model_output_name(NULL, 0) == NULL);
  CHECK(facenet_model_metadata(NULL, "key") == NULL);
  CHECK(strstr(facenet_error_message(), "model, a facenet_model, is NULL") != NULL);
}

static void free_takes_null(void) {
  facenet_bitmap_open("/no/such", NULL);
  char before[1024];
  strcpy(before, facenet_error_message());
  facenet_bitmap_free(NULL);
  facenet_detector_free(NULL);
  facenet_embedder_free(NULL);
  facenet_pipeline_free(NULL);
  facenet_model_free(NULL);
  facenet_session_free(NULL);
  CHECK(strcmp(before, facenet_error_message()) == 0);
}

static void models_that_are_none(void) {
  void *out = UNTOUCHED;
  static const char *const names[] = {"/no/such/model.onnx", "no-such-model", "../facenet", "", ".", "/", "/dev/null", "/dev/zero"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    CHECK(facenet_detector_open(names[i], NULL, (facenet_detector **)&out) != FACENET_OK);
    CHECK(facenet_embedder_open(names[i], NULL, (facenet_embedder **)&out) != FACENET_OK);
    CHECK(facenet_model_open(names[i], (facenet_model **)&out) != FACENET_OK);
  }
  CHECK_FAILS(facenet_detector_open("no-such-model", NULL, (facenet_detector **)&out), FACENET_NOT_FOUND, "no-such-model");
  CHECK_FAILS(facenet_embedder_open("no-such-model", NULL, (facenet_embedder **)&out), FACENET_NOT_FOUND, "no-such-model");
  REFUSED(facenet_detector_open("\xFF", NULL, (facenet_detector **)&out), "UTF-8");
  REFUSED(facenet_embedder_open("\xFF", NULL, (facenet_embedder **)&out), "UTF-8");
  REFUSED(facenet_model_open("\xFF", (facenet_model **)&out), "UTF-8");
  REFUSED(facenet_detector_open(NULL, NULL, NULL), "out is NULL");
  REFUSED(facenet_embedder_open(NULL, NULL, NULL), "out is NULL");
  REFUSED(facenet_model_open(NULL, (facenet_model **)&out), "path is NULL");
  REFUSED(facenet_model_open("model.onnx", NULL), "out is NULL");
  CHECK(out == UNTOUCHED);
}

/* Random bytes, and bytes that begin as a model does: an error, whatever they say. */
static void bytes_that_are_no_model(void) {
  void *out = UNTOUCHED;
  uint32_t random = 12345;
  for (int round = 0; round < 3000; round++) {
    uint8_t bytes[64];
    size_t count = (size_t)round % 64;
    for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)((random = random * 1664525 + 1013904223) >> 24);
    if (round % 2 && count > 4) memcpy(bytes, "\x08\x07\x3a", 3);
    if (round % 2 && count > 4) bytes[3] = (uint8_t)(count - 4);
    CHECK(facenet_detector_decode(bytes, count, NULL, (facenet_detector **)&out) != FACENET_OK);
    CHECK(facenet_embedder_decode(bytes, count, NULL, (facenet_embedder **)&out) != FACENET_OK);
    facenet_model *model = NULL;
    facenet_model_decode(bytes, count, &model);
    facenet_model_free(model);
  }
  CHECK(out == UNTOUCHED);
  REFUSED(facenet_detector_decode(NULL, 5, NULL, (facenet_detector **)&out), "bytes is NULL");
  REFUSED(facenet_embedder_decode(NULL, 5, NULL, (facenet_embedder **)&out), "bytes is NULL");
  REFUSED(facenet_model_decode(NULL, 5, (facenet_model **)&out), "bytes is NULL");
  REFUSED(facenet_detector_decode("12345", 5, NULL, NULL), "out is NULL");
  REFUSED(facenet_embedder_decode("12345", 5, NULL, NULL), "out is NULL");
  REFUSED(facenet_model_decode("12345", 5, NULL), "out is NULL");
  CHECK(facenet_model_decode("12345", SIZE_MAX, (facenet_model **)&out) == FACENET_TOO_LARGE);
  CHECK(facenet_detector_decode("12345", SIZE_MAX, NULL, (facenet_detector **)&out) == FACENET_TOO_LARGE);
  CHECK(facenet_embedder_decode("12345", SIZE_MAX, NULL, (facenet_embedder **)&out) == FACENET_TOO_LARGE);
}

static facenet_status detector_with(facenet_detector_options options) {
  facenet_detector *detector;
  return facenet_detector_decode("no model", 8, &options, &detector);
}

static facenet_status embedder_with(facenet_embedder_options options) {
  facenet_embedder *embedder;
  return facenet_embedder_decode("no model", 8, &options, &embedder);
}

static void options_out_of_range(void) {
  enum { size = sizeof(facenet_detector_options) };
  REFUSED(detector_with((facenet_detector_options){0, 0, 0, 0, 0}), "struct_size is 0");
  REFUSED(detector_with((facenet_detector_options){size - 1, 0, 0, 0, 0}), "struct_size is 19");
  REFUSED(detector_with((facenet_detector_options){UINT32_MAX, 0, 0, 0, 0}), "struct_size is");
  REFUSED(detector_with((facenet_detector_options){size, 1025, 0, 0, 0}), "threads");
  REFUSED(detector_with((facenet_detector_options){size, 0, 0, -0.5f, 0}), "minimum_score");
  REFUSED(detector_with((facenet_detector_options){size, 0, 0, 1.5f, 0}), "minimum_score");
  REFUSED(detector_with((facenet_detector_options){size, 0, 0, NAN, 0}), "minimum_score");
  REFUSED(detector_with((facenet_detector_options){size, 0, 0, 0, NAN}), "overlap");
  REFUSED(detector_with((facenet_detector_options){size, 0, 0, 0, INFINITY}), "overlap");
  REFUSED(embedder_with((facenet_embedder_options){0, 0, 0}), "struct_size is 0");
  REFUSED(embedder_with((facenet_embedder_options){4097, 0, 0}), "struct_size is 4097");
  REFUSED(embedder_with((facenet_embedder_options){sizeof(facenet_embedder_options), 0, NAN}), "threshold");
  REFUSED(embedder_with((facenet_embedder_options){sizeof(facenet_embedder_options), 0, -1}), "threshold");
  REFUSED(embedder_with((facenet_embedder_options){sizeof(facenet_embedder_options), 5000, 0}), "threads");
}

/* What a program does that was compiled against a later header. */
static void options_of_a_later_version(void) {
  struct {
    facenet_detector_options known;
    uint32_t unknown[100];
  } later = {{sizeof later, 0, 0, 0, 0}, {0}};
  facenet_detector *detector;
  CHECK(facenet_detector_decode("no model", 8, &later.known, &detector) != FACENET_OK);
  CHECK(strstr(facenet_error_message(), "options") == NULL);
  for (int i = 0; i < 100; i += 33) {
    later.unknown[i] = 1;
    CHECK_FAILS(facenet_detector_decode("no model", 8, &later.known, &detector), FACENET_UNSUPPORTED, "does not know");
    later.unknown[i] = 0;
  }
}

static facenet_status align_with(facenet_image bad) {
  uint8_t rgb[3 * 4 * 4];
  return facenet_align(&bad, points, points, 4, rgb, sizeof rgb);
}

static void images_out_of_range(void) {
  REFUSED(align_with((facenet_image){NULL, 4, 4, 0, FACENET_RGB8}), "pixels is NULL");
  REFUSED(align_with((facenet_image){pixels, 0, 4, 0, FACENET_RGB8}), "empty");
  REFUSED(align_with((facenet_image){pixels, 4, 0, 0, FACENET_RGB8}), "empty");
  REFUSED(align_with((facenet_image){pixels, 4, 4, 11, FACENET_RGB8}), "stride");
  REFUSED(align_with((facenet_image){pixels, 4, 4, 15, FACENET_BGRA8}), "stride");
  CHECK(align_with((facenet_image){pixels, UINT32_MAX, UINT32_MAX, 0, FACENET_RGB8}) == FACENET_TOO_LARGE);
  CHECK(align_with((facenet_image){pixels, UINT32_MAX, 1, UINT32_MAX, FACENET_RGBA8}) != FACENET_OK);
  CHECK(align_with((facenet_image){pixels, 4, UINT32_MAX, UINT32_MAX, FACENET_RGBA8}) == FACENET_TOO_LARGE);
  static const facenet_pixel_format formats[] = {0, 6, -1, INT32_MIN, INT32_MAX};
  for (int i = 0; i < 5; i++) REFUSED(align_with((facenet_image){pixels, 4, 4, 0, formats[i]}), "format");
  for (facenet_pixel_format format = FACENET_GRAY8; format <= FACENET_BGRA8; format++)
    CHECK(align_with((facenet_image){pixels, 4, 4, 0, format}) == FACENET_OK);
}

int main(void) {
  RUN(null_handles_and_pointers);
  RUN(values_of_no_handle);
  RUN(free_takes_null);
  RUN(models_that_are_none);
  RUN(bytes_that_are_no_model);
  RUN(options_out_of_range);
  RUN(options_of_a_later_version);
  RUN(images_out_of_range);
  FINISH();
}
