/* The sentence about a thread's last failure: Swift has no thread-local storage of its own. */
#ifndef FACENET_ERROR_MESSAGE_H
#define FACENET_ERROR_MESSAGE_H
enum { facenet_error_capacity = 1024 };
/* This thread's buffer, zeroed when the thread begins, in one place until it ends. */
char *facenet_error_buffer(void);
#endif
