#include <ffi.h>

/* libffi's descriptions of types are variables, which Swift 6 does not let threads share. */
static inline ffi_type *facenet_ffi_void(void) { return &ffi_type_void; }
static inline ffi_type *facenet_ffi_pointer(void) { return &ffi_type_pointer; }
static inline ffi_type *facenet_ffi_int64(void) { return &ffi_type_sint64; }
static inline ffi_type *facenet_ffi_int32(void) { return &ffi_type_sint32; }
static inline ffi_type *facenet_ffi_float(void) { return &ffi_type_float; }
static inline ffi_type *facenet_ffi_double(void) { return &ffi_type_double; }
