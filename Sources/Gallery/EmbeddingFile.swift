import Core

/// A matrix of float32 in NumPy's file format, an embedding a row; read in parts, so that it may be larger than memory.
struct EmbeddingFile {
  let path: String
  let rows: Int
  let columns: Int
  private let start: Int

  /// - Throws: `corrupt` or `unsupported` for anything but little-endian float32 in C order with two axes.
  init(path: String) throws(FacenetError) {
    let head = try File.readStream(path, limit: 4096)
    guard head.starts(with: [0x93] + Array("NUMPY".utf8)), head.count >= 12 else {
      throw FacenetError(.corrupt, "\(path) is not in NumPy's format (.npy)")
    }
    let isFirst = head[6] == 1
    let length = isFirst ? Int(head[8]) + Int(head[9]) << 8 : (0..<4).reduce(0) { $0 + Int(head[8 + $1]) << (8 * $1) }
    start = (isFirst ? 10 : 12) + length
    guard start <= head.count else { throw FacenetError(.corrupt, "\(path) has a header of \(length) bytes") }
    let text = String(decoding: head[(isFirst ? 10 : 12)..<start], as: UTF8.self)
    let shape = text.split(separator: "(").last?.prefix { $0 != ")" }.split(separator: ",").map {
      Int($0.filter { $0 != " " })
    }
    guard text.contains("'<f4'"), text.contains("'fortran_order': False"), let shape, shape.count == 2,
      let rows = shape[0], let columns = shape[1], rows >= 0, columns > 0
    else { throw FacenetError(.unsupported, "\(path) is not a matrix of float32 in C order: \(text.prefix(200))") }
    _ = try checkedProduct([rows, columns, 4], what: path)
    (self.path, self.rows, self.columns) = (path, rows, columns)
    if rows > 0 { _ = try vectors(rows - 1..<rows) }
  }

  func vectors(_ range: Range<Int>) throws(FacenetError) -> [[Float]] {
    let width = 4 * columns
    let buffer = try File.load(path, offset: start + range.lowerBound * width, count: range.count * width)
    return try withExtendedLifetime(buffer) { () throws(FacenetError) in
      var vectors: [[Float]] = []
      for row in 0..<range.count {
        let bytes = UnsafeRawBufferPointer(rebasing: buffer.bytes[row * width..<(row + 1) * width])
        vectors.append(try TemplateEncoding.float32.decode(bytes, dimension: columns))
      }
      return vectors
    }
  }
}
