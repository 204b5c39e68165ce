import KernelCore

/// Where the elements of a block of tiles lie: those that share their weights behind each other, all tiles of one and then
/// all of the next, so that they are the rows of one matrix.
struct WinogradElements {
  /// Elements that are multiplied by the same weight.
  struct Sharers {
    /// How many elements lie before them.
    let first: Int
    let count: Int
  }

  /// For each weight.
  let sharers: [Sharers]
  /// For each element, row by row: the first of those that share its weight, and its place among them.
  private let places: [(first: Int, place: Int)]

  init(_ tile: WinogradTile) {
    let (down, across) = (tile.vertical, tile.horizontal)
    var sharers: [Sharers] = []
    var first = 0
    for weight in 0..<tile.weights {
      let count = down.products(of: weight / across.weights) * across.products(of: weight % across.weights)
      sharers.append(Sharers(first: first, count: count))
      first += count
    }
    self.sharers = sharers
    var seen = [Int](repeating: 0, count: tile.weights)
    places = (0..<tile.products).map { element in
      let row = down.weight(of: element / across.products)
      let weight = row * across.weights + across.weight(of: element % across.products)
      seen[weight] += 1
      return (sharers[weight].first, seen[weight] - 1)
    }
  }

  /// Calls `body` with the place of each element's first tile in a block of `tiles` at `memory`.
  ///
  /// - Parameter stride: floats that an element takes up.
  func withStarts(
    _ memory: UnsafeMutablePointer<Float>, tiles: Int, channels: Int, stride: Int,
    _ body: (UnsafePointer<UnsafeMutablePointer<Float>>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>.self, capacity: places.count) { starts in
      for (element, (first, place)) in places.enumerated() {
        starts[element] = memory + (first * stride + place * tiles * channels)
      }
      body(UnsafePointer(starts.baseAddress.unsafelyUnwrapped))
    }
  }
}
