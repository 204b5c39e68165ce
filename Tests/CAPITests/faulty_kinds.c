/* Kinds of index that lack something, or claim too much: an entry that adds one fails, and nothing of it stays. */
#include "check.h"

#include <facenet_plugin.h>

static facenet_status open(void *component, uint32_t dimension, const facenet_index_options *options, void **self) {
  (void)component, (void)dimension, (void)options, (void)self;
  return FACENET_INTERNAL;
}

static facenet_status add(void *self, const int64_t *numbers, const float *vectors, size_t count) {
  (void)self, (void)numbers, (void)vectors, (void)count;
  return FACENET_INTERNAL;
}

static facenet_status search(void *self, const float *query, int64_t *numbers, size_t capacity, size_t *count) {
  (void)self, (void)query, (void)numbers, (void)capacity, (void)count;
  return FACENET_INTERNAL;
}

static facenet_status save(void *self, int32_t (*write)(void *context, const void *bytes, size_t count), void *context) {
  (void)self, (void)write, (void)context;
  return FACENET_INTERNAL;
}

static facenet_status restore(void *component, uint32_t dimension, const facenet_index_options *options,
                              const int64_t *numbers, const float *vectors, size_t count, const void *bytes,
                              size_t byte_count, void **self) {
  (void)component, (void)dimension, (void)options, (void)numbers, (void)vectors, (void)count, (void)bytes;
  (void)byte_count, (void)self;
  return FACENET_INTERNAL;
}

/* What an entry may not add. */
static const char *missing;

static facenet_status faulty(const facenet_host *given, facenet_registrar *registrar) {
  facenet_plugin_description description = {sizeof description, FACENET_PLUGIN_ABI, "faulty", "2.1", "Apache-2.0"};
  facenet_index_methods methods = {.struct_size = sizeof methods, .open = open, .add = add, .search = search,
                                   .save = save, .restore = restore};
  if (!strcmp(missing, "open")) methods.open = NULL;
  if (!strcmp(missing, "add")) methods.add = NULL;
  if (!strcmp(missing, "search")) methods.search = NULL;
  if (!strcmp(missing, "save")) methods.save = NULL;
  if (!strcmp(missing, "restore")) methods.restore = NULL;
  if (!strcmp(missing, "flags")) methods.flags = 2;
  if (!strcmp(missing, "struct_size")) methods.struct_size = 60;
  given->describe(registrar, &description);
  return given->add_index(registrar, strcmp(missing, "name") ? "faulty" : "mlann", &methods, NULL);
}

static void a_faulty_one_is_not_added(void) {
  static const char *const faults[][2] = {
      {"open", "index's open"}, {"add", "index's add"}, {"search", "index's search"}, {"save", "need each other"},
      {"restore", "need each other"}, {"flags", "flags 2"}, {"struct_size", "60"}, {"name", "is built in already"},
  };
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    missing = faults[i][0];
    CHECK(facenet_plugin_attach(faulty) != FACENET_OK && strstr(facenet_error_message(), faults[i][1]));
  }
  facenet_index_kind kind;
  CHECK_FAILS(facenet_index_kind_named("faulty", &kind), FACENET_NOT_FOUND, "faulty");
}

int main(void) {
  RUN(a_faulty_one_is_not_added);
  FINISH();
}
