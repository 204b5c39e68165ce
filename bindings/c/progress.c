/* How far is it, and how to stop it?  progress PHOTO.jpg   shows a percentage and messages; Ctrl-C ends the search */
#include <facenet.h>
#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t is_interrupted;

static void interrupt(int signal) {
  (void)signal;
  is_interrupted = 1;
}

/* Called by the thread that makes the call: 0 to go on, anything else to stop. */
static int32_t show(void *what, double fraction) {
  fprintf(stderr, "\r%s %3.0f %%%s", (const char *)what, 100 * fraction, fraction < 1 ? "" : "\n");
  return is_interrupted;
}

static void note(void *context, facenet_log_level level, const char *message) {
  (void)context;
  fprintf(stderr, "[%d] %s\n", (int)level, message);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: progress PHOTO.jpg\n");
    return 2;
  }
  signal(SIGINT, interrupt);
  facenet_log_set(note, NULL, FACENET_LOG_INFORMATION);

  facenet_bitmap *bitmap = NULL;
  facenet_detector *detector = NULL;
  facenet_image image;
  size_t count = 0;
  facenet_status status = facenet_bitmap_open(argv[1], &bitmap);
  if (status == FACENET_OK) status = facenet_bitmap_image(bitmap, &image);
  if (status == FACENET_OK) status = facenet_detector_open(NULL, NULL, &detector);
  if (status == FACENET_OK) {
    facenet_progress_set(show, "searching");
    status = facenet_detect(detector, &image, NULL, 0, &count);
    facenet_progress_set(NULL, NULL);
  }
  if (status == FACENET_OK) printf("%zu faces\n", count);
  if (status == FACENET_CANCELLED) fprintf(stderr, "\nstopped\n");
  else if (status != FACENET_OK) fprintf(stderr, "progress: %s\n", facenet_error_message());

  facenet_detector_free(detector);
  facenet_bitmap_free(bitmap);
  return status == FACENET_OK ? 0 : 1;
}
