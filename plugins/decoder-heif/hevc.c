#include "hevc.h"

#include <libde265/de265.h>
#include <libheif/heif_plugin.h>
#include <stdlib.h>
#include <string.h>

#include "parameters.h"

/* Slices of a picture; HEVC itself allows no more (ITU-T H.265, table A.8). */
enum { MOST_SLICES = 600 };

static _Thread_local hevc_budget *charged;

void hevc_charge(hevc_budget *budget) { charged = budget; }

typedef struct decoder {
  de265_decoder_context *context;
  int slices;
} decoder;

static struct heif_error done(void) {
  struct heif_error none = {heif_error_Ok, heif_suberror_Unspecified, "Success"};
  return none;
}

/* A failure; message: a constant. */
static struct heif_error broken(const char *message) {
  if (charged) charged->failure = message;
  struct heif_error error = {heif_error_Decoder_plugin_error, heif_suberror_Unspecified, message};
  return error;
}

static struct heif_error too_large(void) {
  if (charged) charged->is_exceeded = 1;
  return broken("a coded picture is larger than the limit");
}

/* Called before memory for a coded picture is made: takes it from the budget, or refuses it. */
static int get_buffer(de265_decoder_context *context, struct de265_image_spec *spec, struct de265_image *image,
                      void *unused) {
  (void)unused;
  uint64_t pixels = (uint64_t)(spec->width > 0 ? spec->width : 0) * (uint64_t)(spec->height > 0 ? spec->height : 0);
  if (!charged || pixels == 0 || pixels > charged->most_pixels || pixels > charged->pixels) {
    too_large();
    return 0;
  }
  charged->pixels -= pixels;
  return de265_get_default_image_allocation_functions()->get_buffer(context, spec, image, NULL);
}

static void release_buffer(de265_decoder_context *context, struct de265_image *image, void *unused) {
  (void)unused;
  de265_get_default_image_allocation_functions()->release_buffer(context, image, NULL);
}

static struct heif_error new_decoder(void **out) {
  static struct de265_image_allocation allocation = {get_buffer, release_buffer};
  decoder *self = calloc(1, sizeof *self);
  if (self) self->context = de265_new_decoder();
  if (!self || !self->context) {
    free(self);
    return broken("there is no memory for a decoder");
  }
  de265_set_image_allocation_functions(self->context, &allocation, NULL);
  de265_set_parameter_bool(self->context, DE265_DECODER_PARAM_SUPPRESS_FAULTY_PICTURES, 1);
  *out = self;
  return done();
}

static void free_decoder(void *pointer) {
  decoder *self = pointer;
  de265_free_decoder(self->context);
  free(self);
}

/* Takes one NAL unit, once it is known that what it declares is within the limits. */
static struct heif_error push_unit(decoder *self, const uint8_t *unit, size_t count) {
  unsigned type = count >= 2 ? unit[0] >> 1 & 63 : 63;
  if (type < 32 && ++self->slices > MOST_SLICES) return broken("a coded picture has too many slices");
  if (type == 33) {
    uint32_t width, height;
    if (!parameters_size(unit, count, &width, &height)) return broken("a coded picture has sizes that do not fit");
    if (!charged || (uint64_t)width * height > charged->most_pixels) return too_large();
  }
  de265_error error = de265_push_NAL(self->context, unit, (int)count, 0, NULL);
  return de265_isOK(error) ? done() : broken("there is no memory for coded data");
}

/* NAL units, each behind its length in 4 bytes. */
static struct heif_error push_data(void *pointer, const void *data, size_t count) {
  const uint8_t *bytes = data;
  while (count >= 4) {
    size_t length = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
    if (length > count - 4 || length > INT32_MAX) break;
    struct heif_error error = push_unit(pointer, bytes + 4, length);
    if (error.code != heif_error_Ok) return error;
    bytes += 4 + length;
    count -= 4 + length;
  }
  return count == 0 ? done() : broken("coded data are no HEVC, or are cut short");
}

/* One plane of a decoded picture into one of libheif's. */
static struct heif_error copy_plane(const struct de265_image *from, int channel, struct heif_image *to,
                                    enum heif_channel plane) {
  int width = de265_get_image_width(from, channel), height = de265_get_image_height(from, channel);
  int depth = de265_get_bits_per_pixel(from, channel), from_stride = 0, to_stride = 0;
  const uint8_t *source = de265_get_image_plane(from, channel, &from_stride);
  size_t row = (size_t)width * (depth > 8 ? 2 : 1);
  if (!source || width <= 0 || height <= 0 || depth < 8 || depth > 16 || depth != de265_get_bits_per_pixel(from, 0)) {
    return broken("a coded picture has planes of a kind that is not read");
  }
  struct heif_error error = heif_image_add_plane(to, plane, width, height, depth);
  if (error.code != heif_error_Ok) return error;
  uint8_t *target = heif_image_get_plane(to, plane, &to_stride);
  if (!target || (size_t)to_stride < row || (size_t)from_stride < row) return broken("a plane has no room");
  for (int y = 0; y < height; y++, target += to_stride, source += from_stride) memcpy(target, source, row);
  return done();
}

/* How the picture's YCbCr are meant: phones say so in the coded data alone. Values that libheif does not know are left
 * out, as it does. */
static void copy_colours(const struct de265_image *from, struct heif_image *to) {
  struct heif_color_profile_nclx *profile = heif_nclx_color_profile_alloc();
  if (!profile) return;
  int transfer = de265_get_image_transfer_characteristics(from), matrix = de265_get_image_matrix_coefficients(from);
  heif_nclx_color_profile_set_color_primaries(profile, (uint16_t)de265_get_image_colour_primaries(from));
  heif_nclx_color_profile_set_transfer_characteristics(profile, (uint16_t)transfer);
  heif_nclx_color_profile_set_matrix_coefficients(profile, (uint16_t)matrix);
  profile->full_range_flag = (uint8_t)de265_get_image_full_range_flag(from);
  heif_image_set_nclx_color_profile(to, profile);
  heif_nclx_color_profile_free(profile);
}

/* A picture of libde265 as one of libheif. */
static struct heif_error convert(const struct de265_image *from, struct heif_image **out) {
  static const enum heif_channel planes[] = {heif_channel_Y, heif_channel_Cb, heif_channel_Cr};
  enum heif_chroma chroma = (enum heif_chroma)de265_get_chroma_format(from);
  int is_gray = chroma == heif_chroma_monochrome;
  enum heif_colorspace space = is_gray ? heif_colorspace_monochrome : heif_colorspace_YCbCr;
  int width = de265_get_image_width(from, 0), height = de265_get_image_height(from, 0);
  struct heif_image *image = NULL;
  struct heif_error error = heif_image_create(width, height, space, chroma, &image);
  for (int channel = 0; error.code == heif_error_Ok && channel < (is_gray ? 1 : 3); channel++) {
    error = copy_plane(from, channel, image, planes[channel]);
  }
  if (error.code != heif_error_Ok) {
    heif_image_release(image);
    return error;
  }
  copy_colours(from, image);
  *out = image;
  return done();
}

/* The first picture of what was pushed. */
static struct heif_error decode_image(void *pointer, struct heif_image **out) {
  de265_decoder_context *context = ((decoder *)pointer)->context;
  de265_flush_data(context);
  for (int more = 1; more;) {
    if (charged && charged->host->progress(0)) {
      charged->is_cancelled = 1;
      return broken("cancelled");
    }
    more = 0;
    if (!de265_isOK(de265_decode(context, &more))) break;
    const struct de265_image *image = de265_get_next_picture(context);
    if (image) return convert(image, out);
  }
  return broken("a coded picture is damaged");
}

static const char *get_name(void) { return "HEVC for libfacenet, by libde265"; }

/* Asked for each picture, on the thread that decodes it. Other codings are taken too, and refused, so that no decoder
 * without limits gets them. The priority is above that of all others, whose are 100: the name of a decoder in libheif's
 * options does not reach the tiles of a grid, nor transparency. */
static int supports(enum heif_compression_format format) {
  (void)format;
  return charged ? 10000 : 0;
}

struct heif_error hevc_register(void) {
  static const struct heif_decoder_plugin plugin = {
      .plugin_api_version = 1,
      .get_plugin_name = get_name,
      .does_support_format = supports,
      .new_decoder = new_decoder,
      .free_decoder = free_decoder,
      .push_data = push_data,
      .decode_image = decode_image,
  };
  return heif_register_decoder_plugin(&plugin);
}
