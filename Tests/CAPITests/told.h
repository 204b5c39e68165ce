/* A progress function that notes what it is told, and can ask for a stop. */
#ifndef TOLD_H
#define TOLD_H

#include "check.h"

typedef struct told {
  double first, last;
  int count;     /* how often it was called */
  int is_wrong;  /* a fraction was none, or less than one before */
  int stop_at;   /* asks for a stop at this call, from 1; 0: never */
} told;

static inline int32_t tell(void *context, double fraction) {
  told *told = context;
  told->is_wrong |= !(fraction >= 0 && fraction <= 1) || (told->count > 0 && fraction < told->last);
  if (told->count++ == 0) told->first = fraction;
  told->last = fraction;
  return told->count == told->stop_at;
}

/* A call goes from its begin to 1 in at least `least` reports. */
#define CHECK_TOLD(call, least)                                                                      \
  do {                                                                                               \
    told told_ = {0};                                                                                \
    facenet_progress_set(tell, &told_);                                                              \
    CHECK((call) == FACENET_OK);                                                                     \
    facenet_progress_set(NULL, NULL);                                                                \
    CHECK(!told_.is_wrong && told_.last == 1 && told_.first < 0.2 && told_.count >= (least));         \
    if (told_.count < (least)) printf("%s told %d times, from %f\n", #call, told_.count, told_.first); \
  } while (0)

/* A call that is stopped at once, or after a few reports, fails and tells nothing more. */
#define CHECK_STOPS(call)                                                      \
  do {                                                                         \
    for (int stop_ = 1; stop_ < 9; stop_ += 3) {                               \
      told told_ = {.stop_at = stop_};                                         \
      facenet_progress_set(tell, &told_);                                      \
      CHECK_FAILS(call, FACENET_CANCELLED, "progress function stopped it");    \
      facenet_progress_set(NULL, NULL);                                        \
      CHECK(told_.count == stop_ && told_.last < 1);                           \
    }                                                                          \
  } while (0)

#endif
