import Core
import Kernels

/// Vectors as a byte a dimension: r[k] is offsets[k] + steps[k] code[k], give or take half a step. Vectors of which that
/// is not so are ``strangers``, whose scores are infinite.
///
/// One thread at a time while changed, then any.
final class ByteCodes: @unchecked Sendable {
  fileprivate static let highest: Float = 255
  /// Half a step, and what rounding adds to it.
  private static let largestError: Float = 0.55
  /// More strangers than one vector in this many are too many.
  private static let rarity = 16
  /// What the codes reach on both sides of the mean, in deviations: the least that leaves few strangers.
  private static let reaches: [Float] = [4, 8, 16, 32]

  /// No scale of finite vectors is larger.
  private static let largest: Float = 0x1p60

  let dimension: Int
  private var count = 0
  /// Offsets, then steps.
  private let scales: Column<Float>
  private let codes: Column<UInt8>
  /// |r|² of each row of whole blocks; infinite for strangers and where there is none.
  private let lengths: Column<Float>
  /// The slots of vectors that have no codes near them.
  private(set) var strangers: Set<Int32> = []

  init(dimension: Int) throws(FacenetError) {
    self.dimension = dimension
    (scales, codes, lengths) = (try Column(), try Column(), try Column())
    try scales.reserve(2 * dimension)
    scales.setCount(2 * dimension)
  }

  init(reading file: IndexFile, store: VectorStore) throws(FacenetError) {
    (dimension, count) = (store.dimension, store.count)
    scales = try Column("codes-scales", of: file, count: 2 * dimension)
    codes = try Column("codes", of: file, count: ByteTable.byteCount(rows: count, columns: dimension))
    lengths = try Column("codes-lengths", of: file, count: ByteTable.paddedRows(count))
    try scales.verify(0..<2 * dimension)
    try lengths.verify(0..<lengths.count)
    for k in 0..<dimension {
      guard abs(offsets[k]) <= Self.largest, (0...Self.largest).contains(steps[k]) else {
        throw FacenetError(.corrupt, "the codes of dimension \(k) have the scale \(offsets[k]), \(steps[k])")
      }
    }
    for row in 0..<lengths.count {
      let length = lengths.elements[row]
      guard length == .infinity || row < count && length == store.squaredLengths.elements[row] else {
        throw FacenetError(.corrupt, "the codes of row \(row) have the squared length \(length)")
      }
      if row < count, length == .infinity { strangers.insert(Int32(row)) }
    }
  }

  func sections() -> [IndexSection] {
    [
      IndexSection("codes-scales", scales.bytes), IndexSection("codes", codes.bytes),
      IndexSection("codes-lengths", lengths.bytes),
    ]
  }

  var offsets: UnsafePointer<Float> { scales.elements }
  var steps: UnsafePointer<Float> { scales.elements + dimension }

  func becomeWritable() throws(FacenetError) {
    try scales.reserve(2 * dimension)
    try codes.reserve(codes.count)
    try lengths.reserve(lengths.count)
  }

  /// Whether there are so many strangers that other scales would be better.
  var areManyStrange: Bool { strangers.count * Self.rarity > count }

  /// Makes room for the codes of `count` slots, which is how many there are from now on.
  func resize(to count: Int) throws(FacenetError) {
    let bytes = ByteTable.byteCount(rows: count, columns: dimension)
    let rows = ByteTable.paddedRows(count)
    try codes.reserve(bytes)
    try lengths.reserve(rows)
    codes.setCount(bytes)
    for row in lengths.count..<max(rows, lengths.count) { lengths.writable[row] = .infinity }
    lengths.setCount(rows)
    self.count = count
  }

  /// Chooses the scales by all slots and encodes them.
  func train(in store: VectorStore) {
    for reach in Self.reaches {
      scale(reach, in: store)
      encode(0..<count, in: store)
      if !areManyStrange { return }
    }
  }

  /// Mean and deviation of each dimension, in double precision, in order.
  private func scale(_ reach: Float, in store: VectorStore) {
    var sums = [Double](repeating: 0, count: dimension)
    var squares = sums
    for slot in 0..<count {
      let row = store.row(slot)
      for k in 0..<dimension {
        sums[k] += Double(row[k])
        squares[k] += Double(row[k]) * Double(row[k])
      }
    }
    for k in 0..<dimension {
      let mean = sums[k] / Double(count)
      let deviation = Float(max(0, squares[k] / Double(count) - mean * mean).squareRoot())
      scales.writable[k] = Float(mean) - reach * deviation
      scales.writable[dimension + k] = 2 * reach * deviation / Self.highest
    }
  }

  func encode(_ slots: Range<Int>, in store: VectorStore) {
    let (offsets, steps) = (offsets, steps)
    let inverses = (0..<dimension).map { steps[$0] >= .leastNormalMagnitude ? 1 / steps[$0] : 0 }
    let bytes = codes.writable
    for slot in slots {
      let row = store.row(slot)
      var isNear = true
      for k in 0..<dimension {
        let code = max(0, min(Self.highest, ((row[k] - offsets[k]) * inverses[k] + 0.5).rounded(.down)))
        bytes[ByteTable.place(row: slot, column: k, columns: dimension)] = UInt8(code)
        let error = abs(row[k] - offsets[k] - code * steps[k])
        isNear = isNear && error <= Self.largestError * steps[k]
      }
      lengths.writable[slot] = isNear ? store.squaredLengths.elements[slot] : .infinity
      if isNear { strangers.remove(Int32(slot)) } else { strangers.insert(Int32(slot)) }
    }
  }

  /// Gives `slot` the codes of the last slot, of which nothing is left.
  func remove(_ slot: Int, last: Int) {
    let bytes = codes.writable
    for k in 0..<dimension {
      let place = ByteTable.place(row: last, column: k, columns: dimension)
      bytes[ByteTable.place(row: slot, column: k, columns: dimension)] = bytes[place]
      bytes[place] = 0
    }
    lengths.writable[slot] = lengths.elements[last]
    lengths.writable[last] = .infinity
    strangers.remove(Int32(slot))
    if strangers.remove(Int32(last)) != nil, slot != last { strangers.insert(Int32(slot)) }
    codes.setCount(ByteTable.byteCount(rows: last, columns: dimension))
    lengths.setCount(ByteTable.paddedRows(last))
    count = last
  }

  /// Scores |r|² - 2<x, r> of the slots of whole blocks, less what is the same for all.
  /// - Parameter scores: room for as many as the blocks have rows.
  func score(_ blocks: Range<Int>, _ query: CodedQuery, scores: UnsafeMutablePointer<Float>) throws(FacenetError) {
    let bytes = { ByteTable.byteCount(rows: $0 * ByteTable.rowsPerBlock, columns: self.dimension) }
    try codes.verify(bytes(blocks.lowerBound)..<bytes(blocks.upperBound))
    ByteTable.scan(
      codes.elements, blocks: blocks, columns: dimension, query: query.values,
      offsets: lengths.elements + blocks.lowerBound * ByteTable.rowsPerBlock, scale: -2 * query.scale, scores: scores)
  }
}

/// A query whose product with codes stands for that with the vectors, less what is the same for all: 16-bit values that
/// hold the codes' steps.
struct CodedQuery {
  let values: [Int16]
  let scale: Float
  /// About the deviation of a score from what the vector itself would score, by rounding: each code is off by up to half a
  /// step, each of the values by half of one, evenly.
  let deviation: Float

  init(_ query: UnsafePointer<Float>, _ codes: ByteCodes) {
    let products = (0..<codes.dimension).map { query[$0] * codes.steps[$0] }
    let sum = products.reduce(0) { $0 + abs($1) }
    let largest = products.reduce(0) { max($0, abs($1)) }
    let scale = max(
      largest / Float(Int16.max), sum / Float(ByteTable.largestQuerySum - codes.dimension), .leastNormalMagnitude)
    var values = [Int16](repeating: 0, count: ByteTable.paddedColumns(codes.dimension))
    for (k, product) in products.enumerated() { values[k] = Int16((product / scale).rounded(.toNearestOrEven)) }
    self.values = values
    self.scale = scale
    let whole = scale * ByteCodes.highest
    deviation = 2 * ((products.reduce(0) { $0 + $1 * $1 } + Float(codes.dimension) * whole * whole) / 12).squareRoot()
  }
}
