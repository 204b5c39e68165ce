// embedder-cpp - the embedder of ../../embedder-template in C++: a class behind the table of methods, whose exceptions
// become statuses at the border, which none may cross.
#include <facenet_plugin.h>

#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <vector>

namespace {

const facenet_host *host;

// What a method runs: a status comes back whatever is thrown.
template <typename Body>
facenet_status guarded(Body body) noexcept {
  try {
    body();
    return FACENET_OK;
  } catch (const std::bad_alloc &) {
    return host->fail(FACENET_TOO_LARGE, "there is no memory left");
  } catch (const std::invalid_argument &error) {
    return host->fail(FACENET_INVALID_ARGUMENT, error.what());
  } catch (const std::exception &error) {
    return host->fail(FACENET_PLUGIN_FAILED, error.what());
  } catch (...) {
    return host->fail(FACENET_PLUGIN_FAILED, "something was thrown that is no exception");
  }
}

class Squares {
public:
  static constexpr uint32_t side = 64, squares = 8, dimension = squares * squares;

  std::vector<float> embedding(const facenet_image &crop) const {
    std::vector<float> means;
    float length = 0;
    for (uint32_t row = 0; row < squares; row++)
      for (uint32_t column = 0; column < squares; column++) {
        means.push_back(mean(crop, column, row));
        length += means.back() * means.back();
      }
    if (length == 0) throw std::invalid_argument("a crop is all of one gray");
    return means;
  }

private:
  // The mean of the greens of a square, less 128.
  static float mean(const facenet_image &crop, uint32_t column, uint32_t row) {
    constexpr uint32_t square = side / squares;
    int sum = 0;
    for (uint32_t y = row * square; y < (row + 1) * square; y++)
      for (uint32_t x = column * square; x < (column + 1) * square; x++)
        sum += crop.pixels[static_cast<size_t>(y) * crop.stride + 3 * x + 1] - 128;
    return static_cast<float>(sum) / (square * square);
  }
};

facenet_status open(void *, const char *location, const facenet_embedder_options *, void **self) {
  return guarded([&] {
    if (*location) throw std::invalid_argument("squares-cpp takes nothing behind its name");
    *self = std::make_unique<Squares>().release();
  });
}

facenet_status describe(void *, facenet_embedder_description *out) {
  out->dimension = Squares::dimension;
  out->side = Squares::side;
  out->threshold = 0.02f;
  std::strcpy(out->identity, "means of 8 x 8 squares, 1");
  return FACENET_OK;
}

facenet_status embed(void *self, const facenet_image *crops, size_t count, float *embeddings) {
  return guarded([&] {
    for (size_t i = 0; i < count; i++) {
      const std::vector<float> means = static_cast<const Squares *>(self)->embedding(crops[i]);
      std::memcpy(embeddings + i * Squares::dimension, means.data(), sizeof(float) * Squares::dimension);
    }
  });
}

void close(void *self) { delete static_cast<Squares *>(self); }

}  // namespace

facenet_status facenet_plugin_entry(const facenet_host *given, facenet_registrar *registrar) {
  const facenet_plugin_description description = {
      sizeof description, FACENET_PLUGIN_ABI, "embedder-cpp", "1.0", "Apache-2.0"};
  const facenet_embedder_methods methods = {sizeof methods, 0, open, describe, embed, close};
  host = given;
  const facenet_status status = host->describe(registrar, &description);
  return status ? status : host->add_embedder(registrar, "squares-cpp", &methods, nullptr);
}
