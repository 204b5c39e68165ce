/* An attached plugin whose methods do what dice say: as the contract has it, or whatever they can do without reaching
 * beyond their room. Its components are opened here and used by all other calls. A method of an index or a store comes
 * behind those of the operator, and is added by `methods_entry`. */
#include "operators.h"

#include "../Tests/CAPITests/network.h"

static const facenet_host *fuzz_host;

/* Thrown by methods: seeded by the calls below, so by the seed on threads of this program. */
static _Thread_local dice thrown;

/* What a component is added with. */
typedef struct place {
  const char *name;
  int is_alone; /* FACENET_ONE_THREAD */
  _Atomic int inside;
} place;

static place places[] = {{"dice", 0, 0}, {"dice-alone", 1, 0}};

enum { OBJECT = 0x0B1EC7 };

/* What an open makes. */
typedef struct object {
  int magic;
  unsigned wickedness; /* percent of calls that do not keep the contract */
  place *place;
  uint32_t dimension;
} object;

/* Every use of an object passes here: it is one, and alone where it has to be. */
static object *enter(void *self) {
  object *object = self;
  if (object->magic != OBJECT) abort();
  if (++object->place->inside > 1 && object->place->is_alone) abort();
  return object;
}

static facenet_status leave(object *object, facenet_status status) {
  object->place->inside--;
  return status;
}

static facenet_status any_status(void) {
  char sentence[5000];
  facenet_status status = happens(&thrown, 90) ? (facenet_status)below(&thrown, 11) : (facenet_status)any_uint32(&thrown);
  size_t length = below(&thrown, happens(&thrown, 90) ? 60 : sizeof sentence);
  if (happens(&thrown, 30)) return status;
  for (size_t i = 0; i < length; i++)
    sentence[i] = (char)(happens(&thrown, 95) ? 'a' + (int)below(&thrown, 26) : (int)roll(&thrown));
  sentence[length] = 0;
  return fuzz_host->fail(status, happens(&thrown, 5) ? NULL : sentence);
}

static int is_wicked(const object *object) { return happens(&thrown, object->wickedness); }

/* Tells progress and the log something, and now and then heeds what the first says. */
static int is_stopped(void) {
  if (happens(&thrown, 5)) fuzz_host->log((facenet_log_level)any_uint32(&thrown), happens(&thrown, 50) ? "told" : NULL);
  return happens(&thrown, 20) && fuzz_host->progress(any_float(&thrown)) && happens(&thrown, 90);
}

static facenet_status open_object(void *component, const char *location, const void *options, void **self) {
  unsigned wickedness = happens(&thrown, 50) ? 0 : (unsigned)below(&thrown, 100);
  volatile uint32_t size = *(const uint32_t *)options;
  if (!size || strlen(location) > 100000) abort();
  object *made = malloc(sizeof *made);
  *made = (object){OBJECT, wickedness, component, 0};
  *self = made;
  facenet_status status = happens(&thrown, wickedness) ? any_status() : FACENET_OK;
  if (status) free(made);
  return status;
}

static void close_object(void *self) {
  object *object = enter(self);
  leave(object, FACENET_OK);
  object->magic = 0;
  free(object);
}

/* Detector. */

static facenet_status open_detector(void *component, const char *location, const facenet_detector_options *options,
                                    void **self) {
  return open_object(component, location, options, self);
}

static facenet_status find_faces(void *self, const facenet_image *image, facenet_face *faces, size_t capacity,
                                 size_t *count) {
  static const size_t counts[] = {0, 1, 2, 63, 64, 65, 1000, 65536, 65537, SIZE_MAX, SIZE_MAX / 2 + 1};
  object *object = enter(self);
  int wicked = is_wicked(object);
  if (image->format != FACENET_RGB8 || picture_bytes(image) == 0) abort();
  volatile uint8_t last = image->pixels[picture_bytes(image) - 1];
  size_t found = below(&thrown, 4) + (last & 1);
  if (happens(&thrown, 5)) found = wicked ? ONE_OF(&thrown, counts) : 64 + below(&thrown, 40);
  for (size_t i = 0; i < found && i < capacity; i++) {
    float x = (float)(i % 40), *numbers = (float *)&faces[i];
    faces[i] = (facenet_face){x, 2, x + 20, 30, 1 / (1 + (float)i),
                              {{x + 4, 10}, {x + 14, 11}, {x + 9, 15}, {x + 5, 20}, {x + 13, 21}}};
    if (wicked && happens(&thrown, 30)) numbers[below(&thrown, 15)] = any_float(&thrown);
  }
  if (!wicked || happens(&thrown, 95)) *count = found;
  if (is_stopped()) return leave(object, FACENET_CANCELLED);
  return leave(object, wicked && happens(&thrown, 40) ? any_status() : FACENET_OK);
}

/* Embedder. */

static facenet_status open_embedder(void *component, const char *location, const facenet_embedder_options *options,
                                    void **self) {
  return open_object(component, location, options, self);
}

static facenet_status describe_embedder(void *self, facenet_embedder_description *out) {
  static const uint32_t dimensions[] = {1, 2, 3, 16, 128, 512};
  object *object = enter(self);
  out->dimension = ONE_OF(&thrown, dimensions);
  out->side = 8 + (uint32_t)below(&thrown, 40);
  strcpy(out->identity, happens(&thrown, 50) ? "dice" : "other dice");
  if (is_wicked(object)) {
    uint32_t *const words[] = {&out->struct_size, &out->dimension, &out->side, &out->threshold_count};
    facenet_measured_threshold *measured = &out->thresholds[below(&thrown, 16)];
    float *const numbers[] = {&out->threshold, &out->landmarks[below(&thrown, 5)].x, &measured->distance,
                              &measured->false_accept_rate};
    for (size_t i = 0; i < 4; i++) {
      if (happens(&thrown, 20)) *words[i] = any_uint32(&thrown);
      if (happens(&thrown, 20)) *numbers[i] = any_float(&thrown);
    }
    if (happens(&thrown, 20)) memset(out->identity, (int)roll(&thrown), below(&thrown, sizeof out->identity + 1));
  }
  object->dimension = out->dimension;
  return leave(object, is_wicked(object) && happens(&thrown, 20) ? any_status() : FACENET_OK);
}

static facenet_status embed_crops(void *self, const facenet_image *crops, size_t count, float *embeddings) {
  object *object = enter(self);
  int wicked = is_wicked(object);
  for (size_t i = 0; i < count; i++) {
    if (crops[i].stride != 3 * crops[i].width || crops[i].width != crops[i].height) abort();
    float sum = 0;
    for (size_t k = 0; k < picture_bytes(&crops[i]); k++) sum += crops[i].pixels[k];
    for (size_t k = 0; k < object->dimension; k++) embeddings[i * object->dimension + k] = 1 + sum + (float)k;
  }
  size_t floats = count * object->dimension;
  for (size_t i = 0; wicked && i < floats; i += 1 + below(&thrown, 50)) embeddings[i] = any_float(&thrown);
  if (wicked && happens(&thrown, 20)) memset(embeddings, 0, floats * sizeof *embeddings);
  if (is_stopped()) return leave(object, FACENET_CANCELLED);
  return leave(object, wicked && happens(&thrown, 30) ? any_status() : FACENET_OK);
}

/* Decoder, of files that begin with "DICE". */

static int32_t recognises(void *component, const void *bytes, size_t count) {
  if (count > 4096 || !component) abort();
  if (count < 4 || memcmp(bytes, "DICE", 4)) return 0;
  return happens(&thrown, 90) ? 1 : (int32_t)any_uint32(&thrown);
}

static facenet_status decode_picture(void *component, const void *bytes, size_t count,
                                     const facenet_picture_target *target) {
  uint8_t exif[200];
  int wicked = happens(&thrown, 40);
  if (!component || !count || !target->maximum_side || !target->maximum_pixels) abort();
  for (size_t i = 0; i < sizeof exif; i++) exif[i] = (uint8_t)roll(&thrown);
  memcpy(exif, "II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", 18);
  if (happens(&thrown, 50)) target->exif(target->context, exif, wicked ? below(&thrown, sizeof exif) : 26);
  if (wicked && happens(&thrown, 10)) target->exif(target->context, NULL, below(&thrown, 2) * SIZE_MAX);
  for (size_t times = wicked ? below(&thrown, 3) : 1; times; times--) {
    uint32_t width = 1 + (uint32_t)below(&thrown, 50), height = 1 + (uint32_t)below(&thrown, 50);
    if (wicked && happens(&thrown, 30)) width = any_uint32(&thrown);
    if (wicked && happens(&thrown, 30)) height = any_uint32(&thrown);
    uint8_t *room = target->allocate(target->context, width, height);
    if (!room && happens(&thrown, 90)) return FACENET_TOO_LARGE;
    if (room) memset(room, ((const uint8_t *)bytes)[count - 1], (size_t)3 * width * height);
  }
  if (is_stopped()) return FACENET_CANCELLED;
  return wicked && happens(&thrown, 40) ? any_status() : FACENET_OK;
}

/* Operators. */

static facenet_status scale(void *component, const float *x, float *y, size_t count, const int64_t *shape, size_t rank,
                            float by) {
  if (!component || (rank && shape[rank - 1] < 0)) abort();
  for (size_t i = 0; i < count; i++) y[i] = happens(&thrown, 98) ? by * x[i] : any_float(&thrown);
  return happens(&thrown, 90) ? FACENET_OK : any_status();
}

static facenet_status last_of_rows(const float *x, int64_t *y, size_t rows, size_t columns, int32_t stride) {
  for (size_t i = 0; i < rows && columns; i++) y[i] = (int64_t)(x[i * (size_t)stride + columns - 1] > 0);
  return happens(&thrown, 90) ? FACENET_OK : any_status();
}

static facenet_status methods_entry(const facenet_host *host, facenet_registrar *registrar) {
  static const facenet_plugin_description description = {
      sizeof description, FACENET_PLUGIN_ABI, "fuzz-methods", "1", "MIT"};
  facenet_operator scaling = {.struct_size = sizeof scaling, .version = 1, .domain = "fuzz", .signature = "!pXYnh0r0f",
                              .attributes = "by=2", .function = (void (*)(void))scale};
  facenet_operator last = {.struct_size = sizeof last, .version = 1, .domain = "fuzz", .signature = "!XT m0 c0 ws0",
                           .shape = "[0.0]", .function = (void (*)(void))last_of_rows};
  facenet_status status = host->describe(registrar, &description);
  fuzz_host = host;
  for (size_t i = 0; i < 2; i++) {
    uint32_t flags = places[i].is_alone ? FACENET_ONE_THREAD : 0;
    facenet_detector_methods detector = {sizeof detector, flags, open_detector, find_faces, close_object};
    facenet_embedder_methods embedder = {
        sizeof embedder, flags, open_embedder, describe_embedder, embed_crops, close_object};
    if (!status) status = host->add_detector(registrar, places[i].name, &detector, &places[i]);
    if (!status) status = host->add_embedder(registrar, places[i].name, &embedder, &places[i]);
  }
  facenet_decoder_methods decoder = {sizeof decoder, 0, recognises, decode_picture};
  if (!status) status = host->add_decoder(registrar, "dice", &decoder, &places[0]);
  if (!status) status = host->add_operator(registrar, "Scale", &scaling, &places[0]);
  return status ? status : host->add_operator(registrar, "Last", &last, NULL);
}

/* Tables of which everything may be wrong but the memory that they state. Where one is taken, nothing calls it. */

static _Thread_local caller *offering_caller;

static void *any_table(size_t known, size_t words) {
  uint32_t sizes[] = {0, 4, 8, (uint32_t)known - 8, (uint32_t)known, (uint32_t)known + 8, 4096, 4097, UINT32_MAX};
  caller *c = offering_caller;
  uint32_t size = happens(&c->dice, 60) ? (uint32_t)known : ONE_OF(&c->dice, sizes);
  size_t room = size < 4 || size > 4096 ? 4 : size;
  uint8_t *table = lend(c, room);
  memset(table, 0, room);
  memcpy(table, &size, 4);
  uint32_t flags = happens(&c->dice, 70) ? (uint32_t)below(&c->dice, 2) : any_uint32(&c->dice);
  if (room >= 8) memcpy(table + 4, &flags, 4);
  for (size_t word = 0; word < words && 16 + 8 * word <= room; word++) {
    void (*function)(void) = happens(&c->dice, 80) ? does_nothing : NULL;
    memcpy(table + 8 + 8 * word, &function, 8);
  }
  if (room > known && happens(&c->dice, 30)) table[known + below(&c->dice, room - known)] = 1;
  return table;
}

static facenet_status tables_entry(const facenet_host *host, facenet_registrar *registrar) {
  caller *c = offering_caller;
  char name[30];
  facenet_plugin_description description = {sizeof description, FACENET_PLUGIN_ABI, "fuzz-tables", "1", "MIT"};
  facenet_status status = happens(&c->dice, 95) ? host->describe(registrar, &description) : FACENET_OK;
  for (size_t i = 0; i < 3; i++) {
    snprintf(name, sizeof name, "offered-%zu", happens(&c->dice, 95) ? i : 0);
    const char *given = happens(&c->dice, 95) ? name : any_name(c);
    switch (below(&c->dice, 3)) {
    case 0: status |= host->add_detector(registrar, given, any_table(sizeof(facenet_detector_methods), 3), c); break;
    case 1: status |= host->add_embedder(registrar, given, any_table(sizeof(facenet_embedder_methods), 4), c); break;
    default: status |= host->add_decoder(registrar, given, any_table(sizeof(facenet_decoder_methods), 2), c);
    }
  }
  return status ? status : host->fail(FACENET_UNSUPPORTED, "fuzz: all of them were taken");
}

/* The calls. */

static void attached_table(caller *c) {
  offering_caller = c;
  facenet_status status = facenet_plugin_attach(tables_entry);
  c->has_succeeded = strstr(facenet_error_message(), "fuzz: all of them were taken") != NULL;
  if (!status) DEFECT(c, "an entry that fails was a success");
}

static void throw_anew(caller *c) {
  facenet_status status = facenet_plugin_attach(methods_entry);
  if (status) DEFECT(c, "the plugin of dice is refused with %d", (int)status);
  thrown.state = roll(&c->dice);
}

static const char *any_component(caller *c) {
  static const char *const names[] = {"dice", "dice-alone", "dice:a place", "dice-alone:"};
  return lend_text(c, ONE_OF(&c->dice, names));
}

static void attached_detector(caller *c) {
  throw_anew(c);
  facenet_detector_options options = {0, any_threads(&c->dice), 0, any_share(&c->dice), any_share(&c->dice)};
  facenet_detector **out = output(c, sizeof *out);
  if (succeeded(c, facenet_detector_open(any_component(c), any_options(c, &options, sizeof options), out)))
    keep(c, DETECTOR, (uintptr_t)*out, NULL);
}

static void attached_embedder(caller *c) {
  throw_anew(c);
  facenet_embedder_options options = {0, any_threads(&c->dice), any_share(&c->dice)};
  facenet_embedder **out = output(c, sizeof *out);
  if (succeeded(c, facenet_embedder_open(any_component(c), any_options(c, &options, sizeof options), out)))
    keep(c, EMBEDDER, (uintptr_t)*out, NULL);
}

static void attached_bitmap(caller *c) {
  throw_anew(c);
  size_t count = 4 + below(&c->dice, happens(&c->dice, 90) ? 100 : 10000);
  uint8_t *bytes = lend(c, count);
  memcpy(bytes, "DICE", 4);
  facenet_bitmap **out = output(c, sizeof *out);
  if (succeeded(c, facenet_bitmap_decode(bytes, count, out))) keep(c, BITMAP, (uintptr_t)*out, NULL);
}

/* ModelProto: y = fuzz::operation(x) for rows of three. */
static message model_with(const char *operation) {
  message graph = {.count = 0}, node = graph, opset = graph, x = value_info("x", 1), y = value_info("y", 1);
  put_text(&node, 1, "x");
  put_text(&node, 2, "y");
  put_text(&node, 4, operation);
  put_text(&node, 7, "fuzz");
  put_message(&graph, 1, &node);
  put_text(&graph, 2, "thrown");
  put_message(&graph, 11, &x);
  put_message(&graph, 12, &y);
  put_text(&opset, 1, "fuzz");
  put_number(&opset, 2, 1);
  message model = model_of(&graph);
  put_message(&model, 8, &opset);
  return model;
}

static void attached_model(caller *c) {
  static file origin = {.inputs = {{FACENET_FLOAT32, 2, {0, 3}}}, .input_count = 1};
  throw_anew(c);
  message bytes = model_with(happens(&c->dice, 50) ? "Scale" : "Last");
  facenet_model **out = output(c, sizeof *out);
  if (succeeded(c, facenet_model_decode(bytes.bytes, bytes.count, out))) keep(c, MODEL, (uintptr_t)*out, &origin);
}

#define METHOD_CALLS                                                                                  \
  CALL(attached_detector, 12), CALL(attached_embedder, 12), CALL(attached_bitmap, 12), CALL(attached_model, 12), \
  CALL(attached_table, 6)
