import Glibc

/// Memory on a 64-byte boundary, owned and released with this object.
///
/// Mutable through its pointer: the owner decides who writes. One thread at a time while written.
package final class AlignedBuffer: @unchecked Sendable {
  package static let alignment = 64

  package let bytes: UnsafeMutableRawBufferPointer

  /// Zeroed memory of `count` bytes.
  /// - Throws: `tooLarge` when `count` exceeds `limit` or the system has no such memory.
  package init(count: Int, limit: Int = 1 << 36) throws(FacenetError) {
    guard count >= 0, count <= limit else {
      throw FacenetError(.tooLarge, "a buffer of \(count) bytes exceeds the limit of \(limit)")
    }
    var pointer: UnsafeMutableRawPointer?
    guard posix_memalign(&pointer, Self.alignment, max(count, Self.alignment)) == 0, let pointer else {
      throw FacenetError(.tooLarge, "no memory for a buffer of \(count) bytes")
    }
    pointer.initializeMemory(as: UInt8.self, repeating: 0, count: count)
    bytes = UnsafeMutableRawBufferPointer(start: pointer, count: count)
  }

  deinit { free(bytes.baseAddress) }

  /// The first element when the memory is seen as `Scalar`s.
  package func pointer<Scalar>(to: Scalar.Type = Scalar.self) -> UnsafeMutablePointer<Scalar> {
    bytes.baseAddress!.assumingMemoryBound(to: Scalar.self)
  }
}
