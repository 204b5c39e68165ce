import Core

/// A two-dimensional float32 array in NumPy's file format, version 1.0.
package struct NumPyFile {
  package let rows: Int
  package let columns: Int
  package let values: [Float]

  /// - Throws: `corrupt` for anything but little-endian float32 in C order with two axes.
  package init(path: String) throws(FacenetError) {
    let bytes = try File.read(path)
    let header = bytes.count > 10 ? Int(bytes[8]) + 256 * Int(bytes[9]) : 0
    let text = String(decoding: bytes.dropFirst(10).prefix(header), as: UTF8.self)
    let shape = text.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }.split(separator: ",").compactMap {
      Int($0.filter(\.isNumber))
    }
    guard text.contains("'<f4'"), text.contains("'fortran_order': False"), shape.count == 2,
      bytes.count == 10 + header + 4 * shape[0] * shape[1]
    else { throw FacenetError(.corrupt, "\(path) is not a table of float32") }
    (rows, columns) = (shape[0], shape[1])
    values = bytes.withUnsafeBytes { raw in
      (0..<shape[0] * shape[1]).map { raw.loadUnaligned(fromByteOffset: 10 + header + 4 * $0, as: Float.self) }
    }
  }

  package func row(_ index: Int) -> [Float] { Array(values[index * columns..<(index + 1) * columns]) }
}
