import Core

/// The kind follows from the number of vectors, their dimension and the wanted recall, anew whenever vectors come.
final class AutoMethod: BuiltInMethod {
  private let options: IndexOptions
  private let state: State

  /// One thread at a time while changed, then any, as the method.
  private final class State: @unchecked Sendable {
    var kind: IndexKind
    var method: any SearchMethod
    /// The kind, as it is saved.
    let number: Column<Int64>

    init(_ kind: IndexKind, _ method: any SearchMethod, _ number: Column<Int64>) {
      (self.kind, self.method, self.number) = (kind, method, number)
    }
  }

  init(dimension: Int, options: IndexOptions) throws(FacenetError) {
    self.options = options
    let kind = Tuning.kind(count: 0, dimension: dimension, options: options)
    let number = try Column<Int64>()
    try number.reserve(1)
    number.setCount(1)
    number.writable[0] = Self.number(kind)
    state = State(kind, try kind.maker.make(dimension, options), number)
  }

  init(reading file: IndexFile, store: VectorStore, options: IndexOptions) throws(FacenetError) {
    self.options = options
    let number = try Column<Int64>("auto-kind", of: file, count: 1)
    try number.verify(0..<1)
    guard (0...Self.named).contains(number.elements[0]) else {
      throw FacenetError(.corrupt, "there is no kind of number \(number.elements[0])")
    }
    let place = Int(number.elements[0])
    let kind = place < Tuning.kinds.count ? Tuning.kinds[place] : try IndexKind(reading: file)
    state = State(kind, try kind.maker.read(file, store, options), number)
  }

  /// The kind that was chosen.
  var kind: IndexKind { state.kind }

  /// The number of kinds that are saved by name.
  private static let named = Int64(Tuning.kinds.count)

  private static func number(_ kind: IndexKind) -> Int64 { Tuning.kinds.firstIndex(of: kind).map(Int64.init) ?? named }

  func becomeWritable() throws(FacenetError) {
    try state.number.reserve(1)
    try state.method.becomeWritable()
  }

  func append(_ slots: Range<Int>, in store: VectorStore) throws(FacenetError) {
    let kind = Tuning.kind(count: slots.upperBound, dimension: store.dimension, options: options)
    guard kind != state.kind else { return try state.method.append(slots, in: store) }
    let method = try kind.maker.make(store.dimension, options)
    try method.append(0..<slots.upperBound, in: store)
    (state.kind, state.method) = (kind, method)
    state.number.writable[0] = Self.number(kind)
  }

  func replaced(slot: Int, in store: VectorStore) { state.method.replaced(slot: slot, in: store) }

  func removed(slot: Int, last: Int, in store: VectorStore) {
    state.method.removed(slot: slot, last: last, in: store)
  }

  func search(_ request: SearchRequest, in store: VectorStore) throws(FacenetError) -> [[Neighbour]] {
    try state.method.search(request, in: store)
  }

  func check(in store: VectorStore) throws(FacenetError) { try state.method.check(in: store) }

  func sections() throws(FacenetError) -> [IndexSection] {
    try state.method.sections() + [IndexSection("auto-kind", state.number.bytes)]
      + (state.number.elements[0] == Self.named ? [try state.kind.savedName] : [])
  }
}
