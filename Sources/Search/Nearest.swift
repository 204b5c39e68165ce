/// The nearest `limit` of all vectors offered to it, as a heap with the farthest on top. One thread at a time.
package struct Nearest {
  package let limit: Int
  private var heap: [Neighbour] = []

  /// - Parameter limit: at least 1.
  package init(_ limit: Int) {
    self.limit = limit
    heap.reserveCapacity(min(limit, 1024))
  }

  /// No vector farther than this gets in.
  package var bound: Float { heap.count < limit ? .infinity : heap[0].squaredDistance }

  /// The vectors in the order of results.
  package var sorted: [Neighbour] { heap.sorted(by: Neighbour.precedes) }

  package mutating func offer(_ squaredDistance: Float, key: @autoclosure () -> Int64) {
    if squaredDistance > bound { return }
    let neighbour = Neighbour(key: key(), squaredDistance: squaredDistance)
    if heap.count < limit {
      heap.append(neighbour)
      siftUp()
    } else if Neighbour.precedes(neighbour, heap[0]) {
      heap[0] = neighbour
      siftDown()
    }
  }

  private mutating func siftUp() {
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard Neighbour.precedes(heap[parent], heap[child]) else { return }
      heap.swapAt(parent, child)
      child = parent
    }
  }

  private mutating func siftDown() {
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { return }
      if child + 1 < heap.count, Neighbour.precedes(heap[child], heap[child + 1]) { child += 1 }
      guard Neighbour.precedes(heap[parent], heap[child]) else { return }
      heap.swapAt(parent, child)
      parent = child
    }
  }
}
