/* facenet.h - faces in photographs found, aligned and embedded; two faces verified; vectors searched.
 *
 * What is not declared here is not published. The order is the order of learning: version and errors, values,
 * verification in one call; then the parts it is made of: bitmap, detector, embedder, pipeline; then any ONNX network;
 * then an index of vectors, and a gallery of people; at last plugins.
 *
 * Everywhere:
 * - A function that can fail returns facenet_status; its outputs come last and are untouched when it fails. Functions
 *   with another result say what they return on failure. Both leave a sentence in facenet_error_message().
 * - A handle (facenet_bitmap *, ...) belongs to the caller until its one _free, which accepts NULL. It is a number in
 *   the shape of a pointer, never to be dereferenced: a handle that was freed, or is of another kind, is refused.
 *   What a handle was made from may be freed first.
 * - What is passed in is borrowed for the call; what comes out belongs to the caller unless it says otherwise.
 * - An options structure begins with struct_size, which the caller sets to sizeof it; zero in any other field, or NULL
 *   for the whole, means the default. Bytes that this version does not know must be zero.
 * - Sizes are pixels unless they say otherwise; text is UTF-8 and ends with a zero byte.
 * - The library prints nothing, changes no signal, locale or environment, and calls back only the two functions that
 *   facenet_progress_set and facenet_log_set are given. */
#ifndef FACENET_H
#define FACENET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version and errors. Any thread. */

/* The version of this header. */
#define FACENET_VERSION_MAJOR 0
#define FACENET_VERSION_MINOR 1
#define FACENET_VERSION_PATCH 0
#define FACENET_VERSION (FACENET_VERSION_MAJOR * 10000 + FACENET_VERSION_MINOR * 100 + FACENET_VERSION_PATCH)

/* What kind of failure; 0 is success. Later versions may add numbers. */
typedef int32_t facenet_status;
enum {
  FACENET_OK = 0,
  FACENET_INVALID_ARGUMENT = 1, /* outside its documented range, NULL where that is not allowed, a freed handle */
  FACENET_NOT_FOUND = 2,        /* no such file, no such model, no face in the picture */
  FACENET_IO = 3,               /* the operating system refused to read or write */
  FACENET_CORRUPT = 4,          /* bytes that should follow a format do not */
  FACENET_UNSUPPORTED = 5,      /* well-formed, but not offered by this version */
  FACENET_TOO_LARGE = 6,        /* larger than a limit, or no memory */
  FACENET_PLUGIN_FAILED = 7,    /* a plugin broke its contract */
  FACENET_INTERNAL = 8,         /* a defect of this library */
  FACENET_CANCELLED = 9         /* the caller's progress function stopped it */
};

/* The version of the library that runs: 10203 is 1.2.3. Since 0.1. */
uint32_t facenet_version(void);

/* "ok", "invalid argument", ...; "unknown status" for a number that is none. Never NULL, never freed. Since 0.1. */
const char *facenet_status_name(facenet_status status);

/* One sentence about the last failure on this thread: what, where, expected and got; "" before any. Never NULL. Each
 * thread has one buffer of 1024 bytes that stays in place as long as the thread lives; longer sentences are cut. A
 * success leaves it as it is. What it quotes, such as a file's name, is not escaped. Since 0.1. */
const char *facenet_error_message(void);

/* Long calls can tell how far they are and can be stopped: those that open a detector, an embedder, a pipeline or a
 * model, that find, embed or verify faces, that run a session, and that open, change, search, save or
 * check an index or a gallery. */

/* Takes the context it was set with and how much of the call is done, 0 ... 1, never less than before: at first, after
 * each hundredth, at least every tenth of a second where the call can tell, and once as 1 when it has succeeded. Called
 * on the thread that makes the call, before it returns, with no lock held but that of the index or gallery it uses, or
 * of a plugin's component that takes one call at a time.
 * Returns 0 to go on; anything else makes the call fail with CANCELLED, except at 1, when all is done; what was open
 * stays usable, but a session that was stopped has no outputs. It may call the library, which tells nothing of those
 * calls and refuses the session that is running and the index, gallery or component that is in use.
 * It must return: neither longjmp nor a C++ exception may leave it. */
typedef int32_t (*facenet_progress_function)(void *context, double fraction);

/* Has the long calls of this thread that begin from now on tell this function; other threads' are not told. NULL: none,
 * as at first. The context may be NULL; function and context must stay valid until another is set and the calls that
 * began before have returned. Since 0.1. */
void facenet_progress_set(facenet_progress_function function, void *context);

/* How much a message matters. */
typedef int32_t facenet_log_level;
enum {
  FACENET_LOG_DEBUG = 1,       /* for whoever looks for a fault or for time: what was planned, with which kernels */
  FACENET_LOG_INFORMATION = 2, /* which model was read, how large it is, what was opened */
  FACENET_LOG_WARNING = 3      /* what may not be meant: a model that does not say how it is used */
};

/* Takes the context it was set with, a level, and one sentence that lives until it returns; what it quotes is not
 * escaped. Called on the thread whose call has something to say, before that call returns, with no lock held: on
 * several threads at once where several make calls. It may call the library: what that says is dropped. It must return,
 * as a progress function must. */
typedef void (*facenet_log_function)(void *context, facenet_log_level level, const char *message);

/* Sends the messages of the whole process, from this level up, to a function. NULL: to nobody, as at first. least 0:
 * FACENET_LOG_INFORMATION. The function that was set before may still be called by calls of other threads that are in
 * progress: its context must outlive them. Fails with INVALID_ARGUMENT for a level that is none. Since 0.1. */
facenet_status facenet_log_set(facenet_log_function function, void *context, facenet_log_level least);

/* Values. Their layout is final. */

/* The order of the bytes of a pixel; alpha is ignored. */
typedef int32_t facenet_pixel_format;
enum { FACENET_GRAY8 = 1, FACENET_RGB8 = 2, FACENET_BGR8 = 3, FACENET_RGBA8 = 4, FACENET_BGRA8 = 5 };

/* Pixels of the caller, upright, the top row first. At most 100 million. */
typedef struct facenet_image {
  const uint8_t *pixels;       /* the top left pixel */
  uint32_t width, height;      /* 1 or more */
  uint32_t stride;             /* bytes from one row to the next, at least those of a row; 0: exactly those */
  facenet_pixel_format format; /* no default */
} facenet_image;

/* A place in a picture in pixels: origin top left, y down; the centre of the first pixel is (0.5, 0.5). */
typedef struct facenet_point {
  float x, y;
} facenet_point;

/* A face in pixels of the picture it was found in; the box may reach outside. */
typedef struct facenet_face {
  float left, top, right, bottom;
  float score; /* 0 ... 1, how sure the detector is */
  /* Eye, eye, nose, mouth corner, mouth corner; of each pair first the one further left in an upright picture. */
  facenet_point landmarks[5];
} facenet_face;

/* Are two faces of one person? */
typedef struct facenet_verification {
  float distance;    /* by the model's metric; squared L2, 0 ... 4, for the default model */
  float threshold;   /* the distance up to which faces count as the same */
  int32_t same;      /* 1: one person, 0: two */
  facenet_face a, b; /* the faces compared: the largest of each picture */
} facenet_verification;

/* For the threads field of options: as many as this process has processors. */
#define FACENET_ALL_PROCESSORS UINT32_MAX

/* Verification in one call. Any thread. */

/* Compares the largest faces of two picture files (JPEG, PNG) with the default models, which are read anew for each
 * call: to verify more than a few pairs, open a facenet_pipeline once.
 * Fails with NOT_FOUND for a missing file, a picture without a face (the message names which) and a model that is not
 * installed; with CORRUPT, UNSUPPORTED, TOO_LARGE or IO for a picture that cannot be read. Since 0.1. */
facenet_status facenet_verify(const char *path_a, const char *path_b, facenet_verification *out);

/* Bitmap: a decoded picture that the library owns. Immutable: any thread. */

typedef struct facenet_bitmap facenet_bitmap;

/* Decodes a JPEG, PNG or binary PGM/PPM file, or one that a plugin reads, told by its content, and turns it upright as
 * its EXIF orientation says.
 * Fails with NOT_FOUND, IO, CORRUPT, UNSUPPORTED, or TOO_LARGE above 100 million pixels. Since 0.1. */
facenet_status facenet_bitmap_open(const char *path, facenet_bitmap **out);

/* The same from the count bytes of such a file in memory. Since 0.1. */
facenet_status facenet_bitmap_decode(const void *bytes, size_t count, facenet_bitmap **out);

/* The pixels, RGB8; they stay the bitmap's and live until it is freed. Since 0.1. */
facenet_status facenet_bitmap_image(const facenet_bitmap *bitmap, facenet_image *out);

/* Frees the bitmap and the pixels seen through facenet_bitmap_image; NULL is ignored. Since 0.1. */
void facenet_bitmap_free(facenet_bitmap *bitmap);

/* Detector: finds faces. Immutable: any thread, many at once. */

typedef struct facenet_detector facenet_detector;

typedef struct facenet_detector_options {
  uint32_t struct_size;
  uint32_t threads;      /* at most this many work on a picture, 1 ... 1024 or FACENET_ALL_PROCESSORS; 0: 1 */
  uint32_t minimum_size; /* smallest side in pixels of a face that must be found: smaller costs more time;
                            0: a fortieth of the picture's longer side, at least
                            what the detector finds reliably, 16 to 24 */
  float minimum_score;   /* faces below are not reported, 0 ... 1; 0: the model's own limit */
  float overlap;         /* boxes with a larger intersection over union are one face, 0 ... 1; 0: the model's own */
} facenet_detector_options;

/* Opens an installed model by name ("retinaface", "mtcnn", "yunet", "centerface") or an ONNX file by path: what has a
 * slash or ends in ".onnx" is a path. A plugin's detector is opened by "NAME" or "NAME:LOCATION", and "retinaface:FILE"
 * reads a file that does not say so itself as that network. NULL: the default, "retinaface".
 * Fails with NOT_FOUND for a model that is not installed, UNSUPPORTED for one that is no known detector, and as
 * facenet_model_open does. Since 0.1. */
facenet_status facenet_detector_open(const char *name_or_path, const facenet_detector_options *options,
                                     facenet_detector **out);

/* The same from the count bytes of an ONNX file in memory, which may be freed afterwards. Since 0.1. */
facenet_status facenet_detector_decode(const void *bytes, size_t count, const facenet_detector_options *options,
                                       facenet_detector **out);

/* Finds every face, best score first. Sets *count to how many there are and writes the best of them, at most capacity,
 * to faces (NULL only with capacity 0: then they are just counted, in the same time). No face is a success with
 * *count 0. Since 0.1. */
facenet_status facenet_detect(const facenet_detector *detector, const facenet_image *image, facenet_face *faces,
                              size_t capacity, size_t *count);

/* NULL is ignored. Since 0.1. */
void facenet_detector_free(facenet_detector *detector);

/* Embedder: turns aligned faces into vectors. Immutable: any thread, many at once. */

typedef struct facenet_embedder facenet_embedder;

typedef struct facenet_embedder_options {
  uint32_t struct_size;
  uint32_t threads; /* at most this many work on a call, 1 ... 1024 or FACENET_ALL_PROCESSORS; 0: 1 */
  float threshold;  /* distances up to it mean the same person; 0: the model's own */
} facenet_embedder_options;

/* Opens an installed model by name ("facenet", "dlib", ...) or an ONNX file by path: what has a slash or ends in
 * ".onnx" is a path. A plugin's embedder is opened by "NAME" or "NAME:LOCATION". NULL: the default, "facenet". Fails as
 * facenet_detector_open does. Since 0.1. */
facenet_status facenet_embedder_open(const char *name_or_path, const facenet_embedder_options *options,
                                     facenet_embedder **out);

/* The same from the count bytes of an ONNX file in memory, which may be freed afterwards. Since 0.1. */
facenet_status facenet_embedder_decode(const void *bytes, size_t count, const facenet_embedder_options *options,
                                       facenet_embedder **out);

/* How many floats an embedding has; 0 on failure. Since 0.1. */
uint32_t facenet_embedder_dimension(const facenet_embedder *embedder);

/* Width and height in pixels of the crops it takes; 0 on failure. Since 0.1. */
uint32_t facenet_embedder_side(const facenet_embedder *embedder);

/* The distance up to which faces count as one person's, when a share false_accept_rate of pairs of different people
 * may pass. 0: the embedder's default. Fails with NOT_FOUND when none was measured for this rate. Since 0.1. */
facenet_status facenet_embedder_threshold(const facenet_embedder *embedder, float false_accept_rate, float *out);

/* Cuts the face out of its picture, turned and scaled to the model's template: side x side x 3 bytes, red, green, blue,
 * row after row; black where the crop leaves the picture. capacity: the bytes rgb has room for; fails with
 * INVALID_ARGUMENT when they are too few, or landmarks are not finite or coincide. Since 0.1. */
facenet_status facenet_embedder_align(const facenet_embedder *embedder, const facenet_image *image,
                                      const facenet_face *face, uint8_t *rgb, size_t capacity);

/* Embeds count aligned crops of side x side pixels, any format: count x dimension floats, one embedding after the
 * other; of length 1 when the model's metric is squared L2. capacity: the floats embeddings has room for. Fails with
 * INVALID_ARGUMENT when they are too few or a crop has another size. count 0 does nothing. Since 0.1. */
facenet_status facenet_embed(const facenet_embedder *embedder, const facenet_image *crops, size_t count,
                             float *embeddings, size_t capacity);

/* The distance of two embeddings of dimension floats by the model's metric, the one thresholds are about; NaN on
 * failure. Since 0.1. */
float facenet_embedder_distance(const facenet_embedder *embedder, const float *a, const float *b);

/* NULL is ignored. Since 0.1. */
void facenet_embedder_free(facenet_embedder *embedder);

/* Functions of values alone. Any thread. */

/* Cuts five points out of a picture so that they come to lie at targets (pixels of the crop), by turning, scaling and
 * moving, least squares: side x side x 3 bytes, red, green, blue, row after row; black where the crop leaves the
 * picture. side is 1 ... 4096; capacity: the bytes rgb has room for. Since 0.1. */
facenet_status facenet_align(const facenet_image *image, const facenet_point landmarks[5],
                             const facenet_point targets[5], uint32_t side, uint8_t *rgb, size_t capacity);

/* The squared Euclidean distance of two vectors: 0 ... 4 for embeddings of length 1; NaN on failure. Since 0.1. */
float facenet_squared_distance(const float *a, const float *b, size_t dimension);

/* How much of a face a picture shows to an embedder. Its layout is final. */
typedef struct facenet_quality {
  float value;            /* 0 ... 1, the geometric mean of the next four: orders the photographs of a person */
  float size;             /* 0 ... 1, of the distance of the eyes */
  float sharpness;        /* 0 ... 1, of the detail against the contrast */
  float pose;             /* 0 ... 1, 1 from the front, 0 from the side */
  float confidence;       /* 0 ... 1, the detector's score */
  float yaw, pitch, roll; /* degrees: the nose points to image right, the face looks down, the eyes turn clockwise */
} facenet_quality;

/* Judges a face in the picture it was found in: 0 where its landmarks coincide, so that no embedder can align it. Fails
 * with INVALID_ARGUMENT where they are not finite. Since 0.1. */
facenet_status facenet_face_quality(const facenet_image *image, const facenet_face *face, facenet_quality *out);

/* Pipeline: a detector and an embedder put together. Immutable: any thread, many at once. */

typedef struct facenet_pipeline facenet_pipeline;

/* NULL for a part: the default one with default options. Fails as opening the parts does. Since 0.1. */
facenet_status facenet_pipeline_new(const facenet_detector *detector, const facenet_embedder *embedder,
                                    facenet_pipeline **out);

/* Compares the largest faces of two pictures. threshold: distances up to it mean the same person; 0: the embedder's.
 * Fails with NOT_FOUND when a picture shows no face; the message says which, a or b. Since 0.1. */
facenet_status facenet_pipeline_verify(const facenet_pipeline *pipeline, const facenet_image *a, const facenet_image *b,
                                       float threshold, facenet_verification *out);

/* Finds and embeds every face, best score first. Sets *count to how many there are and writes the best of them, at most
 * capacity: faces[i], and its embedding at embeddings + i * dimension. Each of the two may be NULL to leave it out;
 * embeddings has room for capacity x dimension floats. A face whose landmarks coincide cannot be aligned and is left
 * out; facenet_detect tells of it. Since 0.1. */
facenet_status facenet_pipeline_embed(const facenet_pipeline *pipeline, const facenet_image *image, facenet_face *faces,
                                      float *embeddings, size_t capacity, size_t *count);

/* How many floats an embedding has; 0 on failure. Since 0.1. */
uint32_t facenet_pipeline_dimension(const facenet_pipeline *pipeline);

/* NULL is ignored. Since 0.1. */
void facenet_pipeline_free(facenet_pipeline *pipeline);

/* Tensor: values with a shape, row-major, the last axis without gaps. Its layout is final. */

typedef int32_t facenet_element_type;
enum {
  FACENET_FLOAT32 = 1,
  FACENET_INT8 = 2,
  FACENET_UINT8 = 3,
  FACENET_INT32 = 4,
  FACENET_INT64 = 5,
  FACENET_BOOL = 6 /* one byte, 0 or 1 */
};

typedef struct facenet_tensor {
  const void *values;
  const size_t *shape; /* rank sizes, outermost first: (N, C, H, W) for pictures */
  uint32_t rank;       /* at most 8; 0: a single value */
  facenet_element_type type;
} facenet_tensor;

/* Model: any ONNX network with its weights. Immutable: any thread. */

typedef struct facenet_model facenet_model;

/* Reads an ONNX file, opset 7 to 23. Fails with NOT_FOUND or IO; CORRUPT for what is no ONNX or contradicts itself;
 * UNSUPPORTED for an operator that is not offered; TOO_LARGE for a tensor of more than 2^31 elements and where what is
 * computed of its constants takes more than 1 GiB; each message names node and file. Since 0.1. */
facenet_status facenet_model_open(const char *path, facenet_model **out);

/* The same from the count bytes of such a file in memory, which may be freed afterwards. Since 0.1. */
facenet_status facenet_model_decode(const void *bytes, size_t count, facenet_model **out);

/* How many inputs and outputs the network has; 0 on failure. Since 0.1. */
size_t facenet_model_input_count(const facenet_model *model);
size_t facenet_model_output_count(const facenet_model *model);

/* The name of an input or output, which lives as long as the model; NULL on failure. Since 0.1. */
const char *facenet_model_input_name(const facenet_model *model, size_t position);
const char *facenet_model_output_name(const facenet_model *model, size_t position);

/* What the file says under a key of its metadata, living as long as the model; NULL on failure or when the file says
 * nothing (NOT_FOUND's message). Since 0.1. */
const char *facenet_model_metadata(const facenet_model *model, const char *key);

/* NULL is ignored; sessions go on. Since 0.1. */
void facenet_model_free(facenet_model *model);

/* Session: the memory of one run of a model. One thread at a time: a second one is refused. */

typedef struct facenet_session facenet_session;

typedef struct facenet_session_options {
  uint32_t struct_size;
  uint32_t threads;      /* at most this many work on a run, 1 ... 1024 or FACENET_ALL_PROCESSORS; 0: 1 */
  uint64_t memory_limit; /* bytes for a run and the weights packed for it; above, it is refused; 0: 4 GiB */
} facenet_session_options;

/* Since 0.1. */
facenet_status facenet_session_new(const facenet_model *model, const facenet_session_options *options,
                                   facenet_session **out);

/* Runs the network on as many inputs as it has, in the model's order; shapes may differ from run to run where the model
 * leaves them open. Fails with INVALID_ARGUMENT for a count, type or shape that does not fit, TOO_LARGE. Since 0.1. */
facenet_status facenet_session_run(facenet_session *session, const facenet_tensor *inputs, size_t count);

/* An output of the last run; its values and shape stay the session's until the next run or free. Since 0.1. */
facenet_status facenet_session_output(const facenet_session *session, size_t position, facenet_tensor *out);

/* NULL is ignored. Since 0.1. */
void facenet_session_free(facenet_session *session);

/* Index: vectors under keys, found by their distance to a query; it knows nothing of faces. Any thread: searches run
 * together; changes wait until nobody searches. */

typedef struct facenet_index facenet_index;

/* How an index searches; a plugin's kinds have the numbers that facenet_index_kind_named tells. */
typedef int32_t facenet_index_kind;
enum {
  FACENET_INDEX_AUTO = 0,  /* chosen, with its parameters, from the number of vectors, their dimension and the recall */
  FACENET_INDEX_FLAT = 1,  /* every vector is compared: exact */
  FACENET_INDEX_FLAT8 = 2, /* 8-bit codes of every vector are compared, and the best of them again exactly */
  FACENET_INDEX_MLANN = 3, /* distances to a few pivots tell which vectors are likeliest near: those are compared */
  FACENET_INDEX_PLUGIN = 1024 /* and what facenet_plugin_component calls the component: the kind that a plugin brings */
};

/* The kind of this name: "auto", "flat", "flat8", "mlann", or a loaded plugin's. Fails with NOT_FOUND. Since 0.1. */
facenet_status facenet_index_kind_named(const char *name, facenet_index_kind *out);

/* Which pivots; all but EVERY are made orthonormal. */
typedef int32_t facenet_pivot_choice;
enum {
  FACENET_PIVOTS_PRINCIPAL = 0,      /* the directions in which the vectors differ most */
  FACENET_PIVOTS_FARTHEST_FIRST = 1, /* each the vector that is farthest from those before it */
  FACENET_PIVOTS_RANDOM = 2,         /* vectors by chance */
  FACENET_PIVOTS_EVERY = 3           /* every vector as it is, as in the paper; at most 8192 of them */
};

/* How the likelihood of a vector follows from its distances to the pivots. */
typedef int32_t facenet_likelihood;
enum {
  FACENET_EQUAL_VARIANCE = 0,       /* all pivots' distances vary alike */
  FACENET_DISTANCE_PROPORTIONAL = 1 /* a pivot's distance varies in proportion to itself */
};

typedef struct facenet_index_options {
  uint32_t struct_size;
  facenet_index_kind kind;
  uint32_t threads; /* at most this many work on a call, 1 ... 1024 or FACENET_ALL_PROCESSORS; 0: 1 */
  float recall;     /* wanted share of queries whose nearest vector is found, up to 1; 0: 0.99; not of flat and flat8 */
  uint32_t seed;    /* decides what is left to chance: the same calls with the same seed give the same results */
  /* Of mlann; 0: chosen by the library. */
  uint32_t pivots;               /* a byte a vector each; at most 512 */
  uint32_t examined;             /* vectors compared exactly for a query */
  uint32_t partitions;           /* parts that the vectors are divided into; the likeliest are looked at */
  uint32_t probed;               /* how many of the parts are looked at for a query */
  facenet_pivot_choice choice;   /* 0: FACENET_PIVOTS_PRINCIPAL */
  facenet_likelihood likelihood; /* 0: FACENET_EQUAL_VARIANCE */
  float acceptance; /* a search stops at the first vector whose squared distance is below: a match, not always the
                       nearest, and maybe fewer than were wanted; 0: never */
} facenet_index_options;

/* An empty index for vectors of 1 ... 65536 floats. Fails with INVALID_ARGUMENT. Since 0.1. */
facenet_status facenet_index_create(uint32_t dimension, const facenet_index_options *options, facenet_index **out);

/* Opens an index that was saved, by memory map: what is read is compared with its checksum when it is first used. The
 * file may be replaced, as facenet_index_save does, but must not be changed in place while the index lives.
 * threads: as in the options. Fails with NOT_FOUND or IO, CORRUPT for what is no index, UNSUPPORTED for one that a
 * later version wrote and one of a kind whose plugin is not loaded, INVALID_ARGUMENT for a folder and for threads out
 * of range. Since 0.1. */
facenet_status facenet_index_open(const char *path, uint32_t threads, facenet_index **out);

/* How many floats a vector has, and how many vectors there are; 0 on failure. Since 0.1. */
uint32_t facenet_index_dimension(const facenet_index *index);
size_t facenet_index_count(const facenet_index *index);

/* How it searches now: never AUTO but what was chosen for the vectors there are; AUTO on failure. Since 0.1. */
facenet_index_kind facenet_index_kind_in_use(const facenet_index *index);

/* 1 where there is a vector under this key, 0 where there is none and on failure. Since 0.1. */
int32_t facenet_index_contains(const facenet_index *index, int64_t key);

/* Adds vectors, all or none: count x dimension floats, one vector after the other, and a key for each. Fails with
 * INVALID_ARGUMENT, naming the vector from 0, for one that is zero or not finite, and for a key that is there or given
 * twice; with TOO_LARGE above 2^31 - 1 vectors and where memory is lacking. Since 0.1. */
facenet_status facenet_index_add(facenet_index *index, const float *vectors, const int64_t *keys, size_t count);

/* The same, but a vector takes the place of the one that has its key. Since 0.1. */
facenet_status facenet_index_replace(facenet_index *index, const float *vectors, const int64_t *keys, size_t count);

/* Removes the vectors under these keys, where there are any; removed: how many there were, or NULL. Fails with CORRUPT
 * where the file that the index was opened from is not what was saved, and then changes nothing, as the two above.
 * Since 0.1. */
facenet_status facenet_index_remove(facenet_index *index, const int64_t *keys, size_t count, size_t *removed);

/* Copies the vector under a key; capacity: the floats vector has room for. Fails with NOT_FOUND where there is none,
 * INVALID_ARGUMENT when capacity is too small, CORRUPT. Since 0.1. */
facenet_status facenet_index_vector(const facenet_index *index, int64_t key, float *vector, size_t capacity);

/* What the search for one query's nearest vectors looked at. Its layout is final. */
typedef struct facenet_search_statistics {
  uint64_t examined; /* vectors compared with the query exactly */
  uint64_t judged;   /* vectors judged by what is known of their distances to pivots, or by their codes */
} facenet_search_statistics;

/* The nearest vectors to each of count queries, count x dimension floats: count x nearest keys and squared Euclidean
 * distances, a row a query, nearest first, of equally near ones the smaller key first. Where there are fewer, the key
 * -1 and the distance INFINITY fill the row. nearest: 0 ... 2^31 - 1. allowed: allowed_count keys, the only ones that
 * may be found; NULL: all. statistics: room for count of them, or NULL. Fails with INVALID_ARGUMENT, naming the query
 * from 0, for one that is zero or not finite, CORRUPT where the opened file is not what was saved, TOO_LARGE.
 * Since 0.1. */
facenet_status facenet_index_search(const facenet_index *index, const float *queries, size_t count, size_t nearest,
                                    const int64_t *allowed, size_t allowed_count, int64_t *keys,
                                    float *squared_distances, facenet_search_statistics *statistics);

/* Writes the index so that the file holds either what it held before or all of it. Fails with IO, NOT_FOUND, and with
 * CORRUPT where the file that it was opened from is not what was saved. Since 0.1. */
facenet_status facenet_index_save(const facenet_index *index, const char *path);

/* Reads all of the file that the index was opened from. Fails with CORRUPT, naming the place, where it is not what was
 * saved, or where its vectors, keys and tables do not fit each other. Since 0.1. */
facenet_status facenet_index_check(const facenet_index *index);

/* NULL is ignored. Since 0.1. */
void facenet_index_free(facenet_index *index);

/* Gallery: people and the templates of their faces in a file, bound to one embedder: whose face is this? Any thread:
 * calls that read or write the file wait for each other, searches run together. Other processes may read the same
 * gallery, and write in turns. Besides what each says, a call fails with IO where the file cannot be read or written,
 * or another process writes for longer than options.wait; with CORRUPT where the file is not sound; with
 * INVALID_ARGUMENT, naming it, for an embedding that is zero, not finite or not of the length that the model's have;
 * and with TOO_LARGE above 2^20 embeddings, but for facenet_gallery_enrol_many and _file. A path "SCHEME:..." is a
 * gallery in the store of a plugin that has the name SCHEME, where one is loaded. */

typedef struct facenet_gallery facenet_gallery;

/* How a new gallery stores embeddings. */
typedef int32_t facenet_template_encoding;
enum {
  FACENET_TEMPLATE_FLOAT32 = 0, /* four bytes a number, as they are */
  FACENET_TEMPLATE_BYTE = 1     /* one byte a number */
};

typedef struct facenet_gallery_options {
  uint32_t struct_size;
  facenet_template_encoding encoding; /* of a new gallery */
  float wait;                         /* seconds that a call waits while another process writes, up to 3600; 0: 5 */
  facenet_index_kind index;           /* how it is searched */
  float recall;                       /* as in facenet_index_options */
  uint32_t threads;                   /* at most this many work on a call, 1 ... 1024 or FACENET_ALL_PROCESSORS; 0: 1 */
} facenet_gallery_options;

/* Someone of a gallery. Its layout is final. */
typedef struct facenet_person {
  int64_t id;         /* the gallery's number, above 0, never given again */
  double created;     /* seconds since 1970 */
  uint64_t templates; /* how many there are */
  char name[1024];    /* 1 to 1000 bytes; others may have the same */
  char key[1024];     /* what another system calls them, nobody else's; "": none */
} facenet_person;

/* Makes a new gallery, a file that its owner alone may read or in a store, for the embedder of a pipeline. Fails with
 * INVALID_ARGUMENT where the path exists, NOT_FOUND, IO. Since 0.1. */
facenet_status facenet_gallery_create(const char *path, const facenet_pipeline *pipeline,
                                      const facenet_gallery_options *options, facenet_gallery **out);

/* Opens a gallery. Fails with NOT_FOUND or IO, CORRUPT for what is no gallery, UNSUPPORTED for a later version's.
 * Since 0.1. */
facenet_status facenet_gallery_open(const char *path, const facenet_gallery_options *options, facenet_gallery **out);

/* How many floats an embedding has; 0 on failure. Since 0.1. */
uint32_t facenet_gallery_dimension(const facenet_gallery *gallery);

/* Adds a person with count templates, count x dimension floats, all or nothing: on disk when this returns. key: NULL
 * for none. Writes the person's number. Fails with INVALID_ARGUMENT for a name or key that is above 1000 bytes, not one
 * line, without a character that can be seen, or with one that turns the writing's direction; for a key that somebody
 * has, and an embedding that is not the model's. Since 0.1. */
facenet_status facenet_gallery_enrol(facenet_gallery *gallery, const char *name, const char *key,
                                     const float *embeddings, size_t count, int64_t *person);

/* The same from photographs that show one face each. thumbnails: 1 keeps the aligned faces in the gallery, which
 * facenet_gallery_migrate needs of pictures that are in no file; 0 does not. Fails also with NOT_FOUND for a photograph
 * that shows no face, and INVALID_ARGUMENT for one that shows several and where the pipeline's embedder is not the
 * gallery's. Since 0.1. */
facenet_status facenet_gallery_enrol_images(facenet_gallery *gallery, const facenet_pipeline *pipeline,
                                            const char *name, const char *key, const facenet_image *images,
                                            size_t count, int32_t thumbnails, int64_t *person);

/* The same from files (JPEG, PNG, PGM, PPM) that show one face each: the gallery keeps their absolute paths and SHA-256
 * digests, by which facenet_gallery_migrate finds them again. Fails also as facenet_bitmap_open does. Since 0.1. */
facenet_status facenet_gallery_enrol_photos(facenet_gallery *gallery, const facenet_pipeline *pipeline,
                                            const char *name, const char *key, const char *const *paths, size_t count,
                                            int32_t thumbnails, int64_t *person);

/* Enrols many: a key for each of count embeddings, count x dimension floats. Those of one key are one person's, who is
 * made, with the key for a name, where nobody has it. They are written some thousand at a time, each time all or none;
 * the progress tells how many are on disk. An embedding that its person has already, number for number, is left out;
 * added: how many were not, or NULL. Fails as facenet_gallery_enrol does, naming the row from 0. Since 0.1. */
facenet_status facenet_gallery_enrol_many(facenet_gallery *gallery, const char *const *keys, const float *embeddings,
                                          size_t count, size_t *added);

/* The same from a matrix of float32 in NumPy's file format (.npy), which may be larger than memory. Fails also with
 * NOT_FOUND, IO, CORRUPT, UNSUPPORTED for another matrix, INVALID_ARGUMENT where it has not count rows. Since 0.1. */
facenet_status facenet_gallery_enrol_file(facenet_gallery *gallery, const char *const *keys, const char *path,
                                          size_t count, size_t *added);

/* Adds count templates to a person, count x dimension floats, all or none. Fails with NOT_FOUND for a person who is not
 * there. Since 0.1. */
facenet_status facenet_gallery_add(facenet_gallery *gallery, int64_t person, const float *embeddings, size_t count);

/* Gives a person another name, of which facenet_gallery_enrol says what it may be. Fails with NOT_FOUND. Since 0.1. */
facenet_status facenet_gallery_rename(facenet_gallery *gallery, int64_t person, const char *name);

/* Gives a person another key, of which facenet_gallery_enrol says what it may be; NULL: none. Fails with
 * INVALID_ARGUMENT for one that somebody else has, NOT_FOUND. Since 0.1. */
facenet_status facenet_gallery_set_key(facenet_gallery *gallery, int64_t person, const char *key);

/* Gives a person facts, a JSON text of at most 1 MiB that the gallery keeps: "{}" at first. Fails with INVALID_ARGUMENT
 * for what is no JSON, NOT_FOUND. Since 0.1. */
facenet_status facenet_gallery_set_facts(facenet_gallery *gallery, int64_t person, const char *facts);

/* Removes people and all that belongs to them, from every file of the gallery, all or none. Fails with NOT_FOUND for a
 * person who is not there, IO where another process still reads an older state: then they are removed, and
 * facenet_gallery_compact has to be called to overwrite it. Since 0.1. */
facenet_status facenet_gallery_remove(facenet_gallery *gallery, const int64_t *people, size_t count);

/* Someone by number. Fails with NOT_FOUND. Since 0.1. */
facenet_status facenet_gallery_person(const facenet_gallery *gallery, int64_t person, facenet_person *out);

/* The first people whose number is above after, at most capacity, by number: begin with after 0, go on after the last
 * one that was written, until *count is 0. Since 0.1. */
facenet_status facenet_gallery_people(const facenet_gallery *gallery, int64_t after, facenet_person *people,
                                      size_t capacity, size_t *count);

/* Someone by key. Fails with NOT_FOUND. Since 0.1. */
facenet_status facenet_gallery_person_with_key(const facenet_gallery *gallery, const char *key, facenet_person *out);

/* The people of this name, by number: sets *count to how many there are and writes the first of them, at most capacity.
 * Since 0.1. */
facenet_status facenet_gallery_people_named(const facenet_gallery *gallery, const char *name, facenet_person *people,
                                            size_t capacity, size_t *count);

/* A person's facts: sets *size to the bytes of the text, its end included, and writes it where capacity suffices; facts
 * may be NULL with capacity 0. Fails with NOT_FOUND. Since 0.1. */
facenet_status facenet_gallery_facts(const facenet_gallery *gallery, int64_t person, char *facts, size_t capacity,
                                     size_t *size);

/* A template of a person. Its layout is final. */
typedef struct facenet_template {
  int64_t id;        /* the gallery's number, never given again */
  double time;       /* when it was made, in seconds since 1970 */
  float quality;     /* facenet_quality's value; NaN where only the embedding was given */
  int32_t thumbnail; /* 1: the aligned face is kept */
  int32_t has_face;  /* 1: face says where it is in the photograph; 0 where only an embedding or a crop was given */
  facenet_face face;
  uint8_t digest[32]; /* the SHA-256 of the photograph's file; zeros: it was in none */
  char photo[4096];   /* the path of the photograph; "": it was in no file */
} facenet_template;

/* A person's templates, the oldest first: sets *count to how many there are and writes the first of them, at most
 * capacity. None for a person who is not there. Since 0.1. */
facenet_status facenet_gallery_templates(const facenet_gallery *gallery, int64_t person, facenet_template *templates,
                                         size_t capacity, size_t *count);

/* Removes templates by number, as facenet_gallery_remove does people, who stay. Since 0.1. */
facenet_status facenet_gallery_remove_templates(facenet_gallery *gallery, const int64_t *templates, size_t count);

/* Whether a face is somebody's. */
typedef int32_t facenet_verdict;
enum {
  FACENET_KNOWN = 1,    /* the nearest person is within the threshold, and nobody else nearly as near is */
  FACENET_UNKNOWN = 2,  /* nobody is within the threshold */
  FACENET_AMBIGUOUS = 3 /* two people are, and their distances differ by no more than the margin */
};

/* At most one of the first three says when a face is somebody's; if none does: 0.01 of strangers pass. */
typedef struct facenet_identification_options {
  uint32_t struct_size;
  float false_positive_rate; /* wanted share of strangers taken for somebody of this gallery, above 0 and below 1 */
  float false_accept_rate;   /* wanted share of pairs of different people that pass, above 0 and below 1 */
  float distance;            /* by the model's metric */
  float margin;              /* two people who differ by no more make a face ambiguous; 0: 10% of the threshold */
  uint32_t people;           /* best people that are told, at most 1000; 0: 5 */
  uint32_t templates;        /* a person's distance is the mean of that many nearest templates, at most 100; 0: 1 */
} facenet_identification_options;

/* What a gallery says of a face. Its layout is final. */
typedef struct facenet_identification {
  int64_t person;  /* who it is; 0 unless known */
  float distance;  /* of the best person; INFINITY where the gallery is empty */
  float threshold; /* the largest distance that is accepted */
  facenet_verdict verdict;
  uint32_t count;       /* best people that were written */
  int32_t extrapolated; /* 1: the threshold lies outside the rates that the model was measured at, and is a guess */
  char reason[1020];    /* one sentence that says why; a longer one is cut */
} facenet_identification;

/* Somebody who is near. Its layout is final. */
typedef struct facenet_candidate {
  int64_t person;
  int64_t nearest; /* the number of the nearest of the person's templates */
  float distance;
  uint32_t templates; /* how many the person has */
} facenet_candidate;

/* Says whose faces count embeddings are, count x dimension floats, each by itself: out[i], and its best people, nearest
 * first, from candidates + i * options.people on; candidates may be NULL. Fails with INVALID_ARGUMENT for an embedding
 * that is not the model's, UNSUPPORTED where a rate is wanted of a model that was never measured, CORRUPT, naming it,
 * for a template of the gallery that is damaged. Since 0.1. */
facenet_status facenet_gallery_identify(const facenet_gallery *gallery, const float *embeddings, size_t count,
                                        const facenet_identification_options *options, facenet_candidate *candidates,
                                        facenet_identification *out);

/* What facenet_gallery_identify accepts, and the mistakes to expect of it. Its layout is final. */
typedef struct facenet_identification_threshold {
  float distance;            /* the largest that is accepted */
  float false_accept_rate;   /* share of pairs of different people that pass; NaN where none can be told */
  float false_positive_rate; /* share of strangers taken for somebody of this gallery; NaN where none can be told */
  int32_t extrapolated;      /* 1: outside the rates that the model was measured at: distance or rates are a guess */
} facenet_identification_threshold;

/* The threshold of options with the gallery as it is now; margin, people and templates do not matter. Fails as
 * facenet_gallery_identify does. Since 0.1. */
facenet_status facenet_gallery_threshold(const facenet_gallery *gallery, const facenet_identification_options *options,
                                         facenet_identification_threshold *out);

/* Writes all people and templates, as one moment has them, into a folder, which is made where it is not there. Fails
 * with INVALID_ARGUMENT where the folder is not empty, CORRUPT, IO or NOT_FOUND, naming the path; then the folder is as
 * it was. Since 0.1. */
facenet_status facenet_gallery_export(const facenet_gallery *gallery, const char *folder);

/* Adds the people of an export, all or none; people: how many, or NULL. Fails with INVALID_ARGUMENT for another model's
 * export, a key that somebody has, and somebody without a key who is there already, by name and moment of enrolment;
 * CORRUPT. Since 0.1. */
facenet_status facenet_gallery_import(facenet_gallery *gallery, const char *folder, size_t *people);

/* Binds the gallery to the embedder of another pipeline: embeds all faces again, from their photographs where these are
 * what they were, else from thumbnails of the new crops' size; all or none. The handle goes on with the new model;
 * others, and other processes, have to open the gallery again. Fails with NOT_FOUND, naming the person, where neither
 * is left of a template. Since 0.1. */
facenet_status facenet_gallery_migrate(facenet_gallery *gallery, const facenet_pipeline *pipeline);

/* Takes the context it was given with, and one sentence that lives until it returns. It may call the library, and must
 * return, as a progress function must. */
typedef void (*facenet_fault_function)(void *context, const char *fault);

/* Reads all of the gallery, then tells a function, which may be NULL, of each fault. Fails with CORRUPT, naming the
 * first fault, where it is not sound. Since 0.1. */
facenet_status facenet_gallery_check(const facenet_gallery *gallery, facenet_fault_function function, void *context);

/* Gives unused space back, overwrites what was removed, and makes the index again of who is left. Takes as much memory
 * as the file has bytes. Since 0.1. */
facenet_status facenet_gallery_compact(facenet_gallery *gallery);

/* Sizes of a gallery. Its layout is final. */
typedef struct facenet_gallery_sizes {
  uint64_t people, templates;
  uint64_t people_without_templates; /* who are never found */
  uint64_t bytes, unused_bytes;      /* of the file; facenet_gallery_compact gives back what nothing uses */
} facenet_gallery_sizes;

/* How large a gallery is. Since 0.1. */
facenet_status facenet_gallery_statistics(const facenet_gallery *gallery, facenet_gallery_sizes *out);

/* NULL is ignored. Since 0.1. */
void facenet_gallery_free(facenet_gallery *gallery);

/* Plugins: detectors, embedders, decoders and more that other shared objects bring; facenet_plugin.h says how one is
 * written. What a plugin brings is chosen by name, as what is built in: facenet_detector_open("NAME"). Nothing is
 * loaded unless it is asked for, and what was loaded stays until the process ends. Any thread. */

/* Loads a plugin; one that is loaded already is a success that does nothing. A plugin is code and can do all that the
 * process can. Fails with NOT_FOUND, IO where the system cannot load it, INVALID_ARGUMENT for what is no regular file,
 * a name that another has, and a file or a folder above it that anybody may write (in a folder with the sticky bit, as
 * /tmp, what is root's or the process's user's is let through); CORRUPT for what is no shared object, UNSUPPORTED for
 * one made for another version of facenet_plugin.h, PLUGIN_FAILED for one that fails or breaks its contract. When it
 * fails, nothing was added. Since 0.1. */
facenet_status facenet_plugin_load(const char *path);

/* Loads the files of a folder whose names end in ".so", by name; others are tried where one fails, and the first
 * failure is what this returns. count: how many of them are loaded now, also when it fails; or NULL. Since 0.1. */
facenet_status facenet_plugin_load_directory(const char *path, size_t *count);

/* A component that can be chosen by name. Its texts stay until the process ends. Its layout is final. */
typedef struct facenet_component {
  const char *kind;    /* "detector", "embedder", "decoder", "index", "store", "operator"; later versions may add more */
  const char *name;    /* what it is chosen by */
  const char *plugin;  /* the plugin's name; "": built in */
  const char *version; /* the plugin's, or the library's */
  const char *licence; /* the plugin's, or the library's: an SPDX licence expression */
  const char *file;    /* the plugin's shared object; "": built in, or attached */
} facenet_component;

/* How many components there are. They are numbered from 0: those that are built in, then plugins' as they came. No
 * number changes. Since 0.1. */
size_t facenet_plugin_component_count(void);

/* A component by its number. Fails with INVALID_ARGUMENT for a number that none has. Since 0.1. */
facenet_status facenet_plugin_component(size_t position, facenet_component *out);

#ifdef __cplusplus
}
#endif

#endif
