/* operator-closure - a function that calls back without a context, as an operator that needs one.
 *
 * com.example::SortRows(x) sorts rows by the attribute "column" with C's qsort, whose comparator is given two rows and
 * nothing else. Which column counts travels in a closure: a function that libffi makes at run time, around a pointer.
 * A variable of the file instead would be shared by all threads, and one of the thread by a sort inside a sort. */
#include <facenet_plugin.h>
#include <ffi.h>
#include <math.h>
#include <stdlib.h>

typedef int comparator(const void *, const void *);

static const facenet_host *host;
static ffi_cif comparison;

/* Ascending; what is not a number comes last. */
static int order(float a, float b) {
  if (isnan(a) || isnan(b)) return !!isnan(a) - !!isnan(b);
  return (a > b) - (a < b);
}

/* What the closure calls: arguments point to those of the comparator, context to the column. */
static void compare(ffi_cif *cif, void *result, void **arguments, void *context) {
  const float *const *a = arguments[0], *const *b = arguments[1];
  (void)cif;
  *(ffi_sarg *)result = order((*a)[*(const size_t *)context], (*b)[*(const size_t *)context]);
}

/* y begins as a copy of x, and has rows of columns floats. */
static facenet_status sort_rows(float *y, size_t rows, size_t columns, int64_t column) {
  if (column < 0 || (uint64_t)column >= columns) return host->fail(FACENET_INVALID_ARGUMENT, "there is no such column");
  size_t place = (size_t)column;
  union { void *address; comparator *call; } code;
  ffi_closure *closure = ffi_closure_alloc(sizeof *closure, &code.address);
  if (!closure) return host->fail(FACENET_TOO_LARGE, "the system has no memory that may be executed");
  ffi_status status = ffi_prep_closure_loc(closure, &comparison, compare, &place, code.address);
  if (status == FFI_OK) qsort(y, rows, columns * sizeof *y, code.call);
  ffi_closure_free(closure);
  return status == FFI_OK ? FACENET_OK : host->fail(FACENET_UNSUPPORTED, "libffi makes no closures here");
}

facenet_status facenet_plugin_entry(const facenet_host *given, facenet_registrar *registrar) {
  static ffi_type *parameters[] = {&ffi_type_pointer, &ffi_type_pointer};
  static const facenet_plugin_description description = {
      sizeof description, FACENET_PLUGIN_ABI, "operator-closure", "1.0", "Apache-2.0"};
  static const facenet_operator sort = {
      .struct_size = sizeof sort, .version = 1, .domain = "com.example", .signature = "!Z m c i",
      .attributes = "column=0", .function = (void (*)(void))sort_rows};
  host = given;
  if (ffi_prep_cif(&comparison, FFI_DEFAULT_ABI, 2, &ffi_type_sint, parameters) != FFI_OK)
    return host->fail(FACENET_UNSUPPORTED, "libffi does not know how a comparator is called here");
  facenet_status status = host->describe(registrar, &description);
  return status ? status : host->add_operator(registrar, "SortRows", &sort, NULL);
}
