/* How fast can one core multiply and add?  peak SECONDS   prints GFLOP/s in single precision, all operands in registers,
 * by the processor's time: the floor that a network's multiply-adds set. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if defined(__AVX512F__)
enum { bytes = 64 };
#elif defined(__AVX__)
enum { bytes = 32 };
#else
enum { bytes = 16 };
#endif
enum { lanes = bytes / sizeof(float), sums = 12, repeats = 100000 };

typedef float vector __attribute__((vector_size(bytes)));

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

/* As many sums as hide the latency of a fused multiply-add on two ports. */
static float multiply(float seed) {
  vector sum[sums], factor = seed - (vector){0}, addend = 1 - factor;
  for (int i = 0; i < sums; i++) sum[i] = factor * (float)i; /* different, or the compiler would make one of them */
  for (int repeat = 0; repeat < repeats; repeat++)
    for (int i = 0; i < sums; i++) sum[i] = sum[i] * factor + addend;
  float total = 0;
  for (int i = 0; i < sums; i++) total += sum[i][0];
  return total;
}

int main(int argc, char **argv) {
  double seconds = argc > 1 ? atof(argv[1]) : 0.2, best = 0, start = now();
  volatile float keep = 0;
  while (now() - start < seconds) {
    double before = now();
    keep += multiply(0.5f + 1e-9f * argc);
    double rate = 2.0 * lanes * sums * repeats / (now() - before) / 1e9;
    if (rate > best) best = rate;
  }
  printf("%.1f\n", best);
  return 0;
}
