/* What are the vectors of the faces?  embed PHOTO.jpg   prints a line a face: the numbers of its embedding */
#include <facenet.h>
#include <stdio.h>
#include <stdlib.h>

enum { capacity = 64 };

static void check(facenet_status status, const char *what) {
  if (status == FACENET_OK) return;
  fprintf(stderr, "embed: %s: %s (%s)\n", what, facenet_error_message(), facenet_status_name(status));
  exit(1);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: embed PHOTO.jpg\n");
    return 2;
  }
  facenet_bitmap *bitmap;
  facenet_image image;
  check(facenet_bitmap_open(argv[1], &bitmap), "photograph");
  check(facenet_bitmap_image(bitmap, &image), "photograph");

  facenet_detector *detector;
  facenet_embedder *embedder;
  check(facenet_detector_open(NULL, NULL, &detector), "detector");
  check(facenet_embedder_open(NULL, NULL, &embedder), "embedder");
  uint32_t side = facenet_embedder_side(embedder);
  uint32_t dimension = facenet_embedder_dimension(embedder);
  size_t crop_bytes = (size_t)3 * side * side;

  /* Find the faces, cut each out upright, embed all crops in one call. */
  facenet_face faces[capacity];
  size_t count;
  check(facenet_detect(detector, &image, faces, capacity, &count), "search");
  if (count > capacity) count = capacity;
  uint8_t *pixels = malloc(count * crop_bytes + 1);
  float *embeddings = malloc((count * dimension + 1) * sizeof *embeddings);
  if (!pixels || !embeddings) return 1;
  facenet_image crops[capacity];
  for (size_t i = 0; i < count; i++) {
    uint8_t *rgb = pixels + i * crop_bytes;
    check(facenet_embedder_align(embedder, &image, &faces[i], rgb, crop_bytes), "alignment");
    crops[i] = (facenet_image){rgb, side, side, 0, FACENET_RGB8};
  }
  check(facenet_embed(embedder, crops, count, embeddings, count * dimension), "embedding");

  for (size_t i = 0; i < count; i++)
    for (uint32_t j = 0; j < dimension; j++)
      printf("%.6f%c", embeddings[i * dimension + j], j + 1 < dimension ? ' ' : '\n');

  free(embeddings);
  free(pixels);
  facenet_embedder_free(embedder);
  facenet_detector_free(detector);
  facenet_bitmap_free(bitmap);
  return 0;
}
