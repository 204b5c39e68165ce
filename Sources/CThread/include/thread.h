/* What belongs to a thread: Swift has no thread-local storage of its own. */
#ifndef FACENET_THREAD_H
#define FACENET_THREAD_H
#include <stdbool.h>
#include <stdint.h>
enum { facenet_error_capacity = 1024 };
typedef struct facenet_thread {
  void *watch;                                         /* who is told how far the work is; NULL: nobody */
  int32_t (*progress)(void *context, double fraction); /* what C callers have set; NULL: nothing */
  void *context;
  bool reports; /* that function is being called */
  bool logs;    /* the function that takes log messages is being called */
  void *inside; /* the object that the call in progress has locked for others; NULL: none */
} facenet_thread;
/* The calling thread's, all zero when the thread begins, in one place until it ends. */
facenet_thread *facenet_this_thread(void);
/* The sentence about its last failure; the same holds. */
char *facenet_error_buffer(void);
/* What a plugin says of the failure of its call that this thread makes; as large. */
char *facenet_plugin_message_buffer(void);
#endif
