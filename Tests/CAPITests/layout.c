/* Prints size and offsets of every structure of the header. What a version has printed, later ones print too: a value's
 * layout is final, options grow at the end only. */
#include "check.h"

#define SIZE(type) printf("%s %zu\n", #type, sizeof(type))
#define FIELD(type, field) printf("%s.%s %zu %zu\n", #type, #field, offsetof(type, field), sizeof(((type *)0)->field))

int main(void) {
  SIZE(facenet_status);
  SIZE(facenet_progress_function);
  SIZE(facenet_log_level);
  SIZE(facenet_log_function);
  SIZE(facenet_pixel_format);
  SIZE(facenet_element_type);
  SIZE(facenet_image);
  FIELD(facenet_image, pixels);
  FIELD(facenet_image, width);
  FIELD(facenet_image, height);
  FIELD(facenet_image, stride);
  FIELD(facenet_image, format);
  SIZE(facenet_point);
  FIELD(facenet_point, x);
  FIELD(facenet_point, y);
  SIZE(facenet_face);
  FIELD(facenet_face, left);
  FIELD(facenet_face, top);
  FIELD(facenet_face, right);
  FIELD(facenet_face, bottom);
  FIELD(facenet_face, score);
  FIELD(facenet_face, landmarks);
  SIZE(facenet_verification);
  FIELD(facenet_verification, distance);
  FIELD(facenet_verification, threshold);
  FIELD(facenet_verification, same);
  FIELD(facenet_verification, a);
  FIELD(facenet_verification, b);
  SIZE(facenet_tensor);
  FIELD(facenet_tensor, values);
  FIELD(facenet_tensor, shape);
  FIELD(facenet_tensor, rank);
  FIELD(facenet_tensor, type);
  FIELD(facenet_detector_options, struct_size);
  FIELD(facenet_detector_options, threads);
  FIELD(facenet_detector_options, minimum_size);
  FIELD(facenet_detector_options, minimum_score);
  FIELD(facenet_detector_options, overlap);
  FIELD(facenet_embedder_options, struct_size);
  FIELD(facenet_embedder_options, threads);
  FIELD(facenet_embedder_options, threshold);
  FIELD(facenet_session_options, struct_size);
  FIELD(facenet_session_options, threads);
  FIELD(facenet_session_options, memory_limit);
  SIZE(facenet_index_kind);
  SIZE(facenet_likelihood);
  FIELD(facenet_index_options, struct_size);
  FIELD(facenet_index_options, kind);
  FIELD(facenet_index_options, threads);
  FIELD(facenet_index_options, recall);
  FIELD(facenet_index_options, seed);
  FIELD(facenet_index_options, pivots);
  FIELD(facenet_index_options, examined);
  FIELD(facenet_index_options, partitions);
  FIELD(facenet_index_options, likelihood);
  FIELD(facenet_index_options, acceptance);
  return 0;
}
