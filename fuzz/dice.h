/* Random numbers that a seed decides: the same everywhere. */
#ifndef DICE_H
#define DICE_H

#include <stddef.h>
#include <stdint.h>

typedef struct dice {
  uint64_t state;
} dice;

/* SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014. */
static inline uint64_t roll(dice *dice) {
  uint64_t z = dice->state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

/* 0 ... count - 1. */
static inline size_t below(dice *dice, size_t count) { return (size_t)(roll(dice) % count); }

static inline int happens(dice *dice, unsigned percent) { return below(dice, 100) < percent; }

#define ONE_OF(dice, array) ((array)[below((dice), sizeof(array) / sizeof *(array))])

/* A number as it should be, at a border, or as it should not be. */
static inline float any_float(dice *dice) {
  static const float borders[] = {0, -0.0f, 1, -1, 0.5f, 1e-30f, 1e-45f, 3.4e38f, -3.4e38f, 1e9f, 16777216, 1e20f,
                                  __builtin_nanf(""), __builtin_inff(), -__builtin_inff()};
  return happens(dice, 40) ? ONE_OF(dice, borders) : (float)below(dice, 100000) / 1000 - 20;
}

static inline uint32_t any_uint32(dice *dice) {
  static const uint32_t borders[] = {0, 1, 2, 3, 4, 7, 255, 1023, 1024, 1025, 4096, 4097, 65535, 65536, INT32_MAX,
                                     (uint32_t)INT32_MAX + 1, UINT32_MAX - 1, UINT32_MAX};
  return happens(dice, 90) ? ONE_OF(dice, borders) : (uint32_t)roll(dice);
}

/* A size that no memory has. */
static inline size_t impossible_size(dice *dice) {
  static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2, SIZE_MAX / 2 + 1, SIZE_MAX / 2 + 2};
  return ONE_OF(dice, sizes);
}

#endif
