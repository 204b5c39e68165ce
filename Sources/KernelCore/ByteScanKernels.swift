// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// Rows of bytes in blocks of 64 rows, so that a scan needs no sum across a register: four bytes of the first row, the
/// same four of the second, and so on to the 64th, then the next four of each.
@frozen public enum ByteBlocks {
  /// Rows of a block.
  @inlinable @inline(__always) public static var rows: Int { 64 }
  /// Bytes of a row that lie together.
  @inlinable @inline(__always) public static var group: Int { 4 }
}

/// Scores of rows of bytes for a query.
public protocol ByteScanKernels {
  /// scores[i] = offsets[i] + scale * (the sum over k of query[k] times byte k of row i)
  /// - Parameters:
  ///   - codes: `blocks` of ``ByteBlocks``, `groups` groups a row.
  ///   - query: four values a group; the sum of their magnitudes times 255 fits in 31 bits.
  static func scan(
    _ codes: UnsafePointer<UInt8>, blocks: Int, groups: Int, query: UnsafePointer<Int16>,
    offsets: UnsafePointer<Float>, scale: Float, scores: UnsafeMutablePointer<Float>)
}

extension ByteScanKernels where Self: InstructionSet {
  @inlinable @inline(__always) public static func scan(
    _ codes: UnsafePointer<UInt8>, blocks: Int, groups: Int, query: UnsafePointer<Int16>,
    offsets: UnsafePointer<Float>, scale: Float, scores: UnsafeMutablePointer<Float>
  ) {
    let width = Vector.width
    let bytes = groups &* ByteBlocks.rows &* ByteBlocks.group
    let sums = UnsafeMutableRawPointer(scores).assumingMemoryBound(to: Int32.self)
    for block in 0..<blocks {
      let first = block &* ByteBlocks.rows
      var row = 0
      while row < ByteBlocks.rows {
        let start = UnsafeRawPointer(codes + (block &* bytes &+ row &* ByteBlocks.group))
        scan(start, groups, query, UnsafeMutableRawPointer(sums + (first &+ row)))
        row &+= 4 &* width
      }
      for i in first..<(first &+ ByteBlocks.rows) { scores[i] = offsets[i] + scale * Float(sums[i]) }
    }
  }

  /// The sums of four registers of rows. A byte times 16 bits is what the compiler makes multiply-add of pairs from.
  @inlinable @inline(__always) static func scan(
    _ codes: UnsafeRawPointer, _ groups: Int, _ query: UnsafePointer<Int16>, _ sums: UnsafeMutableRawPointer
  ) {
    typealias Integers = Vector.Integers
    let size = MemoryLayout<Integers>.size
    let mask = Integers(repeating: 255)
    let zero = Integers(repeating: 0)
    var totals: InlineArray<4, Integers> = [zero, zero, zero, zero]
    var codes = codes
    var query = query
    for _ in 0..<groups {
      let q0 = Integers(repeating: Int32(query[0]))
      let q1 = Integers(repeating: Int32(query[1]))
      let q2 = Integers(repeating: Int32(query[2]))
      let q3 = Integers(repeating: Int32(query[3]))
      for j in 0..<4 {
        let four = (codes + j &* size).loadUnaligned(as: Integers.self)
        let even = (four & mask) &* q0 &+ (four.shiftedRight(16) & mask) &* q2
        let odd = (four.shiftedRight(8) & mask) &* q1 &+ (four.shiftedRight(24) & mask) &* q3
        totals[j] = totals[j] &+ even &+ odd
      }
      codes += ByteBlocks.rows &* ByteBlocks.group
      query += ByteBlocks.group
    }
    for j in 0..<4 { (sums + j &* size).storeBytes(of: totals[j], as: Integers.self) }
  }
}
