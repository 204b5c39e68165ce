#include "index.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>
#include <new>
#include <unordered_map>

#include <fstream>
#include <hnswlib/hnswlib.h>

#include "distance.h"

namespace {

using hnswlib::labeltype;
using hnswlib::tableint;

/* Vectors that a new one's links are chosen from. */
constexpr size_t construction = 200;
/* The label of a vector that was removed. */
constexpr labeltype gone_label = std::numeric_limits<labeltype>::max();
/* How often a long change asks whether to go on. */
constexpr size_t often = 64;

/* Vectors that are kept while a query searches the lowest layer, of so many for a wanted recall: what was measured of
 * embeddings like those of faces, and some to spare (docs/plugins.md). Between two rows, in proportion; four times as
 * many vectors beyond the last want twice as many. */
struct Row {
  double count, breadths[4];
};
constexpr float recalls[] = {0.9f, 0.95f, 0.99f};
constexpr Row rows[] = {{1000, {16, 16, 32, 96}}, {10000, {24, 32, 96, 192}}, {100000, {48, 96, 192, 384}}};

size_t breadth(float recall, size_t count) {
  const size_t column = std::lower_bound(std::begin(recalls), std::end(recalls), recall) - std::begin(recalls);
  const double wanted = std::max<double>(static_cast<double>(count), rows[0].count);
  size_t next = 1;
  while (next + 1 < std::size(rows) && wanted > rows[next].count) next++;
  const double low = std::log(rows[next - 1].breadths[column]), high = std::log(rows[next].breadths[column]);
  const double share = std::log(wanted / rows[next - 1].count) / std::log(rows[next].count / rows[next - 1].count);
  const double beyond = std::max(0.0, std::log2(wanted / rows[next].count) / 2);
  return static_cast<size_t>(std::ceil(std::exp(low + (high - low) * std::min(share, 1.0)) * std::exp2(beyond)));
}

const tableint *links(const hnswlib::HierarchicalNSW<float> &navigator, tableint element, int layer, size_t *count) {
  auto *list = navigator.get_linklist_at_level(element, layer);
  *count = navigator.getListCount(list);
  return reinterpret_cast<const tableint *>(list + 1);
}

}  // namespace

struct Index::Space : hnswlib::SpaceInterface<float> {
  size_t dimension;

  explicit Space(size_t dimension) : dimension(dimension) {}
  size_t get_data_size() override { return dimension * sizeof(float); }
  hnswlib::DISTFUNC<float> get_dist_func() override { return squared_distance; }
  void *get_dist_func_param() override { return &dimension; }
};

Index::Index(uint32_t dimension, float recall, uint32_t seed)
    : dimension_(dimension), seed_(seed), recall_(recall), space_(new Space(dimension)),
      navigator_(empty(0)) {}

Index::~Index() = default;

std::unique_ptr<Index::Navigator> Index::empty(size_t capacity) const {
  return std::make_unique<Navigator>(space_.get(), std::max<size_t>(capacity, 64), Graph::width, construction, seed_);
}

/* hnswlib's own resizing leaves it broken where memory is lacking. */
void Index::grow(size_t capacity) {
  Navigator &old = *navigator_;
  if (capacity <= old.max_elements_) return;
  if (capacity > std::numeric_limits<int32_t>::max()) throw std::bad_alloc();
  capacity = std::max(capacity, std::min<size_t>(2 * old.max_elements_, std::numeric_limits<int32_t>::max()));
  auto visited = std::make_unique<hnswlib::VisitedListPool>(1, static_cast<int>(capacity));
  std::vector<std::mutex> locks(capacity);
  old.element_levels_.resize(capacity);
  auto *lists = static_cast<char **>(realloc(old.linkLists_, capacity * sizeof(char *)));
  if (!lists) throw std::bad_alloc();
  old.linkLists_ = lists;
  auto *lowest = static_cast<char *>(realloc(old.data_level0_memory_, capacity * old.size_data_per_element_));
  if (!lowest) throw std::bad_alloc();
  old.data_level0_memory_ = lowest;
  delete old.visited_list_pool_;
  old.visited_list_pool_ = visited.release();
  old.link_list_locks_.swap(locks);
  old.max_elements_ = capacity;
}

bool Index::add(const int64_t *numbers, const float *vectors, size_t count,
                const std::function<bool(double)> &go_on) {
  grow(navigator_->cur_element_count + count);
  size_t added = 0;
  try {
    for (; added < count; added++) {
      if (added % often == 0 && !go_on(static_cast<double>(added) / static_cast<double>(count))) break;
      navigator_->addPoint(vectors + added * dimension_, static_cast<labeltype>(numbers[added]));
    }
  } catch (...) {
    /* hnswlib counts an element before it enters its label. */
    navigator_->cur_element_count = navigator_->label_lookup_.size() + gone_;
    forget(numbers, added + 1);
    throw;
  }
  if (added == count) return true;
  forget(numbers, added);
  return false;
}

bool Index::remove(const int64_t *numbers, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!navigator_->label_lookup_.count(static_cast<labeltype>(numbers[i]))) return false;
  }
  forget(numbers, count);
  if (4 * gone_ > navigator_->cur_element_count) {
    try {
      purge();
    } catch (const std::bad_alloc &) {
      /* It is taken out another time. */
    }
  }
  return true;
}

void Index::forget(const int64_t *numbers, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const auto found = navigator_->label_lookup_.find(static_cast<labeltype>(numbers[i]));
    if (found == navigator_->label_lookup_.end()) continue;
    navigator_->setExternalLabel(found->second, gone_label);
    navigator_->label_lookup_.erase(found);
    gone_++;
  }
}

size_t Index::search(const float *query, int64_t *numbers, size_t capacity) const {
  const Navigator &navigator = *navigator_;
  const size_t total = navigator.cur_element_count;
  if (total == gone_ || capacity == 0) return 0;
  tableint nearest = navigator.enterpoint_node_;
  float least = squared_distance(query, navigator.getDataByInternalId(nearest), &space_->dimension);
  for (int layer = navigator.maxlevel_; layer > 0; layer--) {
    for (bool is_nearer = true; is_nearer;) {
      is_nearer = false;
      size_t count;
      const tableint *others = links(navigator, nearest, layer, &count);
      for (size_t i = 0; i < count; i++) {
        const float distance = squared_distance(query, navigator.getDataByInternalId(others[i]), &space_->dimension);
        if (distance >= least) continue;
        least = distance;
        nearest = others[i];
        is_nearer = true;
      }
    }
  }
  /* As many more as were removed of as many. */
  const size_t wanted = std::max(breadth(recall_, total - gone_), capacity);
  auto found = navigator.searchBaseLayerST<false>(nearest, query, wanted + wanted * gone_ / (total - gone_));
  std::vector<tableint> order;
  for (; !found.empty(); found.pop()) order.push_back(found.top().second);
  size_t count = 0;
  for (auto element = order.rbegin(); element != order.rend() && count < capacity; ++element) {
    const labeltype label = navigator.getExternalLabel(*element);
    if (label != gone_label) numbers[count++] = static_cast<int64_t>(label);
  }
  return count;
}

namespace {

/* Links of an element in a layer once what was removed is out: through it, to what it led to, the most useful of them
 * as hnswlib chooses. */
std::vector<tableint> joined(hnswlib::HierarchicalNSW<float> &navigator, tableint element, int layer) {
  using Candidate = std::pair<float, tableint>;
  const auto is_gone = [&](tableint other) { return navigator.getExternalLabel(other) == gone_label; };
  size_t count;
  const tableint *own = links(navigator, element, layer, &count);
  std::vector<tableint> kept(own, own + count), waiting, seen = {element};
  if (std::none_of(kept.begin(), kept.end(), is_gone)) return kept;
  std::priority_queue<Candidate, std::vector<Candidate>, hnswlib::HierarchicalNSW<float>::CompareByFirst> candidates;
  waiting = kept;
  /* In order, so that the near come first; hundreds are enough to choose from. */
  for (size_t next = 0; next < waiting.size() && candidates.size() < construction; next++) {
    const tableint other = waiting[next];
    if (std::find(seen.begin(), seen.end(), other) != seen.end()) continue;
    seen.push_back(other);
    if (is_gone(other)) {
      const tableint *further = links(navigator, other, layer, &count);
      waiting.insert(waiting.end(), further, further + count);
    } else {
      const char *from = navigator.getDataByInternalId(element), *to = navigator.getDataByInternalId(other);
      candidates.emplace(squared_distance(from, to, navigator.dist_func_param_), other);
    }
  }
  navigator.getNeighborsByHeuristic2(candidates, Graph::most_links(static_cast<uint32_t>(layer)));
  kept.clear();
  for (; !candidates.empty(); candidates.pop()) kept.push_back(candidates.top().second);
  return kept;
}

}  // namespace

Graph Index::graph() const {
  Navigator &navigator = *navigator_;
  const size_t total = navigator.cur_element_count;
  std::vector<uint32_t> positions(total);
  Graph graph;
  int highest = -1;
  for (tableint element = 0; element < total; element++) {
    const labeltype label = navigator.getExternalLabel(element);
    if (label == gone_label) continue;
    positions[element] = static_cast<uint32_t>(graph.numbers.size());
    graph.numbers.push_back(static_cast<int64_t>(label));
    const int level = navigator.element_levels_[element];
    if (level < highest || (level == highest && element != navigator.enterpoint_node_)) continue;
    highest = level;
    graph.entry = positions[element];
  }
  for (tableint element = 0; element < total; element++) {
    if (navigator.getExternalLabel(element) == gone_label) continue;
    const int level = navigator.element_levels_[element];
    graph.words.push_back(static_cast<uint32_t>(level));
    for (int layer = 0; layer <= level; layer++) {
      const std::vector<tableint> others = joined(navigator, element, layer);
      graph.words.push_back(static_cast<uint32_t>(others.size()));
      for (tableint other : others) graph.words.push_back(positions[other]);
    }
  }
  return graph;
}

std::unique_ptr<Index::Navigator> Index::made_of(const Graph &graph,
                                                 const std::function<const float *(size_t)> &vector) const {
  const size_t count = graph.numbers.size();
  std::unique_ptr<Navigator> made = empty(count);
  made->level_generator_.seed(seed_ + static_cast<uint32_t>(count));
  const uint32_t *word = graph.words.data();
  for (size_t element = 0; element < count; element++) {
    const auto position = static_cast<tableint>(element);
    const uint32_t level = *word++;
    made->linkLists_[element] = nullptr;
    if (level > 0) {
      made->linkLists_[element] = static_cast<char *>(calloc(level * made->size_links_per_element_ + 8, 1));
      if (!made->linkLists_[element]) throw std::bad_alloc();
    }
    made->element_levels_[element] = static_cast<int>(level);
    made->cur_element_count = element + 1;
    memset(made->get_linklist0(position), 0, made->size_links_level0_);
    for (uint32_t layer = 0; layer <= level; layer++) {
      auto *list = made->get_linklist_at_level(position, static_cast<int>(layer));
      const uint32_t links = *word++;
      made->setListCount(list, static_cast<unsigned short>(links));
      memcpy(list + 1, word, links * sizeof *word);
      word += links;
    }
    memcpy(made->getDataByInternalId(position), vector(element), dimension_ * sizeof(float));
    const auto label = static_cast<labeltype>(graph.numbers[element]);
    made->setExternalLabel(position, label);
    made->label_lookup_[label] = position;
  }
  if (count == 0) return made;
  made->enterpoint_node_ = graph.entry;
  made->maxlevel_ = made->element_levels_[graph.entry];
  return made;
}

void Index::purge() {
  const Graph left = graph();
  auto made = made_of(left, [&](size_t position) {
    const auto element = navigator_->label_lookup_.at(static_cast<labeltype>(left.numbers[position]));
    return reinterpret_cast<const float *>(navigator_->getDataByInternalId(element));
  });
  navigator_ = std::move(made);
  gone_ = 0;
}

bool Index::restore(const Graph &graph, const int64_t *numbers, const float *vectors, size_t count,
                    std::string *reason) {
  std::unordered_map<int64_t, size_t> rows(count);
  for (size_t row = 0; row < count; row++) rows.emplace(numbers[row], row);
  std::vector<size_t> places;
  for (int64_t number : graph.numbers) {
    const auto found = rows.find(number);
    if (found == rows.end()) {
      *reason = "it is of other vectors";
      return false;
    }
    places.push_back(found->second);
    rows.erase(found);
  }
  navigator_ = made_of(graph, [&](size_t position) { return vectors + places[position] * dimension_; });
  gone_ = 0;
  return true;
}
