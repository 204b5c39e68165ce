#include "distance.h"

namespace {

/* 16 floats, wherever floats may be. */
typedef float floats __attribute__((vector_size(64), aligned(4)));
typedef int lanes __attribute__((vector_size(64)));

constexpr size_t width = sizeof(floats) / sizeof(float);

}  // namespace

#if defined(__x86_64__)
__attribute__((target_clones("arch=skylake-avx512", "arch=haswell", "default")))
#endif
float squared_distance(const void *first, const void *second, const void *dimension) {
  const float *a = static_cast<const float *>(first), *b = static_cast<const float *>(second);
  const size_t count = *static_cast<const size_t *>(dimension);
  floats sum = {}, other = {};
  size_t i = 0;
  for (; i + 2 * width <= count; i += 2 * width) {
    const floats one = *reinterpret_cast<const floats *>(a + i) - *reinterpret_cast<const floats *>(b + i);
    const floats two =
        *reinterpret_cast<const floats *>(a + i + width) - *reinterpret_cast<const floats *>(b + i + width);
    sum += one * one;
    other += two * two;
  }
  sum += other;
  /* Halves, so that no addition waits for more than four. */
  sum += __builtin_shuffle(sum, lanes{8, 9, 10, 11, 12, 13, 14, 15});
  sum += __builtin_shuffle(sum, lanes{4, 5, 6, 7});
  sum += __builtin_shuffle(sum, lanes{2, 3});
  float total = sum[0] + sum[1];
  for (; i < count; i++) total += (a[i] - b[i]) * (a[i] - b[i]);
  return total;
}
