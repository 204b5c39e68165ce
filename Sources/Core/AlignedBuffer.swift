import CSystem
import Glibc

/// Memory on a 64-byte boundary, owned and released with this object.
///
/// Mutable through its pointer: the owner decides who writes. One thread at a time while written.
package final class AlignedBuffer: @unchecked Sendable {
  package static let alignment = 64

  /// Bytes from which on a buffer has pages of its own, whose borders no sanitizer sees.
  #if SANITIZED
    private static let mappedFrom = Int.max
  #else
    private static let mappedFrom = 256 << 10
  #endif

  package private(set) var bytes: UnsafeMutableRawBufferPointer
  private var isMapped: Bool

  /// Zeroed memory of `count` bytes.
  /// - Parameter isFilled: all of it is written soon, so the system may as well hand it out at once.
  /// - Throws: `tooLarge` when `count` exceeds `limit` or the system has no such memory.
  package init(count: Int, limit: Int = 1 << 36, isFilled: Bool = false) throws(FacenetError) {
    guard count >= 0, count <= limit else {
      throw FacenetError(.tooLarge, "a buffer of \(count) bytes exceeds the limit of \(limit)")
    }
    isMapped = count >= Self.mappedFrom
    guard let start = isMapped ? Self.mapped(count, isFilled) : Self.allocated(count) else {
      throw FacenetError(.tooLarge, "no memory for a buffer of \(count) bytes")
    }
    bytes = UnsafeMutableRawBufferPointer(start: start, count: count)
  }

  deinit {
    if isMapped { munmap(bytes.baseAddress, bytes.count) } else { free(bytes.baseAddress) }
  }

  /// More memory, zeroed, behind what is there, which may move: pointers taken before are void.
  /// - Throws: `tooLarge` where the system has no such memory; then nothing has changed.
  package func grow(to count: Int, limit: Int = 1 << 46) throws(FacenetError) {
    guard isMapped else {
      let larger = try AlignedBuffer(count: count, limit: limit)
      larger.bytes.copyMemory(from: UnsafeRawBufferPointer(bytes))
      swap(&larger.bytes, &bytes)
      swap(&larger.isMapped, &isMapped)
      return
    }
    // The system moves pages, not bytes.
    guard count >= bytes.count, count <= limit,
      let pages = facenet_grow_pages(bytes.baseAddress, UInt(bytes.count), UInt(count))
    else {
      throw FacenetError(.tooLarge, "no memory for a buffer of \(count) bytes")
    }
    bytes = UnsafeMutableRawBufferPointer(start: pages, count: count)
  }

  /// Asks for pages of 2 MiB where the memory is that large: what is read from end to end then comes in faster.
  package func preferLargePages() {
    if isMapped, bytes.count >= 4 << 20 { madvise(bytes.baseAddress, bytes.count, Int32(MADV_HUGEPAGE)) }
  }

  private static func allocated(_ count: Int) -> UnsafeMutableRawPointer? {
    var pointer: UnsafeMutableRawPointer?
    guard posix_memalign(&pointer, alignment, max(count, alignment)) == 0, let pointer else { return nil }
    pointer.initializeMemory(as: UInt8.self, repeating: 0, count: count)
    return pointer
  }

  /// Pages of its own: the system hands them out zeroed as they are touched, and takes them back at once.
  private static func mapped(_ count: Int, _ isFilled: Bool) -> UnsafeMutableRawPointer? {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | (isFilled ? MAP_POPULATE : 0)
    let pages = mmap(nil, count, PROT_READ | PROT_WRITE, flags, -1, 0)
    return pages == MAP_FAILED ? nil : pages
  }

  /// The first element when the memory is seen as `Scalar`s.
  package func pointer<Scalar>(to: Scalar.Type = Scalar.self) -> UnsafeMutablePointer<Scalar> {
    bytes.baseAddress!.assumingMemoryBound(to: Scalar.self)
  }
}
