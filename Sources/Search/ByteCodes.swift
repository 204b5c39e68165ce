import Core
import Kernels

/// Vectors as a byte a dimension: r[k] is about offsets[k] + steps[k] code[k].
///
/// One thread at a time while changed, then any.
final class ByteCodes: @unchecked Sendable {
  private static let highest: Float = 255
  /// Values farther than this many deviations from the mean get the outermost codes.
  private static let deviations: Float = 4

  /// No scale of finite vectors is larger.
  private static let largest: Float = 0x1p60

  let dimension: Int
  /// Offsets, then steps.
  private let scales: Column<Float>
  private let codes: Column<UInt8>

  init(dimension: Int) throws(FacenetError) {
    self.dimension = dimension
    (scales, codes) = (try Column(), try Column())
    try scales.reserve(2 * dimension)
    scales.setCount(2 * dimension)
  }

  init(reading file: IndexFile, dimension: Int, count: Int) throws(FacenetError) {
    self.dimension = dimension
    scales = try Column("codes-scales", of: file, count: 2 * dimension)
    codes = try Column("codes", of: file, count: ByteTable.byteCount(rows: count, columns: dimension))
    try scales.verify(0..<2 * dimension)
    for k in 0..<dimension {
      guard abs(offsets[k]) <= Self.largest, (0...Self.largest).contains(steps[k]) else {
        throw FacenetError(.corrupt, "the codes of dimension \(k) have the scale \(offsets[k]), \(steps[k])")
      }
    }
  }

  func sections() -> [IndexSection] {
    [IndexSection("codes-scales", scales.bytes), IndexSection("codes", codes.bytes)]
  }

  var offsets: UnsafePointer<Float> { scales.elements }
  var steps: UnsafePointer<Float> { scales.elements + dimension }

  func becomeWritable() throws(FacenetError) {
    try scales.reserve(2 * dimension)
    try codes.reserve(codes.count)
  }

  /// Makes room for the codes of `count` slots, which is how many there are from now on.
  func resize(to count: Int) throws(FacenetError) {
    let bytes = ByteTable.byteCount(rows: count, columns: dimension)
    try codes.reserve(bytes)
    codes.setCount(bytes)
  }

  /// Chooses the scales by the slots `0..<count`: mean and deviation of each dimension, in double precision, in order.
  func train(_ count: Int, in store: VectorStore) throws(FacenetError) {
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
      scales.writable[k] = Float(mean) - Self.deviations * deviation
      scales.writable[dimension + k] = 2 * Self.deviations * deviation / Self.highest
    }
  }

  func encode(_ slots: Range<Int>, in store: VectorStore) {
    let (offsets, steps) = (offsets, steps)
    let inverses = (0..<dimension).map { steps[$0] >= .leastNormalMagnitude ? 1 / steps[$0] : 0 }
    let bytes = codes.writable
    for slot in slots {
      let row = store.row(slot)
      for k in 0..<dimension {
        let code = ((row[k] - offsets[k]) * inverses[k] + 0.5).rounded(.down)
        bytes[ByteTable.place(row: slot, column: k, columns: dimension)] = code > 0 ? UInt8(min(code, Self.highest)) : 0
      }
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
    codes.setCount(ByteTable.byteCount(rows: last, columns: dimension))
  }

  /// Scores |r|² - 2<x, r> of the slots of whole blocks, less what is the same for all.
  /// - Parameters:
  ///   - lengths: |r|² of these slots, as many as the blocks have rows.
  ///   - scores: room for as many.
  func score(
    _ blocks: Range<Int>, _ query: CodedQuery, lengths: UnsafePointer<Float>, scores: UnsafeMutablePointer<Float>
  ) throws(FacenetError) {
    let bytes = { ByteTable.byteCount(rows: $0 * ByteTable.rowsPerBlock, columns: self.dimension) }
    try codes.verify(bytes(blocks.lowerBound)..<bytes(blocks.upperBound))
    ByteTable.scan(
      codes.elements, blocks: blocks, columns: dimension, query: query.values, offsets: lengths,
      scale: -2 * query.scale, scores: scores)
  }
}

/// A query whose product with codes stands for that with the vectors, less what is the same for all: 16-bit values that
/// hold the codes' steps.
struct CodedQuery {
  let values: [Int16]
  let scale: Float
  /// About the deviation of a score from what the vector itself would score, by the codes' rounding: each is off by up
  /// to half a step, evenly.
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
    deviation = 2 * (products.reduce(0) { $0 + $1 * $1 } / 12).squareRoot()
  }
}
