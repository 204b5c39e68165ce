import Core
import Kernels

/// Some queries packed as the matrix that blocks of vectors are multiplied by. Immutable: any thread.
struct QueryProduct {
  private let product: MatrixProduct
  private let queries: Int
  /// The queries, and zeros to whole registers of every instruction set.
  private let columns: Int

  init(_ vectors: PackedVectors, _ range: Range<Int>) throws(FacenetError) {
    queries = range.count
    columns = (queries + 15) / 16 * 16
    let count = columns * vectors.stride
    let buffer = try AlignedBuffer(count: count * MemoryLayout<Float>.stride)
    defer { withExtendedLifetime(buffer) {} }
    let matrix = buffer.pointer(to: Float.self)
    matrix.update(from: vectors.row(range.lowerBound), count: queries * vectors.stride)
    product = try MatrixProduct(
      inner: vectors.stride, columns: columns, matrix: UnsafeBufferPointer(start: matrix, count: count),
      transposed: true)
  }

  /// Offers |r|² - 2<x, r> of these slots' vectors r to the collector of each query x.
  func score(
    _ slots: Range<Int>, rowsTogether: Int, _ request: SearchRequest, _ lowest: inout [LowestScores],
    in store: VectorStore
  ) throws(FacenetError) {
    let count = rowsTogether * columns
    let buffer = try AlignedBuffer(count: 3 * count * MemoryLayout<Float>.stride)
    defer { withExtendedLifetime(buffer) {} }
    let products = buffer.pointer(to: Float.self)
    let kept = products + count
    let places = UnsafeMutableRawPointer(kept + count).assumingMemoryBound(to: Int32.self)
    var bounds = [Float](repeating: -.infinity, count: columns)
    for start in stride(from: slots.lowerBound, to: slots.upperBound, by: rowsTogether) {
      let block = start..<min(start + rowsTogether, slots.upperBound)
      try store.verify(block)
      product.run(
        rows: block.count, input: store.row(start), inputStride: store.stride, output: products, outputStride: columns)
      for query in 0..<queries { bounds[query] = lowest[query].bound }
      let found = Scores.keep(
        products: products, rows: block.count, columns: columns, offsets: store.squaredLengths.elements + start,
        scale: -2, below: bounds, places: places, kept: kept)
      for i in 0..<found {
        let (row, query) = Int(places[i]).quotientAndRemainder(dividingBy: columns)
        if let allowed = request.allowed, !allowed.contains(start + row) { continue }
        lowest[query].offer(kept[i], place: start + row)
      }
    }
  }
}
