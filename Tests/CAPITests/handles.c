/* A handle that is freed, copied, of another kind, or made up is refused, on one thread and on many. */
#include "check.h"

#include <pthread.h>

static void freed_handles_are_refused(void) {
  facenet_bitmap *bitmap = make_bitmap(), *copy = bitmap;
  facenet_image image;
  facenet_bitmap_free(bitmap);
  CHECK_FAILS(facenet_bitmap_image(copy, &image), FACENET_INVALID_ARGUMENT, "was freed");
  facenet_bitmap_open("/no/such", &bitmap);
  facenet_bitmap_free(copy);
  CHECK(strstr(facenet_error_message(), "was freed") != NULL);
}

/* The slot of a freed handle is used again; the old handle must not reach the new object. */
static void freed_handles_stay_refused_when_their_place_is_used_again(void) {
  facenet_bitmap *old = make_bitmap();
  facenet_bitmap_free(old);
  for (int i = 0; i < 1000; i++) {
    facenet_bitmap *bitmap = make_bitmap();
    facenet_image image;
    CHECK(bitmap != old);
    facenet_bitmap_free(old);
    CHECK(facenet_bitmap_image(old, &image) == FACENET_INVALID_ARGUMENT);
    CHECK(facenet_bitmap_image(bitmap, &image) == FACENET_OK);
    facenet_bitmap_free(bitmap);
  }
}

static void handles_of_another_kind_are_refused(void) {
  facenet_bitmap *bitmap = make_bitmap();
  facenet_pipeline *pipeline;
  facenet_session *session;
  CHECK_FAILS(facenet_pipeline_new((facenet_detector *)bitmap, NULL, &pipeline), FACENET_INVALID_ARGUMENT,
              "is a facenet_bitmap");
  CHECK_FAILS(facenet_session_new((facenet_model *)bitmap, NULL, &session), FACENET_INVALID_ARGUMENT,
              "is a facenet_bitmap");
  facenet_detector_free((facenet_detector *)bitmap);
  CHECK(strstr(facenet_error_message(), "is a facenet_bitmap") != NULL);
  facenet_image image;
  CHECK(facenet_bitmap_image(bitmap, &image) == FACENET_OK);
  facenet_bitmap_free(bitmap);
}

static void made_up_handles_are_refused(void) {
  facenet_bitmap *bitmap = make_bitmap();
  uintptr_t bits = (uintptr_t)bitmap;
  facenet_image image;
  for (unsigned shift = 0; shift < 64; shift++) {
    facenet_bitmap *other = (facenet_bitmap *)(bits ^ (uintptr_t)1 << shift);
    CHECK(facenet_bitmap_image(other, &image) == FACENET_INVALID_ARGUMENT);
    facenet_bitmap_free(other);
  }
  CHECK(facenet_bitmap_image((facenet_bitmap *)&image, &image) == FACENET_INVALID_ARGUMENT);
  CHECK(facenet_bitmap_image((facenet_bitmap *)UINTPTR_MAX, &image) == FACENET_INVALID_ARGUMENT);
  CHECK(facenet_bitmap_image((facenet_bitmap *)1, &image) == FACENET_INVALID_ARGUMENT);
  CHECK(facenet_bitmap_image(bitmap, &image) == FACENET_OK);
  facenet_bitmap_free(bitmap);
}

static facenet_bitmap *shared;

/* Opens, reads and frees its own bitmaps while others do, and reads one that another thread frees meanwhile. */
static void *work(void *failures) {
  for (int i = 0; i < 2000; i++) {
    unsigned char bytes[128];
    facenet_bitmap *mine = NULL;
    facenet_image image;
    if (facenet_bitmap_decode(bytes, make_ppm(bytes), &mine) != FACENET_OK) ++*(int *)failures;
    if (facenet_bitmap_image(mine, &image) != FACENET_OK || image.width != 4) ++*(int *)failures;
    facenet_status status = facenet_bitmap_image(shared, &image);
    if (status != FACENET_OK && status != FACENET_INVALID_ARGUMENT) ++*(int *)failures;
    if (i == 1000) facenet_bitmap_free(shared);
    facenet_bitmap_free(mine);
    if (facenet_bitmap_image(mine, &image) != FACENET_INVALID_ARGUMENT) ++*(int *)failures;
  }
  return NULL;
}

static void handles_of_many_threads_do_not_mix(void) {
  pthread_t threads[8];
  int failures[8] = {0};
  shared = make_bitmap();
  for (int i = 0; i < 8; i++) CHECK(pthread_create(&threads[i], NULL, work, &failures[i]) == 0);
  for (int i = 0; i < 8; i++) {
    pthread_join(threads[i], NULL);
    CHECK(failures[i] == 0);
  }
}

int main(void) {
  RUN(freed_handles_are_refused);
  RUN(freed_handles_stay_refused_when_their_place_is_used_again);
  RUN(handles_of_another_kind_are_refused);
  RUN(made_up_handles_are_refused);
  RUN(handles_of_many_threads_do_not_mix);
  FINISH();
}
