// decoder-heif - reads HEIC photographs, as phones make them, with libheif and libde265.
//
// 8 to 16 bits, gray, grids of tiles, pictures derived from others; of several pictures the primary one. What is
// transparent shows white. libheif turns and mirrors a picture as the file's own properties (irot, imir) say; the
// orientation in an EXIF block beside them tells what was done and counts for nothing (ISO/IEC 23008-12, annex A.2).
// Cut or damaged files are refused.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "hevc.h"

namespace {

const facenet_host *host;

struct Release {
  void operator()(heif_context *context) const { heif_context_free(context); }
  void operator()(heif_image_handle *handle) const { heif_image_handle_release(handle); }
  void operator()(heif_image *image) const { heif_image_release(image); }
  void operator()(heif_decoding_options *options) const { heif_decoding_options_free(options); }
};
template <typename T>
using Owned = std::unique_ptr<T, Release>;

// Coded pictures are charged to a budget while this lives.
struct Charge {
  explicit Charge(hevc_budget &budget) { hevc_charge(&budget); }
  ~Charge() { hevc_charge(nullptr); }
};

// Whether a file of this brand has its pictures coded in HEVC (ISO/IEC 23008-12, annex B.4).
bool is_hevc_brand(const uint8_t *brand) {
  for (const char *known : {"heic", "heix", "heim", "heis"})
    if (!std::memcmp(brand, known, 4)) return true;
  return false;
}

// Looks for such a brand in the box "ftyp", which begins the file: a major one and, after a version, compatible ones.
int32_t recognises(void *, const void *bytes, size_t count) {
  const uint8_t *box = static_cast<const uint8_t *>(bytes);
  if (count < 16 || std::memcmp(box + 4, "ftyp", 4)) return 0;
  size_t length = size_t{box[0]} << 24 | size_t{box[1]} << 16 | size_t{box[2]} << 8 | box[3];
  if (is_hevc_brand(box + 8)) return 1;
  for (size_t i = 16; i + 4 <= std::min(length, count); i += 4)
    if (is_hevc_brand(box + i)) return 1;
  return 0;
}

// Why libheif, or the decoder within it, has failed.
facenet_status failure(const heif_error &error, const hevc_budget &budget) {
  if (budget.is_cancelled) return host->fail(FACENET_CANCELLED, "stopped while a HEIF picture was decoded");
  if (budget.is_exceeded || error.subcode == heif_suberror_Security_limit_exceeded)
    return host->fail(FACENET_TOO_LARGE, "a HEIF file has coded pictures that are larger than the limit");
  if (error.code == heif_error_Memory_allocation_error)
    return host->fail(FACENET_TOO_LARGE, "there is no memory for a HEIF picture");
  std::string reason = budget.failure ? budget.failure : error.message ? error.message : "no reason given";
  std::replace_if(reason.begin(), reason.end(), [](char letter) { return letter >= 0 && letter < ' '; }, ' ');
  bool is_kind = error.code == heif_error_Unsupported_filetype || error.code == heif_error_Unsupported_feature;
  reason = "a HEIF picture cannot be read: " + reason;
  return host->fail(is_kind ? FACENET_UNSUPPORTED : FACENET_CORRUPT, reason.c_str());
}

// A row of RGBA to one of RGB, mixed with white as stored (not linear) values.
void composite_over_white(const uint8_t *rgba, uint8_t *rgb, size_t width) {
  for (size_t x = 0; x < width; x++, rgba += 4, rgb += 3) {
    unsigned alpha = rgba[3], white = 255 * (255 - alpha);
    for (int channel = 0; channel < 3; channel++) rgb[channel] = uint8_t((rgba[channel] * alpha + white + 127) / 255);
  }
}

// A decoded picture to rows of RGB without gaps.
facenet_status copy(const heif_image *image, bool has_alpha, uint8_t *room, int width, int height) {
  int stride = 0;
  const uint8_t *source = heif_image_get_plane_readonly(image, heif_channel_interleaved, &stride);
  if (!source || heif_image_get_width(image, heif_channel_interleaved) != width ||
      heif_image_get_height(image, heif_channel_interleaved) != height || stride / (has_alpha ? 4 : 3) < width)
    return host->fail(FACENET_CORRUPT, "a HEIF picture has another size than its file says");
  for (int y = 0; y < height; y++, source += stride, room += 3 * size_t(width)) {
    if (has_alpha) composite_over_white(source, room, size_t(width));
    else std::memcpy(room, source, 3 * size_t(width));
  }
  return FACENET_OK;
}

// Side of the largest canvas that libheif may put tiles on, in pixels: all that it has of limits. It then looks at each
// side alone, so a canvas of four times the pixels that are allowed passes, as panoramas have to.
int most_side(const hevc_budget &budget) { return int(std::min(2 * std::sqrt(double(budget.most_pixels)), 65535.0)); }

// The longer side that a picture states, turned or not, and as much more as a tile may reach beyond it.
int longer_side(const heif_image_handle *handle) {
  return 1024 + std::max({heif_image_handle_get_width(handle), heif_image_handle_get_height(handle),
                          heif_image_handle_get_ispe_width(handle), heif_image_handle_get_ispe_height(handle)});
}

// Decodes a picture whose size is known, once room for it was got.
facenet_status draw(const heif_image_handle *handle, const hevc_budget &budget, const facenet_picture_target *target) {
  int width = heif_image_handle_get_width(handle), height = heif_image_handle_get_height(handle);
  if (width <= 0 || height <= 0) return host->fail(FACENET_CORRUPT, "a HEIF picture is empty");
  uint8_t *room = target->allocate(target->context, uint32_t(width), uint32_t(height));
  if (!room) return FACENET_TOO_LARGE;
  Owned<heif_decoding_options> options(heif_decoding_options_alloc());
  if (!options) throw std::bad_alloc();
  options->convert_hdr_to_8bit = 1;
  options->strict_decoding = 1;
  bool has_alpha = heif_image_handle_has_alpha_channel(handle);
  heif_chroma chroma = has_alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB;
  heif_image *decoded = nullptr;
  heif_error error = heif_decode_image(handle, &decoded, heif_colorspace_RGB, chroma, options.get());
  Owned<heif_image> image(decoded);
  if (error.code != heif_error_Ok) return failure(error, budget);
  return copy(image.get(), has_alpha, room, width, height);
}

// Reads the primary picture of a file.
facenet_status read(const void *bytes, size_t count, hevc_budget &budget, const facenet_picture_target *target) {
  Owned<heif_context> context(heif_context_alloc());
  if (!context) throw std::bad_alloc();
  heif_context_set_max_decoding_threads(context.get(), 0);
  heif_context_set_maximum_image_size_limit(context.get(), most_side(budget));
  heif_error error = heif_context_read_from_memory_without_copy(context.get(), bytes, count, nullptr);
  if (error.code != heif_error_Ok) return failure(error, budget);
  heif_image_handle *primary = nullptr;
  error = heif_context_get_primary_image_handle(context.get(), &primary);
  Owned<heif_image_handle> handle(primary);
  if (error.code != heif_error_Ok) return failure(error, budget);
  heif_context_set_maximum_image_size_limit(context.get(), std::min(longer_side(handle.get()), most_side(budget)));
  return draw(handle.get(), budget, target);
}

facenet_status decode(void *, const void *bytes, size_t count, const facenet_picture_target *target) try {
  // A coded picture may reach beyond the edges of what it shows, and there may be another one for its transparency.
  uint64_t most = std::min(target->maximum_pixels, uint64_t{1} << 60) + (1 << 20);
  hevc_budget budget = {host, most, 3 * most, 0, 0, nullptr};
  Charge charge(budget);
  return read(bytes, count, budget, target);
} catch (const std::bad_alloc &) {
  return host->fail(FACENET_TOO_LARGE, "there is no memory for a HEIF picture");
} catch (...) {
  return host->fail(FACENET_CORRUPT, "libheif gave up a HEIF picture");
}

// libheif is opened and told of the decoder once, and stays so: this plugin is never unloaded.
facenet_status prepare() {
  static bool is_ready;
  if (is_ready) return FACENET_OK;
  heif_error error = heif_init(nullptr);
  if (error.code == heif_error_Ok) error = hevc_register();
  if (error.code != heif_error_Ok) return host->fail(FACENET_UNSUPPORTED, "this libheif takes no decoder of HEVC");
  is_ready = true;
  return FACENET_OK;
}

}  // namespace

facenet_status facenet_plugin_entry(const facenet_host *given, facenet_registrar *registrar) {
  static const facenet_plugin_description description = {
      sizeof description, FACENET_PLUGIN_ABI, "decoder-heif", "1.0", "Apache-2.0"};
  static const facenet_decoder_methods methods = {sizeof methods, 0, recognises, decode};
  host = given;
  facenet_status status = host->describe(registrar, &description);
  if (!status) status = prepare();
  return status ? status : host->add_decoder(registrar, "heif", &methods, nullptr);
}
