import Core
import Glibc
import Kernels

/// MLANN as its paper has it: every vector is a pivot, and each that is compared with the query tells of all others.
///
/// phi_i = sum over the examined k of (D(x, r_k) - rho_ki)² / v_ki + ln v_ki, rho_ki = D(r_k, r_i); the next to be examined
/// is the one with the least. Needs the fewest distances and half of N² floats: for few vectors, and to judge the other
/// form by. A. V. Savchenko, Pattern Recognition 61 (2017), 459-469.
final class MatrixMethod: BuiltInMethod {
  /// Vectors at most: 128 MiB of distances.
  static let largestCount = 8192
  /// Vectors compared exactly where the options do not say how many.
  private static let examined = 256
  /// Vectors that the noise is estimated by.
  private static let probes = 64

  private let options: IndexOptions
  /// Row i: the squared distances to 0...i.
  private let distances: Column<Float>
  /// One: the squared difference a dimension of a vector and the next one.
  private let noise: Column<Float>

  init(dimension: Int, options: IndexOptions) throws(FacenetError) {
    self.options = options
    (distances, noise) = (try Column(), try Column())
    try noise.reserve(1)
    noise.setCount(1)
  }

  init(reading file: IndexFile, store: VectorStore, options: IndexOptions) throws(FacenetError) {
    self.options = options
    guard store.count <= Self.largestCount else {
      throw FacenetError(.corrupt, "a matrix of distances between \(store.count) vectors is out of range")
    }
    distances = try Column("mlann-matrix", of: file, count: Self.start(store.count))
    noise = try Column("mlann-noise", of: file, count: 1)
    try noise.verify(0..<1)
    guard noise.elements[0] > 0, noise.elements[0].isFinite else {
      throw FacenetError(.corrupt, "the section 'mlann-noise' holds \(noise.elements[0])")
    }
  }

  func sections() -> [IndexSection] {
    [IndexSection("mlann-matrix", distances.bytes), IndexSection("mlann-noise", noise.bytes)]
  }

  /// Where a row starts.
  private static func start(_ row: Int) -> Int { row * (row + 1) / 2 }

  private static func place(_ a: Int, _ b: Int) -> Int { start(max(a, b)) + min(a, b) }

  func becomeWritable() throws(FacenetError) {
    try distances.reserve(distances.count)
    try noise.reserve(1)
  }

  func append(_ slots: Range<Int>, in store: VectorStore) throws(FacenetError) {
    let count = slots.upperBound
    guard count <= Self.largestCount else {
      throw FacenetError(
        .tooLarge, "a matrix of all distances holds at most \(Self.largestCount) vectors, wanted \(count)")
    }
    try distances.reserve(Self.start(count))
    for slot in slots {
      try Progress.reached(Double(slot - slots.lowerBound) / Double(slots.count))
      for other in 0...slot { write(slot, other, store) }
    }
    distances.setCount(Self.start(count))
    noise.writable[0] = estimatedNoise(count, dimension: store.dimension)
  }

  private func write(_ a: Int, _ b: Int, _ store: VectorStore) {
    distances.writable[Self.place(a, b)] = store.squaredDistance(store.row(a), b)
  }

  private func estimatedNoise(_ count: Int, dimension: Int) -> Float {
    let probes = min(count, Self.probes)
    let nearest = (0..<probes).map { probe -> Float in
      let slot = probe * count / probes
      return (0..<count).reduce(.infinity) { $1 == slot ? $0 : min($0, distances.elements[Self.place(slot, $1)]) }
    }
    let median = nearest.sorted()[probes / 2]
    return max(median.isFinite ? median / Float(dimension) : 0, 1e-12)
  }

  func check(in store: VectorStore) throws(FacenetError) {
    for place in 0..<distances.count where !(distances.elements[place] >= 0 && distances.elements[place].isFinite) {
      throw FacenetError(.corrupt, "the section 'mlann-matrix' holds the distance \(distances.elements[place])")
    }
  }

  func replaced(slot: Int, in store: VectorStore) {
    for other in 0..<store.count { write(slot, other, store) }
  }

  func removed(slot: Int, last: Int, in store: VectorStore) {
    for other in 0..<last {
      distances.writable[Self.place(slot, other)] = other == slot ? 0 : distances.elements[Self.place(last, other)]
    }
    distances.setCount(Self.start(last))
  }

  func search(_ request: SearchRequest, in store: VectorStore) throws(FacenetError) -> [[Neighbour]] {
    try distances.verify(0..<distances.count)
    return try request.eachQuery { query throws(FacenetError) in try search(request, query, in: store) }
  }

  private func search(_ request: SearchRequest, _ query: Int, in store: VectorStore) throws(FacenetError)
    -> [Neighbour]
  {
    var phi = [Float](repeating: 0, count: store.count)
    if let allowed = request.allowed {
      for slot in phi.indices where !allowed.contains(slot) { phi[slot] = .infinity }
    }
    var examination = Examination(request, query, acceptance: options.acceptance)
    for _ in 0..<max(options.examined > 0 ? options.examined : Self.examined, request.nearest) {
      let next = phi.indices.min { phi[$0] < phi[$1] }!
      if phi[next] == .infinity { break }
      let distance = try examination.examine(next, in: store)
      if examination.isAccepted { break }
      learn(distance, of: next, &phi, dimension: store.dimension)
      phi[next] = .infinity
    }
    request.count(query, examined: examination.count)
    if examination.isAccepted { return examination.best.sorted }
    return try request.complete(examination.best.sorted, query: query)
  }

  /// Adds to all vectors' phi what the distance of one from the query says.
  private func learn(_ distance: Float, of slot: Int, _ phi: inout [Float], dimension: Int) {
    let noise = noise.elements[0]
    for other in phi.indices {
      let expected = distances.elements[Self.place(slot, other)]
      let squared = (distance - expected) * (distance - expected)
      switch options.likelihood {
      case .equalVariance: phi[other] += .minimum(squared, PivotLikelihood.largestTerm)
      case .distanceProportional:
        phi[other] += PivotLikelihood.term(squared, 4 * noise * expected + 2 * Float(dimension) * noise * noise)
      }
    }
  }
}
