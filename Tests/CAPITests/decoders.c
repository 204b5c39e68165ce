/* A decoder of a plugin that is part of this program: what it reads, and what it gets wrong. */
#include "check.h"

#include <facenet_plugin.h>

static const facenet_host *host;

/* A decoder of "PIX", a width, a height and what goes wrong, a letter each; all pixels are (1, 2, 3) but the first. */

static int32_t recognises(void *component, const void *bytes, size_t count) {
  (void)component;
  const char *text = bytes;
  if (count >= 4 && !memcmp(text, "PIX?", 4)) return 2;
  return count >= 3 && count <= 4096 && !memcmp(text, "PIX", 3);
}

/* A TIFF structure whose only entry says orientation 6: the first row is the right side. */
static const uint8_t exif[] = {'E', 'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0,
                               0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0};

static facenet_status decode(void *component, const void *bytes, size_t count, const facenet_picture_target *target) {
  (void)component;
  const char *text = bytes;
  if (count < 6 || target->struct_size != sizeof *target) return host->fail(FACENET_CORRUPT, "too short");
  char how = text[5];
  if (how == 'e') target->exif(target->context, exif, sizeof exif);
  if (how == 't') target->exif(target->context, exif + 6, sizeof exif - 6);
  if (how == 'g') target->exif(target->context, text, count);
  if (how == '0') target->exif(target->context, NULL, 0);
  if (how == 'n') return FACENET_OK;
  if (how == 'f') return host->fail(FACENET_CORRUPT, "a torn negative");
  uint32_t width = (uint32_t)(text[3] - '0'), height = (uint32_t)(text[4] - '0');
  if (how == 'h') width = height = UINT32_MAX;
  uint8_t *room = target->allocate(target->context, width, height);
  if (how == '2') target->allocate(target->context, width, height);
  if (!room) return how == 'i' ? FACENET_OK : FACENET_TOO_LARGE;
  for (size_t i = 0; i < 3 * (size_t)width * height; i++) room[i] = (uint8_t)(i % 3 + 1);
  room[0] = room[1] = room[2] = 200;
  return FACENET_OK;
}

static facenet_status entry(const facenet_host *given, facenet_registrar *registrar) {
  host = given;
  facenet_plugin_description description = {sizeof description, FACENET_PLUGIN_ABI, "crafted", "2.1", "Apache-2.0"};
  facenet_decoder_methods methods = {sizeof methods, FACENET_ONE_THREAD, recognises, decode};
  facenet_status status = host->describe(registrar, &description);
  return status ? status : host->add_decoder(registrar, "pix", &methods, NULL);
}

/* Where the first stored pixel lies in the picture that comes of it. */
static void expect_picture(const char *file, uint32_t width, uint32_t height, size_t first) {
  facenet_bitmap *bitmap = NULL;
  facenet_image image = {0};
  CHECK(facenet_bitmap_decode(file, strlen(file), &bitmap) == FACENET_OK);
  CHECK(facenet_bitmap_image(bitmap, &image) == FACENET_OK && image.width == width && image.height == height);
  for (size_t i = 0; image.pixels && i < (size_t)width * height; i++) {
    CHECK(image.pixels[3 * i] == (i == first ? 200 : 1) && image.pixels[3 * i + 2] == (i == first ? 200 : 3));
  }
  facenet_bitmap_free(bitmap);
}

static void a_decoder_reads_its_format(void) {
  expect_picture("PIX43.", 4, 3, 0);
  expect_picture("PIX43e", 3, 4, 2);
  expect_picture("PIX43t", 3, 4, 2);
  expect_picture("PIX43g", 4, 3, 0);
  expect_picture("PIX430", 4, 3, 0);
}

static void what_a_decoder_gives_is_checked(void) {
  static const struct {
    const char *file;
    facenet_status status;
    const char *reason;
  } bad[] = {
      {"PIX", FACENET_CORRUPT, "too short (the decoder pix of the plugin crafted)"},
      {"PIX43n", FACENET_PLUGIN_FAILED, "the decoder pix of the plugin crafted gave no picture"},
      {"PIX43f", FACENET_CORRUPT, "a torn negative (the decoder pix of the plugin crafted)"},
      {"PIX43h", FACENET_TOO_LARGE, "4294967295x4294967295"},
      {"PIX432", FACENET_PLUGIN_FAILED, "twice"},
      {"PIX03.", FACENET_CORRUPT, "0x3"},
      {"PIX03i", FACENET_CORRUPT, "0x3"},
      {"PIX?3.", FACENET_PLUGIN_FAILED, "says 2"},
      {"PIY43.", FACENET_CORRUPT, "not a picture"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    facenet_bitmap *bitmap = NULL;
    CHECK_FAILS(facenet_bitmap_decode(bad[i].file, strlen(bad[i].file), &bitmap), bad[i].status, bad[i].reason);
  }
}

/* What the library reads itself is not shown to plugins. */
static void what_is_built_in_comes_first(void) {
  facenet_bitmap *bitmap = make_bitmap();
  CHECK(bitmap != NULL);
  facenet_bitmap_free(bitmap);
}

int main(void) {
  facenet_bitmap *bitmap = NULL;
  CHECK_FAILS(facenet_bitmap_decode("PIX43.", 6, &bitmap), FACENET_CORRUPT, "not a picture");
  CHECK(facenet_plugin_attach(entry) == FACENET_OK);
  RUN(a_decoder_reads_its_format);
  RUN(what_a_decoder_gives_is_checked);
  RUN(what_is_built_in_comes_first);
  FINISH();
}
