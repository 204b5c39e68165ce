/* An index on hnswlib: candidates for the nearest vectors, with removal and a graph that can be saved. */
#ifndef INDEX_HNSW_INDEX_H
#define INDEX_HNSW_INDEX_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "graph.h"

namespace hnswlib {
template <typename Distance>
class HierarchicalNSW;
}

/* Searches run together; changes wait. A function that throws leaves it as it was. */
class Index {
 public:
  /* recall: the wanted share of queries whose nearest vector is among the candidates. */
  Index(uint32_t dimension, float recall, uint32_t seed);
  ~Index();

  /* Takes vectors under numbers that are not there; go_on: asked often whether to. False: it was not, and nothing is
   * added. */
  bool add(const int64_t *numbers, const float *vectors, size_t count, const std::function<bool(double)> &go_on);

  /* Vectors stay in the graph as places to pass through, and are taken out together once they are a quarter of it.
   * False: one of the numbers is not there, and none was removed. */
  bool remove(const int64_t *numbers, size_t count);

  /* Writes numbers of vectors near the query; how many. */
  size_t search(const float *query, int64_t *numbers, size_t capacity) const;

  /* The graph without what was removed, whose neighbours are joined. */
  Graph graph() const;

  /* Takes a graph over, whose vectors under `numbers` are these. False, and why in *reason, where the graph has other
   * numbers. */
  bool restore(const Graph &graph, const int64_t *numbers, const float *vectors, size_t count, std::string *reason);

 private:
  using Navigator = hnswlib::HierarchicalNSW<float>;
  struct Space;

  std::unique_ptr<Navigator> empty(size_t capacity) const;
  std::unique_ptr<Navigator> made_of(const Graph &graph, const std::function<const float *(size_t)> &vector) const;
  void grow(size_t capacity);
  void forget(const int64_t *numbers, size_t count);
  void purge();

  const size_t dimension_;
  const uint32_t seed_;
  const float recall_;
  std::unique_ptr<Space> space_;
  std::unique_ptr<Navigator> navigator_;
  /* Removed vectors that are still in the graph. */
  size_t gone_ = 0;
};

#endif
