/// One number from contiguous floats. The order of the sums depends on the count alone: same input, same bits.
package enum Reduction {
  package static func sum(_ input: UnsafePointer<Float>, count: Int) -> Float {
    Float((0..<count).reduce(0.0) { $0 + Double(input[$1]) })
  }

  package static func sumOfSquares(_ input: UnsafePointer<Float>, count: Int) -> Float {
    dotProduct(input, input, count: count)
  }

  /// The largest value; the lowest number of all for no values.
  package static func maximum(_ input: UnsafePointer<Float>, count: Int) -> Float {
    (0..<count).reduce(-.greatestFiniteMagnitude) { max($0, input[$1]) }
  }

  package static func dotProduct(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
    Float((0..<count).reduce(0.0) { $0 + Double(a[$1]) * Double(b[$1]) })
  }

  /// The squared Euclidean distance: the sum of (a - b)².
  package static func squaredDistance(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
    Float(
      (0..<count).reduce(0.0) {
        let difference = Double(a[$1]) - Double(b[$1])
        return $0 + difference * difference
      })
  }
}
