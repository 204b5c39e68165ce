/* Squared Euclidean distances, by the widest registers that the machine has: hnswlib's own are chosen when it is
 * compiled. */
#ifndef INDEX_HNSW_DISTANCE_H
#define INDEX_HNSW_DISTANCE_H

#include <cstddef>

/* a, b: *dimension floats each, aligned as floats are; dimension: a pointer to a size_t. */
float squared_distance(const void *a, const void *b, const void *dimension);

#endif
