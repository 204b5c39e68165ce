/// The head of a matrix of float32 in NumPy's file format, version 1.0 (NEP 1); the rows follow it.
package enum NPYHeader {
  /// Whatever the counts.
  package static let bytes = 128

  /// Magic, version, length and a Python dictionary padded with spaces.
  package static func make(rows: Int, columns: Int) -> [UInt8] {
    let dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    let padding = String(repeating: " ", count: bytes - 11 - dictionary.utf8.count)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(bytes - 10), 0] + Array((dictionary + padding + "\n").utf8)
  }
}
