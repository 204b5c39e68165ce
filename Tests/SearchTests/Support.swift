import Core
import Glibc
import Search
import Testing

/// Pseudo-random vectors, the same in every run.
struct Dice {
  private var state: UInt64

  init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next(below limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % limit
  }

  mutating func vector(_ dimension: Int) -> [Float] {
    (0..<dimension).map { _ in Float(next(below: 1 << 20) - 1 << 19) / Float(1 << 19) + 0x1p-20 }
  }

  mutating func vectors(_ count: Int, _ dimension: Int) -> [[Float]] { (0..<count).map { _ in vector(dimension) } }

  mutating func unitVector(_ dimension: Int) -> [Float] {
    let values = vector(dimension)
    let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return values.map { $0 / length }
  }
}

/// The squared distance in double precision.
func exactDistance(_ a: [Float], _ b: [Float]) -> Double {
  zip(a, b).reduce(0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }
}

/// Whether `found` are the `nearest` of `vectors`, as double precision sees it: distances right, none nearer left out.
func isExact(_ found: [Neighbour], _ query: [Float], _ vectors: [Int64: [Float]], nearest: Int) -> Bool {
  let exact = vectors.mapValues { exactDistance(query, $0) }
  let tolerance = { (distance: Double) in 1e-5 * distance + 1e-12 }
  guard found.count == min(nearest, vectors.count), Set(found.map(\.key)).count == found.count else { return false }
  guard found.allSatisfy({ abs(Double($0.squaredDistance) - exact[$0.key]!) <= tolerance(exact[$0.key]!) }) else {
    return false
  }
  guard zip(found, found.dropFirst()).allSatisfy({ Neighbour.precedes($0, $1) }) else { return false }
  let best = exact.values.sorted().prefix(found.count)
  return zip(found, best).allSatisfy { abs(Double($0.squaredDistance) - $1) <= tolerance($1) }
}

/// What a call throws; nil where it throws nothing.
func failure(_ body: () throws(FacenetError) -> Void) -> FacenetError? {
  do throws(FacenetError) {
    try body()
    return nil
  } catch { return error }
}

/// A path for a file of a test, removed with the object.
final class TemporaryFile {
  let path = "/tmp/facenet-search-\(getpid())-\(UInt64.random(in: 0 ... .max)).index"
  deinit { unlink(path) }
}

/// Writes a file at once and without waiting for the disk, as nothing but a test would.
func overwrite(_ bytes: [UInt8], to path: String) throws {
  let file = try #require(fopen(path, "wb"))
  defer { fclose(file) }
  #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
}
