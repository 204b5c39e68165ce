/* Where are the faces?  detect PHOTO.jpg   prints a line a face: box, score, five landmarks, in pixels */
#include <facenet.h>
#include <stdio.h>

enum { capacity = 256 };

static int failed(const char *what) {
  fprintf(stderr, "detect: %s: %s\n", what, facenet_error_message());
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: detect PHOTO.jpg\n");
    return 2;
  }
  facenet_bitmap *bitmap;
  if (facenet_bitmap_open(argv[1], &bitmap) != FACENET_OK) return failed("photograph");
  facenet_image image;
  facenet_bitmap_image(bitmap, &image);

  facenet_detector *detector;
  facenet_detector_options options = {.struct_size = sizeof options, .minimum_size = 24};
  if (facenet_detector_open(NULL, &options, &detector) != FACENET_OK) return failed("model");

  facenet_face faces[capacity];
  size_t count;
  if (facenet_detect(detector, &image, faces, capacity, &count) != FACENET_OK) return failed("search");
  for (size_t i = 0; i < count && i < capacity; i++) {
    const facenet_face *face = &faces[i];
    printf("%.1f %.1f %.1f %.1f  %.3f ", face->left, face->top, face->right, face->bottom, face->score);
    for (int point = 0; point < 5; point++) printf(" %.1f,%.1f", face->landmarks[point].x, face->landmarks[point].y);
    printf("\n");
  }

  facenet_detector_free(detector);
  facenet_bitmap_free(bitmap);
  return 0;
}
