/* facenet_plugin.h - what a plugin exports, and what it is given. A plugin includes it instead of facenet.h.
 *
 * A plugin is a shared object that exports one symbol, facenet_plugin_entry. It reaches the library through the table
 * of functions that the entry is given, and links to nothing of ours. docs/plugins.md shows how to begin.
 *
 * Everywhere:
 * - A table of methods begins with struct_size and grows at the end; later versions read shorter tables as if their
 *   ends were zero. An absent method is NULL and means what is said beside it.
 * - A method that fails returns a facenet_status other than FACENET_OK, best what host->fail returns. Its outputs are
 *   then not looked at.
 * - What a method is given lives until it returns; what it returns is checked before it is believed, and a plugin that
 *   breaks its contract makes the call fail with FACENET_PLUGIN_FAILED, which names it.
 * - No C++ exception, longjmp or Swift error may leave a method or the entry.
 * - `component` is what the component was added with; `self` is what its open made, or component where open is NULL.
 * - Methods are called on the caller's thread or on threads of the library, on several at once, even for one self,
 *   unless flags has FACENET_ONE_THREAD: then the library makes all calls to that component one after another. open
 *   comes before and close after every other call for its self. Where open fails or is NULL, close is not called.
 * - A method may call facenet.h's functions only if the plugin's author linked the library, which none needs to do.
 * - A plugin stays loaded until the process ends. */
#ifndef FACENET_PLUGIN_H
#define FACENET_PLUGIN_H

#include "facenet.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Moves only when plugins made for an earlier number can no longer be loaded. */
#define FACENET_PLUGIN_ABI 1u

/* Collects what an entry adds; valid until the entry returns. */
typedef struct facenet_registrar facenet_registrar;

/* Bits of `flags` in a table of methods; others must be zero. */
enum { FACENET_ONE_THREAD = 1 };

/* What a plugin says of itself. Texts are 1 to 64 bytes of printable ASCII. */
typedef struct facenet_plugin_description {
  uint32_t struct_size;
  uint32_t abi;        /* FACENET_PLUGIN_ABI */
  const char *name;    /* "webp": letters a-z, digits, "-", "_" and "." */
  const char *version; /* "1.0.2" */
  const char *licence; /* an SPDX licence expression, "MIT" */
} facenet_plugin_description;

/* Detector: finds faces. It is opened by facenet_detector_open("NAME") or ("NAME:LOCATION"). */
typedef struct facenet_detector_methods {
  uint32_t struct_size, flags;
  /* location: what followed the colon, "" without one. options: never NULL, complete. NULL: nothing to open. */
  facenet_status (*open)(void *component, const char *location, const facenet_detector_options *options, void **self);
  /* image: RGB8; rows may have gaps. Sets *count to how many faces there are, at most 65536, and writes the best of
   * them, at most capacity, best first, with scores of 0 ... 1; it is called again with more room where there are more.
   * Those below the least score that is asked for are left out by the library. Required. */
  facenet_status (*detect)(void *self, const facenet_image *image, facenet_face *faces, size_t capacity, size_t *count);
  void (*close)(void *self); /* NULL: nothing to close */
} facenet_detector_methods;

/* A distance up to which faces count as one person's, as measured for a share of different people who pass. */
typedef struct facenet_measured_threshold {
  float false_accept_rate, distance;
} facenet_measured_threshold;

/* What an embedder is. */
typedef struct facenet_embedder_description {
  uint32_t struct_size;
  uint32_t dimension;         /* floats in an embedding, 1 ... 65536 */
  uint32_t side;              /* width and height in pixels of the crops it takes, 1 ... 1024 */
  float threshold;            /* squared distance up to which faces count as one person's; 0: 1.2 */
  facenet_point landmarks[5]; /* where in a crop the landmarks are to lie; all zero: ArcFace's places */
  uint32_t threshold_count;   /* of thresholds */
  facenet_measured_threshold thresholds[16]; /* strictest first: rates and distances rise */
  /* 1 to 127 bytes and a zero, which change whenever embeddings of the same face do: galleries are bound to it, the
   * location, and the names of component and plugin. */
  char identity[128];
} facenet_embedder_description;

/* Embedder: turns aligned faces into vectors, which the library brings to length 1 and compares by squared distance. It
 * is opened by facenet_embedder_open("NAME") or ("NAME:LOCATION"). */
typedef struct facenet_embedder_methods {
  uint32_t struct_size, flags;
  /* As a detector's. NULL: nothing to open. */
  facenet_status (*open)(void *component, const char *location, const facenet_embedder_options *options, void **self);
  /* Fills in what is not zero; struct_size is set. Called once after open. Required. */
  facenet_status (*describe)(void *self, facenet_embedder_description *out);
  /* count crops, RGB8 without gaps between rows, to count x dimension floats: finite, not all zero. Required. */
  facenet_status (*embed)(void *self, const facenet_image *crops, size_t count, float *embeddings);
  void (*close)(void *self); /* NULL: nothing to close */
} facenet_embedder_methods;

/* Index: which vectors are likely to be near. The library keeps the vectors, asks it for candidates, and computes and
 * orders their distances itself; vectors have numbers that the library gives them, from 0 on, and anew once they are
 * free: not the keys of its users. It is chosen by the name of a kind. Changes wait until no search runs. */
typedef struct facenet_index_methods {
  uint32_t struct_size, flags;
  /* An empty index for vectors of dimension floats. options: never NULL, complete: recall above 0, one thread or
   * more. Required. */
  facenet_status (*open)(void *component, uint32_t dimension, const facenet_index_options *options, void **self);
  /* count x dimension floats under numbers that are not there yet; all or nothing. Required. */
  facenet_status (*add)(void *self, const int64_t *numbers, const float *vectors, size_t count);
  /* Numbers that are there. NULL: the library passes over what was removed, and builds anew once that is a third. */
  facenet_status (*remove)(void *self, const int64_t *numbers, size_t count);
  /* Writes at most capacity numbers, none twice, that likely are those of the nearest vectors, in any order. Fewer
   * are no failure: where they are too few the library compares every vector. Required. */
  facenet_status (*search)(void *self, const float *query, int64_t *numbers, size_t capacity, size_t *count);
  /* Hands over all that restore needs beside the vectors, in pieces: write returns 0 to go on, else save has to fail.
   * Searches may run. NULL: built anew, by add, when it is opened. */
  facenet_status (*save)(void *self, int32_t (*write)(void *context, const void *bytes, size_t count), void *context);
  /* The same index from the bytes that save wrote, which may have been damaged: then FACENET_CORRUPT. numbers, vectors:
   * the count that it held then, count x dimension floats. NULL where save is. */
  facenet_status (*restore)(void *component, uint32_t dimension, const facenet_index_options *options,
                            const int64_t *numbers, const float *vectors, size_t count, const void *bytes,
                            size_t byte_count, void **self);
  void (*close)(void *self); /* NULL: nothing to close */
} facenet_index_methods;

/* Where a decoder puts a picture. */
typedef struct facenet_picture_target {
  uint32_t struct_size;
  uint32_t maximum_side;   /* in pixels; larger pictures are to be refused with FACENET_TOO_LARGE */
  uint64_t maximum_pixels; /* the same of width x height */
  void *context;           /* for the two functions */
  /* Room for width x height x 3 bytes, red, green, blue, row after row; NULL where that is too large: then decode has
   * to return. Called once. */
  uint8_t *(*allocate)(void *context, uint32_t width, uint32_t height);
  /* Takes the picture's EXIF block (with or without "Exif\0\0" before it), whose orientation the library applies. Not
   * to be called where the decoder has turned the picture upright itself. */
  void (*exif)(void *context, const void *bytes, size_t count);
} facenet_picture_target;

/* Decoder: reads a format of pictures. It is asked for files that the library itself does not read. */
typedef struct facenet_decoder_methods {
  uint32_t struct_size, flags;
  /* 1 where the bytes, at most 4096, are the beginning of a file of its format; else 0. Required. */
  int32_t (*recognises)(void *component, const void *bytes, size_t count);
  /* The whole file. Required. */
  facenet_status (*decode)(void *component, const void *bytes, size_t count, const facenet_picture_target *target);
} facenet_decoder_methods;

/* Something that a store keeps under a key. */
typedef struct facenet_record {
  uint64_t key;
  const void *bytes; /* NULL: there is no record under this key any more */
  size_t count;      /* at most 16 MiB */
} facenet_record;

/* Store: where a gallery that many processes and machines share keeps its records. A gallery "SCHEME:..." is in the
 * store of the name SCHEME. A store has a version, a number that each commit raises by 1. One to which nothing was
 * committed has version 0 and no records, and counts as none: who commits to it first has made it. */
typedef struct facenet_store_methods {
  uint32_t struct_size, flags;
  /* location: the gallery's whole location. create: 1 prepares a new store and fails with FACENET_INVALID_ARGUMENT where
   * there is one; 0 fails with FACENET_NOT_FOUND where there is none. Required. */
  facenet_status (*open)(void *component, const char *location, int32_t create, void **self);
  /* Visits, once each and in any order, the newest state of every record that commits after the version `after` wrote
   * or removed, all as of one version, which it sets. visit returns 0 to go on, else changes has to fail. A store
   * that has forgotten which records were removed since `after` sets *version to 0 and visits nothing: then it is read
   * anew, after 0. Required. */
  facenet_status (*changes)(void *self, uint64_t after, int32_t (*visit)(void *context, const facenet_record *record),
                            void *context, uint64_t *version);
  /* Writes and removes records if the store's version is `expected`: all of them, on disk, and the version is raised;
   * sets *committed to 1. Where the version is another, writes nothing and sets it to 0. Required. */
  facenet_status (*commit)(void *self, uint64_t expected, const facenet_record *records, size_t count,
                           int32_t *committed);
  /* Sets *current to 1 where nothing was committed since `version` as far as is known; must be cheap. A loss of the
   * connection since then is not current. NULL: changes is called before every read. */
  facenet_status (*is_current)(void *self, uint64_t version, int32_t *current);
  /* Gives back unused space and overwrites what was removed. NULL: nothing to do. */
  facenet_status (*compact)(void *self);
  void (*close)(void *self); /* NULL: nothing to close */
} facenet_store_methods;

/* Operator: a plain C function, of any library, that becomes an operator of ONNX graphs. How it is called is data: the
 * signature has a letter for each parameter, in order; spaces between them mean nothing.
 *   X  const float *, the next input           Y  float *, the next output
 *   S  const int64_t *, the next input         T  int64_t *, the next output
 *   Z  float *, the next output, which begins as a copy of the next input: for functions that work in place
 *   n  size_t, how many elements               m  size_t, how many rows: all dimensions but the last multiplied
 *   c  size_t, elements of a row               s  size_t, elements from the beginning of a row to that of the next
 *   r  size_t, how many dimensions             d  size_t, one of them: d.0, d.1    h  const int64_t *, all of them;
 *      each of the tensor before it, or of input 0 where there is none, or of the input it names: n1, d1.0
 *   f  float, g  double, i  int64_t: the next attribute
 *   k  int64_t, a number: k-1                  p  void *, the component
 *   w  before n m c s r d i k makes it an int32_t: wn, wk1
 * Before the parameters stands what it returns: nothing for void, "!" for a facenet_status, "=Y", "=T" or "=wT" for a
 * float, an int64_t (or size_t) or an int32_t that is the next output's only element. Before all, "*" means a function
 * of single elements, called for each: X, S and wS are a float, int64_t and int32_t, Y, T and Z point to one, "=Y" is
 * one; an input of one element is the same for all.
 *   void leaky_relu(const float *x, float *y, size_t n, float alpha)                  "XYnf", attributes "alpha=0.01"
 *   float cblas_sdot(int n, const float *x, int incx, const float *y, int incy)       "=Y wn X wk1 X wk1", shape "[]"
 *   float erff(float x)                                                               "*=YX"
 * Tensors are dense, row after row. The function is called while models are opened (on constants) and run, on several
 * threads at once unless it has FACENET_ONE_THREAD; it has to write all of its outputs, nothing else, and to depend on
 * its arguments alone.
 * WARNING: nobody can check that a signature is the function's. A wrong one reads and writes where it must not, as a
 * wrong prototype in C does; sizes and attributes come from a model's file, and what the function does with them is its
 * own matter. Types, counts and shapes of a node are checked against signature and shape rule before every call. */
typedef struct facenet_operator {
  uint32_t struct_size, flags;
  int64_t version;        /* of the domain's operator set, from which on it is as it is: 1 or more */
  const char *domain;     /* "com.example": 1 to 64 letters, digits, "-", "_" and "."; not "ai.onnx" */
  const char *signature;  /* "XYnf": at most 256 bytes and 32 parameters */
  const char *attributes; /* "alpha=0.01,beta": the names of f, g and i in their order, with defaults; NULL: none. At
                             most 1024 bytes */
  const char *shape;      /* of each output, separated by ";": "=0" as input 0's, or sizes "[0.0,2*0.1+1,512]" of
                             dimensions (input.dimension), numbers and integer attributes with + - * / as in C;
                             "[]" is a single value. NULL: all as input 0's. At most 1024 bytes */
  void (*function)(void); /* cast to this type */
  const char *gradient;   /* the name of an operator of this domain that computes the gradients of inputs; NULL: none */
} facenet_operator;

/* What the library gives an entry: it lives as long as the process. Any thread, but for what takes a registrar. */
typedef struct facenet_host {
  uint32_t struct_size;
  uint32_t abi;     /* FACENET_PLUGIN_ABI of the library; the first fields and describe are the same in all */
  uint32_t version; /* facenet_version() */
  uint32_t flags;   /* 0 */
  /* Comes first: fails with FACENET_UNSUPPORTED where the library cannot load plugins of this ABI. */
  facenet_status (*describe)(facenet_registrar *registrar, const facenet_plugin_description *description);
  /* Each adds a component under a name that no other of its kind has: 1 to 64 letters a-z, digits, "-", "_" and "."; an
   * operator's name as ONNX has it. The table is copied. Where one fails, so does loading, whatever the entry makes of
   * it. */
  facenet_status (*add_detector)(facenet_registrar *registrar, const char *name,
                                   const facenet_detector_methods *methods, void *component);
  facenet_status (*add_embedder)(facenet_registrar *registrar, const char *name,
                                   const facenet_embedder_methods *methods, void *component);
  facenet_status (*add_index)(facenet_registrar *registrar, const char *name,
                                const facenet_index_methods *methods, void *component);
  facenet_status (*add_decoder)(facenet_registrar *registrar, const char *name,
                                  const facenet_decoder_methods *methods, void *component);
  facenet_status (*add_store)(facenet_registrar *registrar, const char *name,
                                const facenet_store_methods *methods, void *component);
  facenet_status (*add_operator)(facenet_registrar *registrar, const char *name,
                                   const facenet_operator *description, void *component);
  /* Gives the reason for the failure of the call in progress, one sentence of at most 1023 bytes; returns status. */
  facenet_status (*fail)(facenet_status status, const char *message);
  /* Tells whoever listens to the library's messages. */
  void (*log)(facenet_log_level level, const char *message);
  /* Tells how much of the call in progress is done, 0 ... 1; not 0: it has to stop and return FACENET_CANCELLED. */
  int32_t (*progress)(double fraction);
} facenet_host;

typedef facenet_status facenet_plugin_entry_function(const facenet_host *host, facenet_registrar *registrar);

/* Exported by the plugin: describes it and adds its components, at least one. On failure nothing that it added stays;
 * called again, it has to try anew. */
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
facenet_plugin_entry_function facenet_plugin_entry;

/* Exported by the library: the same contract without a shared object, for a plugin that is linked in, or written in a
 * language that can make C callbacks. Function and tables must stay valid until the process ends. Fails as
 * facenet_plugin_load does. Since 0.1. */
facenet_status facenet_plugin_attach(facenet_plugin_entry_function *entry);

#ifdef __cplusplus
}
#endif

#endif
