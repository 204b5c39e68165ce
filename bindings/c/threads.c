/* One detector and one embedder shared by eight threads.  threads PHOTO.jpg   says whether all got the same vectors */
#include <facenet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { thread_count = 8, rounds = 3, capacity = 8 };

static facenet_pipeline *pipeline; /* immutable: any thread, many at once */
static facenet_image image;

typedef struct work {
  pthread_t thread;
  size_t count;
  float *embeddings;
  char message[256];
} work;

static void *embed(void *argument) {
  work *mine = argument;
  for (int round = 0; round < rounds; round++)
    if (facenet_pipeline_embed(pipeline, &image, NULL, mine->embeddings, capacity, &mine->count) != FACENET_OK) {
      /* The message belongs to this thread. */
      snprintf(mine->message, sizeof mine->message, "%s", facenet_error_message());
      return NULL;
    }
  return NULL;
}

int main(int argc, char **argv) {
  facenet_bitmap *bitmap;
  if (argc != 2) {
    fprintf(stderr, "usage: threads PHOTO.jpg\n");
    return 2;
  }
  if (facenet_bitmap_open(argv[1], &bitmap) != FACENET_OK || facenet_bitmap_image(bitmap, &image) != FACENET_OK ||
      facenet_pipeline_new(NULL, NULL, &pipeline) != FACENET_OK) {
    fprintf(stderr, "threads: %s\n", facenet_error_message());
    return 1;
  }
  size_t bytes = (size_t)capacity * facenet_pipeline_dimension(pipeline) * sizeof(float);
  work works[thread_count] = {0};
  for (int i = 0; i < thread_count; i++) {
    works[i].embeddings = calloc(1, bytes);
    if (!works[i].embeddings || pthread_create(&works[i].thread, NULL, embed, &works[i]) != 0) return 1;
  }
  int status = 0;
  for (int i = 0; i < thread_count; i++) {
    pthread_join(works[i].thread, NULL);
    if (works[i].message[0]) fprintf(stderr, "threads: %s\n", works[i].message);
    if (works[i].message[0] || works[i].count != works[0].count ||
        memcmp(works[i].embeddings, works[0].embeddings, bytes) != 0)
      status = 1;
  }
  printf("%d threads, %d rounds, %zu faces: %s\n", thread_count, rounds, works[0].count,
         status ? "the vectors differ" : "the same vectors");

  for (int i = 0; i < thread_count; i++) free(works[i].embeddings);
  facenet_pipeline_free(pipeline);
  facenet_bitmap_free(bitmap);
  return status;
}
