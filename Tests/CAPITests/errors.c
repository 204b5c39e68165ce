/* Version, status names, and the message that belongs to a thread. */
#include "check.h"

#include <pthread.h>

static facenet_status fail_with(const char *path) {
  facenet_bitmap *bitmap;
  return facenet_bitmap_open(path, &bitmap);
}

static void no_message_before_a_failure(void) { CHECK(strcmp(facenet_error_message(), "") == 0); }

static void version_is_the_header_s(void) {
  CHECK(facenet_version() == FACENET_VERSION);
  CHECK(FACENET_VERSION == 100);
}

static void every_status_has_a_name(void) {
  for (facenet_status status = FACENET_OK; status <= FACENET_CANCELLED; status++) {
    CHECK(strlen(facenet_status_name(status)) > 1);
    CHECK(strcmp(facenet_status_name(status), "unknown status") != 0);
    for (facenet_status other = FACENET_OK; other < status; other++)
      CHECK(strcmp(facenet_status_name(status), facenet_status_name(other)) != 0);
  }
  CHECK(strcmp(facenet_status_name(FACENET_OK), "ok") == 0);
  CHECK(strcmp(facenet_status_name(-1), "unknown status") == 0);
  CHECK(strcmp(facenet_status_name(FACENET_CANCELLED + 1), "unknown status") == 0);
  CHECK(strcmp(facenet_status_name(INT32_MIN), "unknown status") == 0);
}

static void message_says_what_and_where(void) {
  CHECK_FAILS(fail_with("/no/such/picture.jpg"), FACENET_NOT_FOUND, "/no/such/picture.jpg");
}

static void success_leaves_the_message(void) {
  fail_with("/no/such/first.jpg");
  const char *buffer = facenet_error_message();
  facenet_bitmap_free(make_bitmap());
  CHECK(facenet_error_message() == buffer);
  CHECK(strstr(buffer, "/no/such/first.jpg") != NULL);
}

/* A name of 2-byte characters far longer than the buffer: the cut falls between characters. */
static void long_message_is_cut_between_characters(void) {
  char path[4001] = "/";
  for (int i = 1; i < 3999; i += 2) memcpy(path + i, "\xC3\xA9", 3);
  CHECK(fail_with(path) != FACENET_OK);
  const char *message = facenet_error_message();
  size_t length = strlen(message);
  CHECK(length >= 1020 && length <= 1023);
  CHECK((unsigned char)message[length - 1] == 0xA9);
}

static pthread_barrier_t barrier;

struct told {
  const char *path;
  int kept_place, kept_words, began_empty;
};

static void *fail_beside(void *argument) {
  struct told *told = argument;
  const char *buffer = facenet_error_message();
  told->began_empty = buffer[0] == 0;
  told->kept_words = 1;
  for (int i = 0; i < 1000; i++) {
    pthread_barrier_wait(&barrier);
    fail_with(told->path);
    pthread_barrier_wait(&barrier);
    told->kept_words &= strstr(buffer, told->path) != NULL;
  }
  told->kept_place = facenet_error_message() == buffer;
  return NULL;
}

static void each_thread_has_its_own_message(void) {
  struct told told[2] = {{"/no/such/one.jpg", 0, 0, 0}, {"/no/such/other.png", 0, 0, 0}};
  pthread_t threads[2];
  fail_with("/no/such/main.png");
  pthread_barrier_init(&barrier, NULL, 2);
  for (int i = 0; i < 2; i++) CHECK(pthread_create(&threads[i], NULL, fail_beside, &told[i]) == 0);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  pthread_barrier_destroy(&barrier);
  for (int i = 0; i < 2; i++) CHECK(told[i].kept_place && told[i].kept_words && told[i].began_empty);
  CHECK(strstr(facenet_error_message(), "/no/such/main.png") != NULL);
}

int main(void) {
  RUN(no_message_before_a_failure);
  RUN(version_is_the_header_s);
  RUN(every_status_has_a_name);
  RUN(message_says_what_and_where);
  RUN(success_leaves_the_message);
  RUN(long_message_is_cut_between_characters);
  RUN(each_thread_has_its_own_message);
  FINISH();
}
