import Core

/// Compares those vectors with a query that a source names as candidates, exactly; all of them where those do not
/// suffice.
///
/// A change that can no longer fail, of a source that does, throws the source away: then every vector is compared until
/// vectors are added, for which it is made anew.
final class CandidateMethod: SearchMethod {
  /// Fewer allowed vectors than one in this many are compared one by one.
  private static let sparseness = 16
  /// All vectors are compared rather than asking for more candidates than one in this many.
  private static let largestShare = 4
  /// Candidates asked for beside twice those wanted: the source's distances may order them a little otherwise.
  private static let spare = 14
  /// Vectors that a source is given together.
  private static let batch = 1024

  private let opener: CandidateOpener
  private let options: IndexOptions
  private let flat: FlatMethod
  private let state: State

  /// One thread at a time while changed, then any, as the method.
  private final class State: @unchecked Sendable {
    // Who may touch it when is said above; looking at it costs nothing then.
    @exclusivity(unchecked) var source: (any CandidateSource)?
    @exclusivity(unchecked) var numbers: CandidateNumbers

    init(_ source: any CandidateSource, _ numbers: CandidateNumbers) {
      (self.source, self.numbers) = (source, numbers)
    }
  }

  init(_ opener: CandidateOpener, dimension: Int, options: IndexOptions) throws(FacenetError) {
    (self.opener, self.options) = (opener, options)
    flat = FlatMethod(dimension: dimension, options: options)
    state = State(try opener.open(dimension, options), try CandidateNumbers())
  }

  /// Reads all vectors: the source has to know them.
  init(_ opener: CandidateOpener, reading file: IndexFile, store: VectorStore, options: IndexOptions)
    throws(FacenetError)
  {
    (self.opener, self.options) = (opener, options)
    flat = FlatMethod(dimension: store.dimension, options: options)
    try store.check()
    let saved = try file.section("candidates")
    try saved.verify(0..<saved.count)
    if let restore = opener.restore, saved.count > 0 {
      let numbers = try CandidateNumbers(reading: file, count: store.count)
      let all = UnsafeBufferPointer(start: numbers.ofSlots.elements, count: store.count).map(Int64.init)
      let source = try Self.withVectors(0..<store.count, in: store) { vectors throws(FacenetError) in
        try restore(
          store.dimension, options, CandidateOpener.Contents(numbers: all, vectors: vectors, saved: saved.bytes))
      }
      state = State(source, numbers)
    } else {
      let (source, numbers) = try Self.build(opener, options, of: store.count, in: store)
      state = State(source, numbers)
    }
  }

  func sections() throws(FacenetError) -> [IndexSection] {
    let saved = try state.source?.saved()
    return [
      IndexSection("candidate-numbers", state.numbers.ofSlots.bytes),
      IndexSection("candidates", saved?.bytes ?? UnsafeRawBufferPointer(start: nil, count: 0), owner: saved),
    ]
  }
}

extension CandidateMethod {
  func becomeWritable() throws(FacenetError) { try state.numbers.ofSlots.reserve(state.numbers.ofSlots.count) }

  func append(_ slots: Range<Int>, in store: VectorStore) throws(FacenetError) {
    try state.numbers.ofSlots.reserve(slots.upperBound)
    guard let source = state.source else { return try rebuild(slots.upperBound, in: store) }
    let numbers = state.numbers.take(slots.count)
    do throws(FacenetError) { try add(slots, numbers, to: source, in: store) } catch {
      if source.canRemove { state.numbers.putBack(numbers) }
      throw error
    }
    for (slot, number) in zip(slots, numbers) { state.numbers.assign(number, to: slot) }
    state.numbers.ofSlots.setCount(slots.upperBound)
  }

  func replaced(slot: Int, in store: VectorStore) {
    change(in: store) { source throws(FacenetError) in
      try remove(slot, from: source)
      let numbers = state.numbers.take(1)
      try add(slot..<slot + 1, numbers, to: source, in: store)
      state.numbers.assign(numbers[0], to: slot)
    }
  }

  func removed(slot: Int, last: Int, in store: VectorStore) {
    change(in: store) { source throws(FacenetError) in
      try remove(slot, from: source)
      if slot != last { state.numbers.assign(state.numbers.clear(last), to: slot) }
    }
    state.numbers.ofSlots.setCount(last)
  }

  private func remove(_ slot: Int, from source: any CandidateSource) throws(FacenetError) {
    let number = state.numbers.clear(slot)
    guard source.canRemove else { return }
    try source.remove([number])
    state.numbers.release([number])
  }

  /// Does a change that cannot be refused any more.
  private func change(in store: VectorStore, _ body: (any CandidateSource) throws(FacenetError) -> Void) {
    guard let source = state.source else { return }
    do throws(FacenetError) {
      try body(source)
      // A file's numbers may not lie further apart; what cannot be taken out costs candidates.
      let gone = state.numbers.total - store.count
      if gone > 3 * store.count + 64 || !source.canRemove && 3 * gone > state.numbers.total {
        try rebuild(store.count, in: store)
      }
    } catch {
      Log.write(.warning, "an index compares every vector until some are added: \(error.message)")
      state.source = nil
    }
  }

  private func rebuild(_ count: Int, in store: VectorStore) throws(FacenetError) {
    (state.source, state.numbers) = try Self.build(opener, options, of: count, in: store)
  }

  /// A new source of the first `count` slots.
  private static func build(_ opener: CandidateOpener, _ options: IndexOptions, of count: Int, in store: VectorStore)
    throws(FacenetError) -> (any CandidateSource, CandidateNumbers)
  {
    let source = try opener.open(store.dimension, options)
    var numbers = try CandidateNumbers()
    try numbers.ofSlots.reserve(count)
    let all = numbers.take(count)
    var done = 0
    try add(0..<count, all, to: source, in: store, &done)
    for (slot, number) in all.enumerated() { numbers.assign(number, to: slot) }
    numbers.ofSlots.setCount(count)
    return (source, numbers)
  }

  /// All or none.
  private func add(_ slots: Range<Int>, _ numbers: [Int64], to source: any CandidateSource, in store: VectorStore)
    throws(FacenetError)
  {
    var done = 0
    do throws(FacenetError) { try Self.add(slots, numbers, to: source, in: store, &done) } catch {
      if source.canRemove, done > 0 {
        do throws(FacenetError) { try source.remove(Array(numbers[..<done])) } catch { state.source = nil }
      }
      throw error
    }
  }

  /// - Parameter done: how many were added, also where this throws.
  private static func add(
    _ slots: Range<Int>, _ numbers: [Int64], to source: any CandidateSource, in store: VectorStore, _ done: inout Int
  ) throws(FacenetError) {
    while done < slots.count {
      let part = done..<min(done + batch, slots.count)
      try Progress.part(part, of: slots.count) { () throws(FacenetError) in
        try Progress.reached(0)
        let place = slots.lowerBound + part.lowerBound..<slots.lowerBound + part.upperBound
        try withVectors(place, in: store) { vectors throws(FacenetError) in
          try source.add(Array(numbers[part]), vectors)
        }
      }
      done = part.upperBound
    }
  }

  /// The vectors of slots without gaps between them.
  private static func withVectors<Result>(
    _ slots: Range<Int>, in store: VectorStore, _ body: (UnsafePointer<Float>) throws(FacenetError) -> Result
  ) throws(FacenetError) -> Result {
    let dimension = store.dimension
    if store.stride == dimension { return try body(store.row(slots.lowerBound)) }
    let copy = try AlignedBuffer(count: slots.count * dimension * MemoryLayout<Float>.stride)
    let floats = copy.pointer(to: Float.self)
    for (row, slot) in slots.enumerated() { (floats + row * dimension).update(from: store.row(slot), count: dimension) }
    defer { withExtendedLifetime(copy) {} }
    return try body(floats)
  }
}

extension CandidateMethod {
  func search(_ request: SearchRequest, in store: VectorStore) throws(FacenetError) -> [[Neighbour]] {
    guard let source = state.source else { return try flat.search(request, in: store) }
    if let few = request.allowed, few.count < store.count / Self.sparseness {
      return try request.rankEach(few, in: store)
    }
    return try request.eachQuery { query throws(FacenetError) in
      var wanted = 2 * request.nearest + Self.spare
      while wanted * Self.largestShare <= store.count {
        let slots = try candidates(wanted, for: request.queries.row(query), from: source)
        let allowed = request.allowed.map { allowed in slots.filter { allowed.contains(Int($0)) } } ?? slots
        if allowed.count >= request.nearest { return try request.rank(allowed, query: query, in: store) }
        wanted *= 4
      }
      if let allowed = request.allowed { return try request.rank(allowed.slots, query: query, in: store) }
      return try request.rank((0..<store.count).lazy.map { Int32($0) }, query: query, in: store)
    }
  }

  /// Slots of what the source names, checked.
  private func candidates(_ wanted: Int, for query: UnsafePointer<Float>, from source: any CandidateSource)
    throws(FacenetError) -> [Int32]
  {
    var failure: FacenetError?
    var found = [Int64](unsafeUninitializedCapacity: wanted) { room, count in
      do throws(FacenetError) {
        count = try source.search(query, into: UnsafeMutableBufferPointer(rebasing: room[..<wanted]))
      } catch { failure = error }
    }
    if let failure { throw failure }
    found.sort()
    var slots: [Int32] = []
    slots.reserveCapacity(found.count)
    for (place, number) in found.enumerated() {
      guard place == 0 || found[place - 1] != number else { throw source.broken("gave the candidate \(number) twice") }
      guard let slot = state.numbers.slot(of: number), slot >= 0 || !source.canRemove else {
        throw source.broken("gave the candidate \(number), which is not there")
      }
      if slot >= 0 { slots.append(slot) }
    }
    return slots
  }
}
