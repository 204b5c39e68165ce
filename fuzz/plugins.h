/* The calls of plugins: files that are none, and the list of what is built in. */
#include "methods.h"

static void plugin_load(caller *c) {
  const file *origin;
  succeeded(c, facenet_plugin_load(any_path(c, PICTURES, &origin)));
}

/* Its count is set on failure too. */
static void plugin_load_directory(caller *c) {
  size_t *count = happens(&c->dice, 10) ? NULL : lend(c, sizeof *count);
  succeeded(c, facenet_plugin_load_directory(strange_path(c), count));
}

static void plugin_component_count(caller *c) {
  if (facenet_plugin_component_count() == 0) DEFECT(c, "no components");
}

static void plugin_component(caller *c) {
  size_t position = happens(&c->dice, 80) ? below(&c->dice, 20) : any_uint32(&c->dice);
  facenet_component *out = output(c, sizeof *out);
  if (!succeeded(c, facenet_plugin_component(position, out))) return;
  const char *const texts[] = {out->kind, out->name, out->plugin, out->version, out->licence, out->file};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) look(c, texts[i], strlen(texts[i]) + 1);
}

static void index_kind_named(caller *c) {
  const char *name = ANY_TEXT(c, "afl8_-.\x80", "auto", "flat", "flat8", "mlann", "hnsw", "");
  facenet_index_kind *out = output(c, sizeof *out);
  if (!succeeded(c, facenet_index_kind_named(name, out))) return;
  if (*out < FACENET_INDEX_AUTO || *out > FACENET_INDEX_MLANN) DEFECT(c, "kind %d", (int)*out);
}

#define PLUGIN_CALLS                                                                                   \
  CALL(plugin_load, 2), CALL(plugin_load_directory, 1), CALL(plugin_component_count, 1),               \
  CALL(plugin_component, 2), CALL(plugin_attach, 3), CALL(index_kind_named, 1), METHOD_CALLS
