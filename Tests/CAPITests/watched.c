/* Progress, cancellation and log messages of the real models.  watched TWO_OF_ONE_MAN.jpg THE_OTHER.jpg ANOTHER.jpg */
#include "told.h"

#include <stdlib.h>
#include <unistd.h>

enum { crop_count = 40 };

static const char *path_a, *path_b;
static facenet_bitmap *bitmap;
static facenet_image image;
static facenet_detector *detector, *mtcnn;
static facenet_embedder *embedder;
static facenet_pipeline *pipeline;

static void opening_tells_and_stops(void) {
  facenet_detector *opened;
  facenet_embedder *other;
  facenet_pipeline *both;
  CHECK_TOLD(facenet_detector_open("retinaface", NULL, &opened), 10);
  facenet_detector_free(opened);
  CHECK_TOLD(facenet_embedder_open("facenet", NULL, &other), 10);
  facenet_embedder_free(other);
  CHECK_TOLD(facenet_pipeline_new(NULL, NULL, &both), 10);
  facenet_pipeline_free(both);
  CHECK_STOPS(facenet_detector_open("retinaface", NULL, &opened));
  CHECK_STOPS(facenet_embedder_open("facenet", NULL, &other));
  CHECK_STOPS(facenet_pipeline_new(NULL, NULL, &both));
}

static void searches_tell_and_stop(void) {
  size_t count = 99, again;
  CHECK_STOPS(facenet_detect(detector, &image, NULL, 0, &count));
  CHECK(count == 99);
  CHECK_TOLD(facenet_detect(detector, &image, NULL, 0, &count), 20);
  CHECK(facenet_detect(detector, &image, NULL, 0, &again) == FACENET_OK && again == count && count >= 1);
}

/* Three networks, and proposals whose number nobody knows before. */
static void searches_in_stages_tell_and_stop(void) {
  size_t count, again;
  CHECK_STOPS(facenet_detect(mtcnn, &image, NULL, 0, &count));
  CHECK_TOLD(facenet_detect(mtcnn, &image, NULL, 0, &count), 20);
  CHECK(facenet_detect(mtcnn, &image, NULL, 0, &again) == FACENET_OK && again == count && count >= 1);
}

/* Pictures without a face are looked at once more. */
static void searches_in_vain_tell(void) {
  static uint8_t pixels[3 * 700 * 300];
  facenet_image empty = {pixels, 700, 300, 0, FACENET_RGB8};
  size_t count;
  CHECK_TOLD(facenet_detect(detector, &empty, NULL, 0, &count), 20);
  empty.width = empty.height = 100;
  CHECK_TOLD(facenet_detect(detector, &empty, NULL, 0, &count), 20);
}

static void embedding_many_crops_tells_and_stops(void) {
  uint32_t side = facenet_embedder_side(embedder), dimension = facenet_embedder_dimension(embedder);
  uint8_t *pixels = calloc(3, (size_t)side * side);
  float *vectors = calloc(crop_count + 1, dimension * sizeof *vectors), *alone = vectors + crop_count * dimension;
  facenet_image crops[crop_count];
  if (!pixels || !vectors) exit(1);
  for (size_t i = 0; i < (size_t)3 * side * side; i++) pixels[i] = (uint8_t)(i * 7 + i / side);
  for (int i = 0; i < crop_count; i++) crops[i] = (facenet_image){pixels, side, side, 0, FACENET_RGB8};
  CHECK_STOPS(facenet_embed(embedder, crops, crop_count, vectors, crop_count * dimension));
  CHECK_TOLD(facenet_embed(embedder, crops, crop_count, vectors, crop_count * dimension), 50);
  CHECK(facenet_embed(embedder, crops, 1, alone, dimension) == FACENET_OK);
  for (uint32_t i = 0; i < dimension; i++) CHECK(vectors[39 * dimension + i] - alone[i] < 1e-4f);
  free(vectors);
  free(pixels);
}

static void pipelines_tell_and_stop(void) {
  facenet_verification verification;
  size_t count;
  CHECK_STOPS(facenet_pipeline_embed(pipeline, &image, NULL, NULL, 0, &count));
  CHECK_TOLD(facenet_pipeline_embed(pipeline, &image, NULL, NULL, 0, &count), 20);
  CHECK_STOPS(facenet_pipeline_verify(pipeline, &image, &image, 0, &verification));
  CHECK_TOLD(facenet_pipeline_verify(pipeline, &image, &image, 0, &verification), 20);
  CHECK(verification.same == 1 && verification.distance < 1e-3f);
  CHECK_STOPS(facenet_verify(path_a, path_b, &verification));
  CHECK_TOLD(facenet_verify(path_a, path_b, &verification), 20);
  CHECK(verification.same == 1);
}

static char messages[1 << 14];

static void collect(void *context, facenet_log_level level, const char *message) {
  size_t length = strlen(messages);
  snprintf(messages + length, sizeof messages - length, "%d %s%s", (int)level, message, (const char *)context);
}

static void messages_name_the_models(void) {
  facenet_embedder *opened;
  CHECK(facenet_log_set(collect, "\n", FACENET_LOG_DEBUG) == FACENET_OK);
  CHECK(facenet_embedder_open("facenet", NULL, &opened) == FACENET_OK);
  CHECK(facenet_log_set(NULL, NULL, 0) == FACENET_OK);
  facenet_embedder_free(opened);
  CHECK(strstr(messages, "2 opened the embedder facenet (") && strstr(messages, "160x160 pixels to 512 numbers"));
  CHECK(strstr(messages, "2 read ") && strstr(messages, "facenet.onnx") && strstr(messages, " operators, "));
  CHECK(strstr(messages, "1 planned ") && strstr(messages, " kernels, threads: 1\n"));
  CHECK(!strstr(messages, "ArcFace"));
}

/* What is written to standard output and error, while nobody asked for anything. */
static void the_library_is_silent(void) {
  facenet_verification verification;
  FILE *written = tmpfile();
  fflush(stdout);
  int output = dup(1), error = dup(2);
  dup2(fileno(written), 1);
  dup2(fileno(written), 2);
  facenet_status status = facenet_verify(path_a, path_b, &verification);
  fflush(stdout);
  dup2(output, 1);
  dup2(error, 2);
  CHECK(status == FACENET_OK && lseek(fileno(written), 0, SEEK_END) == 0);
  close(output);
  close(error);
  fclose(written);
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  path_a = argv[1];
  path_b = argv[2];
  CHECK(facenet_bitmap_open(path_a, &bitmap) == FACENET_OK && facenet_bitmap_image(bitmap, &image) == FACENET_OK);
  CHECK(facenet_detector_open(NULL, NULL, &detector) == FACENET_OK);
  CHECK(facenet_embedder_open(NULL, NULL, &embedder) == FACENET_OK);
  CHECK(facenet_pipeline_new(detector, embedder, &pipeline) == FACENET_OK);
  if (check_failures) return 1;
  RUN(opening_tells_and_stops);
  RUN(searches_tell_and_stop);
  if (facenet_detector_open("mtcnn", NULL, &mtcnn) == FACENET_OK)
    RUN(searches_in_stages_tell_and_stop);
  else
    printf("%s\nskipped: searches_in_stages_tell_and_stop\n", facenet_error_message());
  RUN(searches_in_vain_tell);
  RUN(embedding_many_crops_tells_and_stops);
  RUN(pipelines_tell_and_stop);
  RUN(messages_name_the_models);
  RUN(the_library_is_silent);
  facenet_pipeline_free(pipeline);
  facenet_embedder_free(embedder);
  facenet_detector_free(mtcnn);
  facenet_detector_free(detector);
  facenet_bitmap_free(bitmap);
  FINISH();
}
