/* A navigable graph apart from hnswlib and from its vectors: what is saved, and what a graph is made of anew.
 *
 * Source of the method: Yu. A. Malkov, D. A. Yashunin, "Efficient and robust approximate nearest neighbor search using
 * hierarchical navigable small world graphs", IEEE TPAMI 42 (2020), 824-836. */
#ifndef INDEX_HNSW_GRAPH_H
#define INDEX_HNSW_GRAPH_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/* Elements are at positions 0, 1, ...; each is in the layers 0 to its level and has a list of links in each. */
struct Graph {
  /* Links of an element in a layer, at most; twice as many in layer 0. */
  static constexpr uint32_t width = 16;
  static constexpr uint32_t largest_level = 31;

  /* The element that searches begin at: none has a higher level. */
  uint32_t entry = 0;
  /* The library's number of each element. */
  std::vector<int64_t> numbers;
  /* For each element its level, then for each layer how many links there are, and the positions they lead to. */
  std::vector<uint32_t> words;

  static size_t most_links(uint32_t layer) { return layer ? width : 2 * width; }

  /* The bytes that parse reads: little-endian, as all machines are that this runs on. */
  std::vector<uint8_t> header() const;

  /* Reads a graph of exactly `count` elements, whatever the bytes are. Afterwards its lists fit each other: positions
   * lie in it, links lead to other elements of their layer, and lists are not longer than they may be. Returns false,
   * and why in *reason, where it is none. */
  bool parse(const uint8_t *bytes, size_t size, size_t count, std::string *reason);

 private:
  bool are_links_sound(std::string *reason) const;
};

#endif
