import Testing

@testable import Core
@testable import Graph

@Suite struct MatrixProductTests {
  @Test(arguments: [(1, 1, 1), (1, 512, 17), (5, 7, 3), (16, 33, 64), (7, 1792, 128)], [false, true])
  func fullyConnectedIsAlphaABPlusBetaC(_ size: (Int, Int, Int), transposed: Bool) throws {
    let (m, k, n) = size
    var values = Values(seed: m * k + n)
    let a = try values.tensor(transposed ? [k, m] : [m, k])
    let b = try values.tensor(transposed ? [n, k] : [k, n])
    let addends = [nil, try values.tensor([n]), try values.tensor([m, 1]), try values.tensor([m, n])]
    let operation = FullyConnected(alpha: 0.5, beta: 2, transposesA: transposed, transposesB: transposed)
    for c in addends {
      let y = try runOperator(operation, [a, b, c], constants: [1, 2])[0]
      var expected: [Double] = []
      for i in 0..<m {
        for j in 0..<n {
          var sum = 0.0
          for l in 0..<k {
            let left = a.values(as: Float.self)[transposed ? l * m + i : i * k + l]
            let right = b.values(as: Float.self)[transposed ? j * k + l : l * n + j]
            sum += Double(left) * Double(right)
          }
          let addend = c.map { $0.values(as: Float.self)[$0.shape == [n] ? j : $0.shape == [m, 1] ? i : i * n + j] }
          expected.append(0.5 * sum + 2 * Double(addend ?? 0))
        }
      }
      #expect(relativeError(y, expected) < 1e-5)
    }
  }

  struct Product: Sendable {
    var a: [Int]
    var b: [Int]
    var result: [Int]
  }

  @Test(
    arguments: [
      Product(a: [3], b: [3], result: []), Product(a: [3], b: [3, 2], result: [2]),
      Product(a: [2, 3], b: [3], result: [2]), Product(a: [5, 7], b: [7, 11], result: [5, 11]),
      Product(a: [2, 1, 5, 4], b: [3, 4, 6], result: [2, 3, 5, 6]),
      Product(a: [4, 1, 3], b: [4, 3, 1], result: [4, 1, 1]),
    ], [true, false])
  func multipliesTheLastTwoAxesAndBroadcastsTheOthers(_ test: Product, constant: Bool) throws {
    var values = Values(seed: test.a.count * 7 + test.b.count)
    let (a, b) = (try values.tensor(test.a), try values.tensor(test.b))
    let y = try runOperator(MatrixMultiplication(), [a, b], constants: constant ? [1] : [])[0]
    #expect(y.shape == test.result)
    #expect(relativeError(y, oracle(a, b, test)) < 1e-5)
  }

  private func oracle(_ a: Tensor, _ b: Tensor, _ test: Product) -> [Double] {
    let left = test.a.count == 1 ? [1] + test.a : test.a
    let right = test.b.count == 1 ? test.b + [1] : test.b
    let (m, k, n) = (left[left.count - 2], left[left.count - 1], right[right.count - 1])
    var batches = test.result
    batches.removeLast((test.a.count > 1 ? 1 : 0) + (test.b.count > 1 ? 1 : 0))
    let matrix = { (index: Int, own: ArraySlice<Int>) -> Int in
      var (rest, result, step) = (index, 0, 1)
      for (offset, size) in batches.reversed().enumerated() {
        let coordinate = rest % size
        rest /= size
        guard offset < own.count else { continue }
        let ownSize = own[own.endIndex - 1 - offset]
        result += (ownSize == 1 ? 0 : coordinate) * step
        step *= ownSize
      }
      return result
    }
    var result: [Double] = []
    for batch in 0..<batches.reduce(1, *) {
      let x = a.values(as: Float.self).dropFirst(matrix(batch, left.dropLast(2)) * m * k)
      let y = b.values(as: Float.self).dropFirst(matrix(batch, right.dropLast(2)) * k * n)
      for i in 0..<m {
        for j in 0..<n {
          result.append(
            (0..<k).reduce(0.0) { sum, l in
              sum + Double(x[x.startIndex + i * k + l]) * Double(y[y.startIndex + l * n + j])
            })
        }
      }
    }
    return result
  }

  @Test func refusesSizesThatDoNotAgree() throws {
    var values = Values(seed: 2)
    let (a, b) = (try values.tensor([2, 3]), try values.tensor([4, 2]))
    #expect(throws: FacenetError.self) { try runOperator(MatrixMultiplication(), [a, b]) }
    let gemm = FullyConnected(alpha: 1, beta: 1, transposesA: false, transposesB: false)
    #expect(throws: FacenetError.self) { try runOperator(gemm, [a, b], constants: [1]) }
  }
}
