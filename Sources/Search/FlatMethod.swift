import Core

/// Every vector is compared with every query.
final class FlatMethod: SearchMethod {
  init(dimension: Int, options: IndexOptions) {}
  init(reading file: IndexFile, store: VectorStore, options: IndexOptions) {}
  func append(_ slots: Range<Int>, in store: VectorStore) {}
  func replaced(slot: Int, in store: VectorStore) {}
  func removed(slot: Int, last: Int, in store: VectorStore) {}
  func sections() -> [IndexSection] { [] }

  func search(_ request: SearchRequest, in store: VectorStore) throws(FacenetError) -> [[Neighbour]] {
    var results: [[Neighbour]] = []
    for index in 0..<request.queries.count {
      let query = request.queries.row(index)
      var nearest = Nearest(request.nearest)
      if let allowed = request.allowed {
        for slot in allowed.slots {
          try store.verify(Int(slot)..<Int(slot) + 1)
          nearest.offer(store.squaredDistance(query, Int(slot)), key: store.key(Int(slot)))
        }
      } else {
        try store.verify(0..<store.count)
        for slot in 0..<store.count { nearest.offer(store.squaredDistance(query, slot), key: store.key(slot)) }
      }
      results.append(nearest.sorted)
      try Progress.reached(Double(index + 1) / Double(request.queries.count))
    }
    return results
  }
}
