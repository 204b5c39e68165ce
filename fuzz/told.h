/* What the library calls back: progress, on the calling thread, of calls that it makes; a message to anybody. */
#include "arguments.h"

static int32_t progress(void *context, double fraction) {
  caller *c = context;
  if (!(fraction >= 0 && fraction <= 1)) DEFECT(c, "a fraction of %g", fraction);
  return happens(&c->dice, 2);
}

static void progress_set(caller *c) { facenet_progress_set(happens(&c->dice, 70) ? progress : NULL, c); }

static void listen_to(void *context, facenet_log_level level, const char *text) {
  (void)context;
  if (level < FACENET_LOG_DEBUG || level > FACENET_LOG_WARNING || !*text) abort();
}

static void log_set(caller *c) {
  int is_known = happens(&c->dice, 70);
  facenet_log_level level = (facenet_log_level)(is_known ? below(&c->dice, 4) : any_uint32(&c->dice));
  succeeded(c, facenet_log_set(happens(&c->dice, 70) ? listen_to : NULL, NULL, level));
}
