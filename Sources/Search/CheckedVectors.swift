import Core
import Kernels

/// Vectors from outside that were looked at: finite, of a length that every kind of index can work with. Borrows them.
struct CheckedVectors {
  /// Lengths of 1e-6 to 1e6: what is learnt of vectors has the fourth powers of lengths, sums of which are to stay well
  /// within a float.
  static let squaredLengths: ClosedRange<Float> = 1e-12...1e12

  let dimension: Int
  let squaredLengths: [Float]
  private let numbers: UnsafeBufferPointer<Float>

  /// - Parameters:
  ///   - numbers: a whole number of vectors, one after the other.
  ///   - what: what messages call one.
  /// - Throws: `invalidArgument`, naming the vector.
  init(_ numbers: UnsafeBufferPointer<Float>, dimension: Int, what: String) throws(FacenetError) {
    guard numbers.count % dimension == 0 else {
      throw FacenetError(
        .invalidArgument,
        "the index has \(dimension) dimensions; \(numbers.count) numbers are not a whole number of vectors (\(what))")
    }
    self.dimension = dimension
    self.numbers = numbers
    var lengths = [Float](repeating: 0, count: numbers.count / dimension)
    for index in lengths.indices {
      let vector = UnsafeBufferPointer(rebasing: numbers[index * dimension..<(index + 1) * dimension])
      lengths[index] = Reduction.sumOfSquares(vector.baseAddress!, count: dimension)
      guard Self.squaredLengths.contains(lengths[index]) else { throw Self.refusal("\(what) \(index)", vector) }
    }
    squaredLengths = lengths
  }

  var count: Int { squaredLengths.count }

  /// Writes a vector and zeros behind it.
  func copy(_ index: Int, to row: UnsafeMutablePointer<Float>, stride: Int) {
    row.update(from: numbers.baseAddress! + index * dimension, count: dimension)
    (row + dimension).update(repeating: 0, count: stride - dimension)
  }

  private static func refusal(_ vector: String, _ values: UnsafeBufferPointer<Float>) -> FacenetError {
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      return FacenetError(.invalidArgument, "\(vector) has the value \(values[place]) in dimension \(place)")
    }
    if values.allSatisfy({ $0 == 0 }) {
      return FacenetError(.invalidArgument, "\(vector) is zero: it has no direction")
    }
    return FacenetError(.invalidArgument, "the length of \(vector) lies outside 1e-6 to 1e6")
  }
}
