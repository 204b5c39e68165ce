import Glibc
import Kernels
import Testing

/// A table of kernels as an argument of a test, named in its output.
struct Table: Sendable, CustomTestStringConvertible {
  let kernels: any KernelTable.Type
  var testDescription: String { kernels.name }

  /// Every table this machine can run.
  static let all = Processor.tables.map { Table(kernels: $0) }
}

/// Pseudo-random floats, the same in every run.
struct Noise {
  private var state: UInt64

  init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next(_ range: ClosedRange<Float> = -1...1) -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let unit = Float(state >> 40) / Float(1 << 24)
    return range.lowerBound + unit * (range.upperBound - range.lowerBound)
  }

  mutating func array(_ count: Int, _ range: ClosedRange<Float> = -1...1) -> [Float] {
    (0..<count).map { _ in next(range) }
  }
}

/// Floats at an odd address with known values in the floats around them, so that what is written there shows; under the
/// address sanitizer what is read there, too.
final class Guarded {
  static let mark: Float = 12345.678
  private static let margin = 40
  private let base: UnsafeMutablePointer<Float>
  let pointer: UnsafeMutablePointer<Float>
  let count: Int

  /// The memory starts one float behind a 64-byte boundary.
  init(_ count: Int) {
    self.count = count
    let raw = UnsafeMutableRawPointer.allocate(byteCount: (count + 2 * Self.margin + 1) * 4, alignment: 64)
    base = raw.bindMemory(to: Float.self, capacity: count + 2 * Self.margin + 1)
    base.initialize(repeating: Self.mark, count: count + 2 * Self.margin + 1)
    pointer = base + Self.margin + 1
    forbidMargins(true)
  }

  convenience init(_ values: [Float]) {
    self.init(values.count)
    for (i, value) in values.enumerated() { pointer[i] = value }
  }

  deinit {
    forbidMargins(false)
    base.deallocate()
  }

  private func forbidMargins(_ isForbidden: Bool) {
    guard let change = isForbidden ? AddressSanitizer.forbid : AddressSanitizer.allow else { return }
    change(base, (Self.margin + 1) * 4)
    change(pointer + count, Self.margin * 4)
  }

  var values: [Float] { (0..<count).map { pointer[$0] } }
  var isIntactOutside: Bool {
    forbidMargins(false)
    defer { forbidMargins(true) }
    return (1...Self.margin).allSatisfy { pointer[-$0] == Self.mark && pointer[count + $0 - 1] == Self.mark }
  }
}

/// The address sanitizer's functions that take a number of bytes out of use and back; nil where it is not at work.
private enum AddressSanitizer {
  typealias Change = @convention(c) (UnsafeRawPointer, Int) -> Void
  static let forbid = function("__asan_poison_memory_region")
  static let allow = function("__asan_unpoison_memory_region")

  private static func function(_ name: String) -> Change? {
    dlsym(nil, name).map { unsafeBitCast($0, to: Change.self) }
  }
}

/// How far `value` lies from `exact`, in units in the last place of a float32 of that size.
func unitsInLastPlace(_ value: Float, _ exact: Double) -> Double {
  let nearest = Float(exact)
  if value.isNaN || nearest.isNaN { return value.isNaN && nearest.isNaN ? 0 : .infinity }
  if value == nearest { return 0 }
  if value.isInfinite || nearest.isInfinite { return .infinity }
  return abs(Double(value) - exact) / Double(max(nearest.ulp, Float.leastNonzeroMagnitude))
}

/// Lengths around the widths of registers, and primes.
let awkwardCounts = [0, 1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 31, 32, 33, 61, 64, 67, 127, 129, 1009]
