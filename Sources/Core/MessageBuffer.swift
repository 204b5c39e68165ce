import CThread

/// A thread's room for one sentence that C code reads.
package enum MessageBuffer {
  /// Writes a sentence and the zero byte that ends it, cut to the buffer at a character's end.
  /// - Parameter start: `facenet_error_capacity` bytes.
  package static func write(_ message: String, to start: UnsafeMutablePointer<CChar>) {
    let buffer = UnsafeMutableBufferPointer(start: start, count: Int(facenet_error_capacity))
    var length = 0
    for character in message.unicodeScalars where character != "\0" {
      let bytes = UTF8.encode(character)!
      guard length + bytes.count < buffer.count else { break }
      for byte in bytes {
        buffer[length] = CChar(bitPattern: byte)
        length += 1
      }
    }
    buffer[length] = 0
  }
}
