/* One thread that calls the library: what it lends to a call, and what must hold when the call returns. */
#ifndef CALLER_H
#define CALLER_H

#include "dice.h"

#include <facenet.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { UNTOUCHED = 0xA5, LARGEST = 4 << 20 };

typedef struct caller {
  dice dice;
  int number;   /* of the thread */
  int is_alone; /* no other thread frees what the library lends */
  struct {
    void *memory;
    size_t size;
    int is_output; /* filled with UNTOUCHED, and to be found so after a failure */
    int is_mapped; /* by mmap */
  } lent[512];
  size_t lent_count;
  const char *_Atomic function; /* that is being called; NULL between calls */
  _Atomic long work, wall;      /* when the call began, in seconds: of the process's work, and on the wall */
  uint64_t seed, calls;
  int has_succeeded; /* the call that runs or ran last */
} caller;

/* A defect of the library, or of this program. */
#define DEFECT(c, ...)                                                     \
  do {                                                                     \
    fprintf(stderr, "seed %llu: %s: ", (unsigned long long)(c)->seed, (c)->function); \
    fprintf(stderr, __VA_ARGS__);                                          \
    fprintf(stderr, " (%s)\n", facenet_error_message());                   \
    abort();                                                               \
  } while (0)

/* Memory of exactly `size` bytes for the call: AddressSanitizer watches its borders. What is larger than LARGEST
 * holds zeros, which the system makes where they are looked at. */
static void *lend(caller *c, size_t size) {
  int is_mapped = size > LARGEST;
  void *memory = is_mapped ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) : malloc(size);
  if (!memory || memory == MAP_FAILED || c->lent_count == sizeof c->lent / sizeof *c->lent)
    DEFECT(c, "this program cannot lend %zu bytes", size);
  if (!is_mapped) memset(memory, UNTOUCHED, size);
  c->lent[c->lent_count].memory = memory;
  c->lent[c->lent_count].size = size;
  c->lent[c->lent_count].is_mapped = is_mapped;
  c->lent[c->lent_count++].is_output = 0;
  return memory;
}

/* Room for a result; now and then NULL. */
static void *output(caller *c, size_t size) {
  if (happens(&c->dice, 4)) return NULL;
  void *memory = lend(c, size);
  c->lent[c->lent_count - 1].is_output = size <= LARGEST;
  return memory;
}

static void take_back(caller *c) {
  while (c->lent_count--) {
    if (c->lent[c->lent_count].is_mapped)
      munmap(c->lent[c->lent_count].memory, c->lent[c->lent_count].size);
    else
      free(c->lent[c->lent_count].memory);
  }
  c->lent_count = 0;
}

/* Whether the last failure is one of a plugin of this program, which may fail as it likes. */
static inline int is_of_plugin(void) { return strstr(facenet_error_message(), "of the plugin fuzz-") != NULL; }

/* Whether a call succeeded; a failure says why and leaves its outputs as they were. */
static int succeeded(caller *c, facenet_status status) {
  c->has_succeeded = status == FACENET_OK;
  if (c->has_succeeded) return 1;
  int is_known = status >= 0 && (status < FACENET_PLUGIN_FAILED || status == FACENET_CANCELLED);
  if (!is_known && !is_of_plugin()) DEFECT(c, "status %d", (int)status);
  if (!*facenet_error_message()) DEFECT(c, "a failure without a message");
  for (size_t i = 0; i < c->lent_count; i++)
    for (size_t at = 0; c->lent[i].is_output && at < c->lent[i].size; at++)
      if (((uint8_t *)c->lent[i].memory)[at] != UNTOUCHED) DEFECT(c, "a failure changed output %zu at byte %zu", i, at);
  return 0;
}

/* Reads memory that the library promised to be there. */
static void look(caller *c, const void *memory, size_t size) {
  if (!memory && size) DEFECT(c, "%zu bytes at NULL", size);
  for (size_t at = 0; at < size; at++) (void)((const volatile uint8_t *)memory)[at];
}

#endif
