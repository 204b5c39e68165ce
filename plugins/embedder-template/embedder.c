/* embedder-template - the smallest embedder that a plugin can bring: begin here, and put a network where `embed` is.
 *
 * It cuts a face into 8 x 8 squares and takes the mean of each. That knows one photograph from another, not one person
 * from another: use it to learn how a plugin is made, and for nothing else. */
#include <facenet_plugin.h>
#include <string.h>

enum { SIDE = 64, SQUARES = 8, SQUARE = SIDE / SQUARES };

static const facenet_host *host;

static facenet_status describe(void *self, facenet_embedder_description *out) {
  (void)self;
  out->dimension = SQUARES * SQUARES;
  out->side = SIDE;
  out->threshold = 0.02f;
  strcpy(out->identity, "means of 8 x 8 squares, 1");
  return FACENET_OK;
}

/* The mean of the greens of a square, less 128: no vector of real faces is zero. */
static float mean(const facenet_image *crop, int column, int row) {
  const uint8_t *corner = crop->pixels + (size_t)(row * SQUARE) * crop->stride + column * SQUARE * 3;
  int sum = 0;
  for (int y = 0; y < SQUARE; y++)
    for (int x = 0; x < SQUARE; x++) sum += corner[(size_t)y * crop->stride + (size_t)(3 * x + 1)] - 128;
  return (float)sum / (SQUARE * SQUARE);
}

static facenet_status embed(void *self, const facenet_image *crops, size_t count, float *embeddings) {
  (void)self;
  for (size_t i = 0; i < count; i++) {
    float length = 0;
    for (int square = 0; square < SQUARES * SQUARES; square++) {
      float value = mean(&crops[i], square % SQUARES, square / SQUARES);
      length += value * value;
      *embeddings++ = value;
    }
    if (length == 0) return host->fail(FACENET_INVALID_ARGUMENT, "a crop is all of one gray");
  }
  return FACENET_OK;
}

facenet_status facenet_plugin_entry(const facenet_host *given, facenet_registrar *registrar) {
  static const facenet_plugin_description description = {
      sizeof description, FACENET_PLUGIN_ABI, "embedder-template", "1.0", "Apache-2.0"};
  static const facenet_embedder_methods methods = {
      .struct_size = sizeof methods, .describe = describe, .embed = embed};
  host = given;
  facenet_status status = host->describe(registrar, &description);
  return status ? status : host->add_embedder(registrar, "squares", &methods, NULL);
}
