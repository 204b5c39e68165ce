/* The sequence parameter set of HEVC, as far as it says how large pictures and their blocks are. Source: ITU-T H.265,
 * 7.3.2.2. */
#ifndef DECODER_HEIF_PARAMETERS_H
#define DECODER_HEIF_PARAMETERS_H

#include <stddef.h>
#include <stdint.h>

/* Reads a NAL unit with its header of 2 bytes; 0 where it ends early, or where its blocks do not fit each other and the
 * picture. Width and height are those in memory, before cropping. */
int parameters_size(const uint8_t *unit, size_t count, uint32_t *width, uint32_t *height);

#endif
