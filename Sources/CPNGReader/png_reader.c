#include "png_reader.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>

struct reader {
  uint8_t *pixels;
  uint32_t width, height;
  int channels;
  char *message;
};

static void fail(png_structp png, png_const_charp text) {
  struct reader *reader = png_get_error_ptr(png);
  snprintf(reader->message, facenet_png_message_capacity, "%s", text);
  png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void begin(png_structp png, png_infop info) {
  struct reader *reader = png_get_progressive_ptr(png);
  if (png_get_image_width(png, info) != reader->width || png_get_image_height(png, info) != reader->height)
    png_error(png, "the size is another than expected");
  png_set_expand(png);
  png_set_scale_16(png);
  png_set_gray_to_rgb(png);
  png_set_alpha_mode(png, PNG_ALPHA_PNG, PNG_DEFAULT_sRGB);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  int channels = png_get_channels(png, info);
  if (channels < 3 || channels > reader->channels || png_get_bit_depth(png, info) != 8)
    png_error(png, "the kind of pixels is another than expected");
  reader->channels = channels;
}

static void store(png_structp png, png_bytep row, png_uint_32 number, int pass) {
  struct reader *reader = png_get_progressive_ptr(png);
  (void)pass;
  if (row == NULL || number >= reader->height) return;
  png_progressive_combine_row(png, reader->pixels + (size_t)number * reader->width * (size_t)reader->channels, row);
}

static int has_all_rows(png_structp png, png_infop info, uint32_t height) {
  if (png_get_interlace_type(png, info) != PNG_INTERLACE_NONE) return png_get_current_pass_number(png) >= 7;
  return png_get_current_row_number(png) >= height;
}

int facenet_png_decode(const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, int channels,
                       uint8_t *pixels, char message[facenet_png_message_capacity]) {
  struct reader reader = {pixels, width, height, channels, message};
  snprintf(message, facenet_png_message_capacity, "no memory");
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, fail, ignore);
  png_infop info = png == NULL ? NULL : png_create_info_struct(png);
  /* libpng leaves its functions by longjmp to here when a file is damaged. */
  if (info == NULL || setjmp(png_jmpbuf(png)) != 0) {
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
  }
  png_set_progressive_read_fn(png, &reader, begin, store, NULL);
  png_process_data(png, info, (png_bytep)bytes, count);
  if (!has_all_rows(png, info, height)) png_error(png, "the data end before the last row");
  png_destroy_read_struct(&png, &info, NULL);
  return reader.channels;
}
