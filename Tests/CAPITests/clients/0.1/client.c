/* A program of somebody who has 0.1, compiled against the header of 0.1.  client [TWO_OF_ONE_MAN.jpg THE_OTHER.jpg] */
#include "check.h"

#include <math.h>
#include <stdlib.h>

static const char *path_a, *path_b;

static void the_library_is_as_new_as_the_header(void) {
  CHECK(facenet_version() >= FACENET_VERSION && facenet_version() < 10000);
  CHECK(strcmp(facenet_status_name(FACENET_OK), "ok") == 0);
  CHECK(strcmp(facenet_status_name(FACENET_INTERNAL), "internal error") == 0);
  CHECK(strcmp(facenet_status_name(FACENET_TOO_LARGE), facenet_status_name(FACENET_INTERNAL)) != 0);
}

static void a_picture_is_decoded(void) {
  facenet_bitmap *bitmap = make_bitmap();
  struct { facenet_image image; uint32_t guard; } out = {.guard = 0xABCD1234};
  CHECK(facenet_bitmap_image(bitmap, &out.image) == FACENET_OK && out.guard == 0xABCD1234);
  CHECK(out.image.width == 4 && out.image.height == 3 && out.image.format == FACENET_RGB8);
  uint32_t stride = out.image.stride ? out.image.stride : 12;
  CHECK(out.image.pixels[2 * stride + 3 * 3] == 30 && out.image.pixels[2 * stride + 3 * 3 + 1] == 40);
  facenet_bitmap_free(bitmap);
}

/* Options as large as 0.1 knew them; what lies behind them is not looked at. */
static void options_of_the_old_size_are_taken(void) {
  struct { facenet_detector_options options; uint8_t behind[64]; } detection = {{0}, {0}};
  struct { facenet_embedder_options options; uint8_t behind[64]; } embedding = {{0}, {0}};
  struct { facenet_session_options options; uint8_t behind[64]; } running = {{0}, {0}};
  memset(detection.behind, 0xFF, 64), memset(embedding.behind, 0xFF, 64), memset(running.behind, 0xFF, 64);
  detection.options = (facenet_detector_options){sizeof detection.options, 1, 40, 0.5f, 0.4f};
  embedding.options = (facenet_embedder_options){sizeof embedding.options, 1, 1.0f};
  running.options = (facenet_session_options){sizeof running.options, 1, 1 << 20};
  facenet_detector *detector = NULL;
  facenet_embedder *embedder = NULL;
  facenet_session *session = NULL;
  CHECK_FAILS(facenet_detector_open("/none.onnx", &detection.options, &detector), FACENET_NOT_FOUND, "/none.onnx");
  CHECK_FAILS(facenet_embedder_open("/none.onnx", &embedding.options, &embedder), FACENET_NOT_FOUND, "/none.onnx");
  CHECK_FAILS(facenet_session_new(NULL, &running.options, &session), FACENET_INVALID_ARGUMENT, "model");
}

static void vectors_are_compared_and_faces_cut_out(void) {
  float a[3] = {1, 0, 0}, b[3] = {0, 1, 0};
  uint8_t pixels[16 * 16], rgb[8 * 8 * 3];
  facenet_image image = {pixels, 16, 16, 0, FACENET_GRAY8};
  facenet_point from[5] = {{4, 4}, {12, 4}, {8, 8}, {5, 12}, {11, 12}}, to[5];
  memset(pixels, 9, sizeof pixels);
  for (int i = 0; i < 5; i++) to[i] = (facenet_point){from[i].x / 2, from[i].y / 2};
  CHECK(facenet_squared_distance(a, b, 3) == 2);
  CHECK(facenet_align(&image, from, to, 8, rgb, sizeof rgb) == FACENET_OK && rgb[8 * 8 * 3 / 2] == 9);
}

static void two_photographs_show_one_person(void) {
  struct { facenet_verification verification; uint32_t guard; } out = {.guard = 0xABCD1234};
  CHECK(facenet_verify(path_a, path_b, &out.verification) == FACENET_OK && out.guard == 0xABCD1234);
  CHECK(out.verification.same == 1 && out.verification.distance <= out.verification.threshold);
  CHECK(out.verification.a.right > out.verification.a.left && out.verification.b.score > 0.5f);
}

static void the_parts_work_together(void) {
  facenet_bitmap *bitmap = NULL;
  facenet_image image;
  facenet_detector_options options = {.struct_size = sizeof options, .minimum_size = 60};
  facenet_detector *detector = NULL;
  facenet_embedder *embedder = NULL;
  facenet_pipeline *pipeline = NULL;
  facenet_face faces[4], again[4];
  size_t count = 0, embedded = 0;
  CHECK(facenet_bitmap_open(path_a, &bitmap) == FACENET_OK && facenet_bitmap_image(bitmap, &image) == FACENET_OK);
  CHECK(facenet_detector_open(NULL, &options, &detector) == FACENET_OK);
  CHECK(facenet_embedder_open("facenet", NULL, &embedder) == FACENET_OK);
  CHECK(facenet_pipeline_new(detector, embedder, &pipeline) == FACENET_OK);
  CHECK(facenet_detect(detector, &image, faces, 4, &count) == FACENET_OK && count == 1);
  uint32_t dimension = facenet_pipeline_dimension(pipeline);
  float *vectors = calloc(4 * (size_t)dimension, sizeof *vectors);
  CHECK(facenet_pipeline_embed(pipeline, &image, again, vectors, 4, &embedded) == FACENET_OK && embedded == count);
  CHECK(memcmp(faces, again, sizeof *faces) == 0 && fabsf(facenet_embedder_distance(embedder, vectors, vectors)) < 1e-5f);
  free(vectors);
  facenet_pipeline_free(pipeline);
  facenet_embedder_free(embedder);
  facenet_detector_free(detector);
  facenet_bitmap_free(bitmap);
}

int main(int argc, char **argv) {
  RUN(the_library_is_as_new_as_the_header);
  RUN(a_picture_is_decoded);
  RUN(options_of_the_old_size_are_taken);
  RUN(vectors_are_compared_and_faces_cut_out);
  if (argc == 3) {
    path_a = argv[1], path_b = argv[2];
    RUN(two_photographs_show_one_person);
    RUN(the_parts_work_together);
  }
  FINISH();
}
