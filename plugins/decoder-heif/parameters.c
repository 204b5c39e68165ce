#include "parameters.h"

/* Bits of a NAL unit; past its end they are 0, and is_over. */
typedef struct bits {
  const uint8_t *bytes;
  size_t count, position; /* position: in bits */
  int zeros, is_over;     /* zeros: bytes of 0 before the current one */
} bits;

static unsigned bit(bits *b) {
  size_t byte = b->position / 8;
  if (b->position % 8 == 0 && byte < b->count) {
    /* 3 after two zeros only keeps start codes apart (7.3.1.1). */
    if (b->zeros >= 2 && b->bytes[byte] == 3) {
      b->position += 8;
      b->zeros = 0;
      byte++;
    }
    if (byte < b->count) b->zeros = b->bytes[byte] ? 0 : b->zeros + 1;
  }
  if (byte >= b->count) {
    b->is_over = 1;
    return 0;
  }
  return b->bytes[byte] >> (7 - b->position++ % 8) & 1;
}

static uint32_t number(bits *b, int length) {
  uint32_t value = 0;
  for (int i = 0; i < length; i++) value = value << 1 | bit(b);
  return value;
}

static void skip(bits *b, int length) {
  for (int i = 0; i < length; i++) bit(b);
}

/* ue(v), 9.2 */
static uint32_t exponential(bits *b) {
  int zeros = 0;
  while (!b->is_over && !bit(b)) zeros++;
  if (zeros > 31) b->is_over = 1;
  return b->is_over ? 0 : (1u << zeros) - 1 + number(b, zeros);
}

/* profile_tier_level, 7.3.3 */
static void skip_profile(bits *b, int sublayers) {
  int has_profile[8], has_level[8];
  skip(b, 96);
  for (int i = 0; i < sublayers; i++) {
    has_profile[i] = (int)bit(b);
    has_level[i] = (int)bit(b);
  }
  if (sublayers > 0) skip(b, 2 * (8 - sublayers));
  for (int i = 0; i < sublayers; i++) skip(b, (has_profile[i] ? 88 : 0) + (has_level[i] ? 8 : 0));
}

/* Blocks are of sizes that fit together and into the picture, 7.4.3.2.1. */
static int has_fitting_blocks(bits *b, uint32_t width, uint32_t height) {
  uint32_t coding = exponential(b) + 3, largest = coding + exponential(b);
  uint32_t transform = exponential(b) + 2, largest_transform = transform + exponential(b);
  uint32_t depth_inter = exponential(b), depth_intra = exponential(b);
  if (largest > 6 || transform >= coding || largest_transform > 5 || largest_transform > largest) return 0;
  if (depth_inter > largest - transform || depth_intra > largest - transform) return 0;
  uint32_t least = (1u << coding) - 1;
  return (width & least) == 0 && (height & least) == 0;
}

int parameters_size(const uint8_t *unit, size_t count, uint32_t *width, uint32_t *height) {
  if (count < 2) return 0;
  bits b = {unit + 2, count - 2, 0, 0, 0};
  skip(&b, 4);
  int sublayers = (int)number(&b, 3);
  skip(&b, 1);
  skip_profile(&b, sublayers);
  exponential(&b);
  if (exponential(&b) == 3) skip(&b, 1);
  *width = exponential(&b);
  *height = exponential(&b);
  int crops = bit(&b) ? 4 : 0;
  for (int i = 0; i < crops; i++) exponential(&b);
  uint32_t luma = exponential(&b), chroma = exponential(&b);
  exponential(&b);
  int layers = bit(&b) ? sublayers + 1 : 1;
  for (int i = 0; i < 3 * layers; i++) exponential(&b);
  int is_sound = has_fitting_blocks(&b, *width, *height) && luma <= 8 && chroma <= 8;
  return is_sound && !b.is_over && *width > 0 && *height > 0;
}
