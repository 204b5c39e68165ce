#include "graph.h"

#include <cstring>

namespace {

constexpr uint32_t magic = 0x77736e68;  // "hnsw"
constexpr uint32_t version = 1;

struct Header {
  uint32_t magic, version, width, entry;
  uint64_t count, words;
};

template <typename Element>
const uint8_t *read(const uint8_t *bytes, size_t count, std::vector<Element> *out) {
  out->resize(count);
  if (count) memcpy(out->data(), bytes, count * sizeof(Element));
  return bytes + count * sizeof(Element);
}

}  // namespace

std::vector<uint8_t> Graph::header() const {
  const Header header = {magic, version, width, entry, numbers.size(), words.size()};
  std::vector<uint8_t> bytes(sizeof header);
  memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

bool Graph::parse(const uint8_t *bytes, size_t size, size_t count, std::string *reason) {
  Header header;
  if (size < sizeof header) {
    *reason = "it is cut short";
    return false;
  }
  memcpy(&header, bytes, sizeof header);
  if (header.magic != magic || header.version != version || header.width != width) {
    *reason = "it was saved by another version, or is none";
    return false;
  }
  const size_t rest = size - sizeof header;
  if (header.count != count || count > rest / sizeof(int64_t) ||
      header.words != (rest - count * sizeof(int64_t)) / sizeof(uint32_t) || rest % sizeof(uint32_t)) {
    *reason = "it is not as long as it says, or of another number of vectors";
    return false;
  }
  entry = header.entry;
  bytes = read(bytes + sizeof header, count, &numbers);
  read(bytes, header.words, &words);
  return are_links_sound(reason);
}

bool Graph::are_links_sound(std::string *reason) const {
  const size_t count = numbers.size();
  std::vector<uint8_t> levels;
  size_t place = 0;
  uint32_t highest = 0;
  *reason = "its lists do not fit together";
  for (size_t element = 0; element < count; element++) {
    if (place >= words.size() || words[place] > largest_level) return false;
    const uint32_t level = words[place++];
    for (uint32_t layer = 0; layer <= level; layer++) {
      if (place >= words.size() || words[place] > most_links(layer)) return false;
      if (words[place] > words.size() - place - 1) return false;
      place += 1 + words[place];
    }
    levels.push_back(static_cast<uint8_t>(level));
    if (level > highest) highest = level;
  }
  if (place != words.size()) return false;
  if (count ? entry >= count || levels[entry] != highest : entry != 0) {
    *reason = "its first element is not in its highest layer";
    return false;
  }
  *reason = "a link leads to where nothing is";
  place = 0;
  for (size_t element = 0; element < count; element++) {
    const uint32_t level = words[place++];
    for (uint32_t layer = 0; layer <= level; layer++) {
      for (uint32_t links = words[place++]; links; links--, place++) {
        const uint32_t other = words[place];
        if (other >= count || other == element || levels[other] < layer) return false;
      }
    }
  }
  return true;
}
