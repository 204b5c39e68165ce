/* index-hnsw - hierarchical navigable small worlds by hnswlib: candidates for the nearest of millions of vectors. */
#include <facenet_plugin.h>

#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "index.h"

namespace {

const facenet_host *host;

/* Does what may throw; nothing leaves it but a status. */
template <typename Body>
facenet_status guarded(Body body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    return host->fail(FACENET_TOO_LARGE, "there is no memory for the graph of an hnsw index");
  } catch (const std::exception &error) {
    return host->fail(FACENET_PLUGIN_FAILED, error.what());
  } catch (...) {
    return FACENET_PLUGIN_FAILED;
  }
}

std::unique_ptr<Index> make(uint32_t dimension, const facenet_index_options *options) {
  return std::make_unique<Index>(dimension, options->recall, options->seed);
}

facenet_status open(void *, uint32_t dimension, const facenet_index_options *options, void **self) {
  return guarded([&] {
    *self = make(dimension, options).release();
    return FACENET_OK;
  });
}

facenet_status add(void *self, const int64_t *numbers, const float *vectors, size_t count) {
  return guarded([&]() -> facenet_status {
    const auto go_on = [](double done) { return host->progress(done) == 0; };
    return static_cast<Index *>(self)->add(numbers, vectors, count, go_on) ? FACENET_OK : FACENET_CANCELLED;
  });
}

facenet_status remove(void *self, const int64_t *numbers, size_t count) {
  return guarded([&]() -> facenet_status {
    if (static_cast<Index *>(self)->remove(numbers, count)) return FACENET_OK;
    return host->fail(FACENET_INVALID_ARGUMENT, "there is no vector of a number that is to be removed");
  });
}

facenet_status search(void *self, const float *query, int64_t *numbers, size_t capacity, size_t *count) {
  return guarded([&] {
    *count = static_cast<const Index *>(self)->search(query, numbers, capacity);
    return FACENET_OK;
  });
}

facenet_status save(void *self, int32_t (*write)(void *, const void *, size_t), void *context) {
  return guarded([&]() -> facenet_status {
    const Graph graph = static_cast<const Index *>(self)->graph();
    const std::vector<uint8_t> header = graph.header();
    const bool is_written =
        !write(context, header.data(), header.size()) &&
        !write(context, graph.numbers.data(), graph.numbers.size() * sizeof graph.numbers[0]) &&
        !write(context, graph.words.data(), graph.words.size() * sizeof graph.words[0]);
    return is_written ? FACENET_OK : host->fail(FACENET_IO, "the graph of an hnsw index could not be saved");
  });
}

facenet_status restore(void *, uint32_t dimension, const facenet_index_options *options, const int64_t *numbers,
                       const float *vectors, size_t count, const void *bytes, size_t byte_count, void **self) {
  return guarded([&]() -> facenet_status {
    auto index = make(dimension, options);
    Graph graph;
    std::string reason;
    if (!graph.parse(static_cast<const uint8_t *>(bytes), byte_count, count, &reason) ||
        !index->restore(graph, numbers, vectors, count, &reason)) {
      return host->fail(FACENET_CORRUPT, ("the saved graph is not what was saved: " + reason).c_str());
    }
    *self = index.release();
    return FACENET_OK;
  });
}

void close(void *self) { delete static_cast<Index *>(self); }

}  // namespace

facenet_status facenet_plugin_entry(const facenet_host *given, facenet_registrar *registrar) {
  static const facenet_plugin_description description = {
      sizeof description, FACENET_PLUGIN_ABI, "index-hnsw", "1.0", "Apache-2.0"};
  static const facenet_index_methods methods = {sizeof methods, 0, open, add, remove, search, save, restore, close};
  host = given;
  const facenet_status status = host->describe(registrar, &description);
  return status ? status : host->add_index(registrar, "hnsw", &methods, nullptr);
}
