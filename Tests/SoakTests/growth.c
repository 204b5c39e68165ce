/* By how many KiB does the process grow over CALLS verifications, after WARM_UP of them?
 * growth DETECTOR.onnx EMBEDDER.onnx A B WARM_UP CALLS   prints the number; each call opens both pictures anew. */
#include <facenet.h>
#include <stdio.h>
#include <stdlib.h>

static void check(facenet_status status) {
  if (status == FACENET_OK) return;
  fprintf(stderr, "growth: %s\n", facenet_error_message());
  exit(2);
}

/* smaps_rollup counts pages; the counters of /proc/self/statm lag behind. */
static long resident_kibibytes(void) {
  char line[256];
  long size = -1;
  FILE *file = fopen("/proc/self/smaps_rollup", "r");
  while (file && fgets(line, sizeof line, file))
    if (sscanf(line, "Rss: %ld kB", &size) == 1) break;
  if (file) fclose(file);
  if (size >= 0) return size;
  fprintf(stderr, "growth: /proc/self/smaps_rollup does not tell the resident memory\n");
  exit(2);
}

static void verify(const facenet_pipeline *pipeline, char **paths, long calls) {
  for (long i = 0; i < calls; i++) {
    facenet_bitmap *a, *b;
    facenet_image image_a, image_b;
    facenet_verification result;
    check(facenet_bitmap_open(paths[0], &a));
    check(facenet_bitmap_open(paths[1], &b));
    check(facenet_bitmap_image(a, &image_a));
    check(facenet_bitmap_image(b, &image_b));
    check(facenet_pipeline_verify(pipeline, &image_a, &image_b, 0, &result));
    facenet_bitmap_free(a);
    facenet_bitmap_free(b);
  }
}

int main(int argc, char **argv) {
  if (argc != 7) return 2;
  facenet_detector *detector;
  facenet_embedder *embedder;
  facenet_pipeline *pipeline;
  check(facenet_detector_open(argv[1], NULL, &detector));
  check(facenet_embedder_open(argv[2], NULL, &embedder));
  check(facenet_pipeline_new(detector, embedder, &pipeline));
  verify(pipeline, argv + 3, atol(argv[5]));
  long before = resident_kibibytes();
  verify(pipeline, argv + 3, atol(argv[6]));
  printf("%ld\n", resident_kibibytes() - before);
  facenet_pipeline_free(pipeline);
  facenet_embedder_free(embedder);
  facenet_detector_free(detector);
  return 0;
}
