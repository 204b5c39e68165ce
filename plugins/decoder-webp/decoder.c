/* decoder-webp - reads WebP photographs with libwebp: lossy, lossless, transparent, and the first frame of animations.
 *
 * What is transparent shows white, as it does in the PNG files that the library reads. The orientation in the EXIF
 * chunk is left to the library. Cut files are refused, and damaged ones where libwebp can tell: the format has no sums.
 */
#include <facenet_plugin.h>
#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>

static const facenet_host *host;

static int32_t recognises(void *component, const void *bytes, size_t count) {
  (void)component;
  const char *text = bytes;
  return count >= 12 && !memcmp(text, "RIFF", 4) && !memcmp(text + 8, "WEBP", 4);
}

/* Opens a file; NULL, and why in *status, where it is none. */
static WebPDemuxer *open_file(const WebPData *file, facenet_status *status) {
  WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
  WebPDemuxer *demuxer = WebPDemuxPartial(file, &state);
  if (demuxer && state == WEBP_DEMUX_DONE) return demuxer;
  WebPDemuxDelete(demuxer);
  int is_cut = state != WEBP_DEMUX_PARSE_ERROR;
  const char *reason = is_cut ? "a WebP file is cut short" : "a WebP file is damaged: its chunks do not fit together";
  *status = host->fail(FACENET_CORRUPT, reason);
  return NULL;
}

/* The reason that libwebp gives. */
static facenet_status failure(VP8StatusCode code) {
  switch (code) {
    case VP8_STATUS_OUT_OF_MEMORY: return host->fail(FACENET_TOO_LARGE, "there is no memory for a WebP picture");
    case VP8_STATUS_UNSUPPORTED_FEATURE: return host->fail(FACENET_UNSUPPORTED, "libwebp does not read such a picture");
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA: return host->fail(FACENET_CORRUPT, "a WebP picture is cut short");
    default: return host->fail(FACENET_CORRUPT, "a WebP picture is damaged");
  }
}

/* Decodes a frame into pixels of 3 bytes, or 4 with alpha, whose rows are `stride` bytes apart. */
static facenet_status decode_frame(const WebPIterator *frame, uint8_t *pixels, size_t stride) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return host->fail(FACENET_UNSUPPORTED, "this libwebp has another ABI");
  VP8StatusCode code = WebPGetFeatures(frame->fragment.bytes, frame->fragment.size, &config.input);
  if (code != VP8_STATUS_OK) return failure(code);
  if (config.input.width != frame->width || config.input.height != frame->height) {
    return host->fail(FACENET_CORRUPT, "a WebP picture has another size than its file says");
  }
  config.output.colorspace = frame->has_alpha ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = pixels;
  config.output.u.RGBA.stride = (int)stride;
  config.output.u.RGBA.size = stride * ((size_t)frame->height - 1) + (size_t)frame->width * (frame->has_alpha ? 4 : 3);
  code = WebPDecode(frame->fragment.bytes, frame->fragment.size, &config);
  return code == VP8_STATUS_OK ? FACENET_OK : failure(code);
}

/* Mixes `count` pixels with white, as stored (not linear) values. */
static void composite_over_white(const uint8_t *rgba, uint8_t *rgb, size_t count) {
  for (; count > 0; count--, rgba += 4, rgb += 3) {
    unsigned alpha = rgba[3], white = 255 * (255 - alpha);
    for (int channel = 0; channel < 3; channel++) rgb[channel] = (uint8_t)((rgba[channel] * alpha + white + 127) / 255);
  }
}

/* Decodes a frame to its place on a white canvas whose rows are `stride` bytes apart. */
static facenet_status paint(const WebPIterator *frame, uint8_t *canvas, size_t stride) {
  uint8_t *place = canvas + stride * (size_t)frame->y_offset + 3 * (size_t)frame->x_offset;
  if (!frame->has_alpha) return decode_frame(frame, place, stride);
  size_t width = (size_t)frame->width, height = (size_t)frame->height;
  uint8_t *rgba = malloc(4 * width * height);
  if (!rgba) return failure(VP8_STATUS_OUT_OF_MEMORY);
  facenet_status status = decode_frame(frame, rgba, 4 * width);
  for (size_t y = 0; !status && y < height; y++) composite_over_white(rgba + 4 * width * y, place + stride * y, width);
  free(rgba);
  return status;
}

/* The first frame, on a canvas of the size that the file states; room is asked for before anything is decoded. */
static facenet_status draw(WebPDemuxer *demuxer, const facenet_picture_target *target) {
  uint32_t width = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH), height = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT);
  uint8_t *canvas = target->allocate(target->context, width, height);
  if (!canvas) return FACENET_TOO_LARGE;
  WebPIterator frame;
  if (!WebPDemuxGetFrame(demuxer, 1, &frame)) return host->fail(FACENET_CORRUPT, "a WebP file holds no picture");
  size_t stride = 3 * (size_t)width;
  facenet_status status = FACENET_OK;
  if (frame.x_offset < 0 || frame.y_offset < 0 || (uint32_t)frame.x_offset + (uint32_t)frame.width > width ||
      (uint32_t)frame.y_offset + (uint32_t)frame.height > height) {
    status = host->fail(FACENET_CORRUPT, "a WebP frame lies outside its picture");
  } else {
    memset(canvas, 255, stride * height);
    status = paint(&frame, canvas, stride);
  }
  WebPDemuxReleaseIterator(&frame);
  return status;
}

static void tell_exif(WebPDemuxer *demuxer, const facenet_picture_target *target) {
  WebPChunkIterator chunk;
  if (!WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk)) return;
  target->exif(target->context, chunk.chunk.bytes, chunk.chunk.size);
  WebPDemuxReleaseChunkIterator(&chunk);
}

static facenet_status decode(void *component, const void *bytes, size_t count, const facenet_picture_target *target) {
  (void)component;
  WebPData file = {bytes, count};
  facenet_status status = FACENET_OK;
  WebPDemuxer *demuxer = open_file(&file, &status);
  if (!demuxer) return status;
  status = draw(demuxer, target);
  if (!status) tell_exif(demuxer, target);
  WebPDemuxDelete(demuxer);
  return status;
}

facenet_status facenet_plugin_entry(const facenet_host *given, facenet_registrar *registrar) {
  static const facenet_plugin_description description = {
      sizeof description, FACENET_PLUGIN_ABI, "decoder-webp", "1.0", "Apache-2.0"};
  static const facenet_decoder_methods methods = {
      .struct_size = sizeof methods, .recognises = recognises, .decode = decode};
  host = given;
  facenet_status status = host->describe(registrar, &description);
  return status ? status : host->add_decoder(registrar, "webp", &methods, NULL);
}
