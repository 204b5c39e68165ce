#include "foreign_functions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* y = x where x > 0, else alpha * x; n floats. */
static void leaky_relu(const float *x, float *y, size_t n, float alpha) {
  for (size_t i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : alpha * x[i];
}

/* y = a + scale * b; n floats. */
static void add_scaled(const float *a, const float *b, float *y, int n, double scale) {
  for (int i = 0; i < n; i++) y[i] = (float)(a[i] + scale * b[i]);
}

/* Rows of a table of rows x columns floats by their numbers; 1 where there is no such row. */
static int take_rows(const float *table, const int64_t *numbers, float *y, size_t count, int rows, size_t columns) {
  for (size_t i = 0; i < count; i++) {
    if (numbers[i] < 0 || numbers[i] >= rows) return 1;
    memcpy(y + i * columns, table + (size_t)numbers[i] * columns, columns * sizeof(float));
  }
  return 0;
}

/* The sum of each row. */
static void row_sums(const float *x, size_t rows, size_t columns, size_t stride, float *sums) {
  for (size_t row = 0; row < rows; row++) {
    sums[row] = 0;
    for (size_t column = 0; column < columns; column++) sums[row] += x[row * stride + column];
  }
}

/* Nine numbers: what it was given but x. */
static void describe(const float *x, int64_t *numbers, size_t n, size_t rows, int columns, size_t stride, int rank,
              const int64_t *shape, size_t d, int64_t constant, int word) {
  (void)x;
  const int64_t all[] = {(int64_t)n, (int64_t)rows,   columns,  (int64_t)stride, rank, shape[rank - 1],
                         (int64_t)d, constant, word};
  memcpy(numbers, all, sizeof all);
}

/* Counts its calls in *component. */
static void count_calls(void *component, const float *x, float *y, size_t n) {
  ++*(int *)component;
  memcpy(y, x, n * sizeof(float));
}

/* Returns status and writes nothing but y = 7 where that is 0. */
static int status_of(const float *x, float *y, size_t n, int64_t status) {
  (void)x;
  if (status == 0)
    for (size_t i = 0; i < n; i++) y[i] = 7;
  return (int)status;
}

/* More arguments than registers hold: the sum of i * its position, and of f and g. */
static float many(const float *x, int64_t i1, float f1, int i2, double g1, int64_t i3, float f2, int i4, float f3, int64_t i5,
           double g2, int i6, float f4, int64_t i7, float f5, int i8, float f6, float f7, float f8, double g3) {
  int64_t whole = i1 + 2 * i2 + 3 * i3 + 4 * i4 + 5 * i5 + 6 * i6 + 7 * i7 + 8 * i8;
  return (float)((double)whole + f1 + f2 + f3 + f4 + f5 + f6 + f7 + f8 + g1 + g2 + g3) + x[0];
}

/* Where the largest of n floats is, -1 where there are none. */
static int largest(const float *x, int n) {
  int best = -1;
  for (int i = 0; i < n; i++)
    if (best < 0 || x[i] > x[best]) best = i;
  return best;
}

/* 2^40 times n. */
static size_t far_number(size_t n, const float *x) {
  (void)x;
  return n << 40;
}

static int order(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

/* Sorts n floats where they are. */
static void sort_floats(float *x, size_t n) { qsort(x, n, sizeof(float), order); }

/* Sine and cosine. */
static void both(float x, float *sine, float *cosine) {
  *sine = sinf(x);
  *cosine = cosf(x);
}

/* x * 2^exponent. */
static float scaled_by_power(float x, int exponent) { return ldexpf(x, exponent); }

/* a + b. */
static int64_t add_numbers(int64_t a, int64_t b) { return a + b; }

/* Does nothing. */
static void nothing(const float *x, float *y, size_t n) {
  (void)x;
  (void)y;
  (void)n;
}

foreign_function foreign_function_named(const char *name) {
  static const struct {
    const char *name;
    foreign_function function;
  } all[] = {
      {"leaky_relu", (foreign_function)leaky_relu},
      {"add_scaled", (foreign_function)add_scaled},
      {"take_rows", (foreign_function)take_rows},
      {"row_sums", (foreign_function)row_sums},
      {"describe", (foreign_function)describe},
      {"count_calls", (foreign_function)count_calls},
      {"status_of", (foreign_function)status_of},
      {"many", (foreign_function)many},
      {"largest", (foreign_function)largest},
      {"far_number", (foreign_function)far_number},
      {"sort_floats", (foreign_function)sort_floats},
      {"both", (foreign_function)both},
      {"scaled_by_power", (foreign_function)scaled_by_power},
      {"add_numbers", (foreign_function)add_numbers},
      {"nothing", (foreign_function)nothing},
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (strcmp(all[i].name, name) == 0) return all[i].function;
  return NULL;
}
