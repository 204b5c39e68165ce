/* PNG files into pixels by libpng's progressive reader. Unlike its other readers it stops at the last row: a file whose
   compressed data unfold to more than its picture costs no more than the picture. */
#ifndef FACENET_PNG_READER_H
#define FACENET_PNG_READER_H
#include <stddef.h>
#include <stdint.h>
enum { facenet_png_message_capacity = 128 };
/* Decodes a file of `count` bytes, whose header states `width` and `height`, to 8 bits a sample in sRGB, row after row
   without gaps: red, green, blue, and then alpha where the file has any and `channels`, the most there is room for in
   `pixels`, is 4 rather than 3. Samples without a stated gamma count as sRGB.
   Returns the channels written, or 0 with a sentence in `message` where the file is damaged or ends before its rows. */
int facenet_png_decode(const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, int channels,
                       uint8_t *pixels, char message[facenet_png_message_capacity]);
#endif
