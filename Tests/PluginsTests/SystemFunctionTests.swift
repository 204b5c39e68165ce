import Core
import Glibc
import Graph
import Testing

@testable import Plugins

/// Functions of libraries that are on the system anyway, with no code of ours between.
@Suite struct SystemFunctionTests {
  private static let blas = "libblas.so.3"
  private static let hasBLAS = address("cblas_sdot", of: blas) != nil

  private static func address(_ name: String, of library: String) -> UnsafeMutableRawPointer? {
    dlopen(library, RTLD_NOW | RTLD_LOCAL).flatMap { dlsym($0, name) }
  }

  private func function(_ name: String, of library: String) throws -> ForeignFunction.Address {
    unsafeBitCast(try #require(Self.address(name, of: library)), to: ForeignFunction.Address.self)
  }

  @Test func erfOfTheMathematicsLibrary() throws {
    let library = "libm.so.6"
    let name = try operatorOf(try function("erff", of: library), "*=YX")
    let values = (-40...40).map { Float($0) / 10 }
    let outputs = try OperatorModel(operation: name, inputs: [try Tensor([81], values)]).run()[0]
    #expect(try outputs.array(of: Float.self) == values.map { erff($0) })
    let power = try operatorOf(try function("powf", of: library), "*=YXf", attributes: "exponent=2")
    let squares = try OperatorModel(operation: power, inputs: [try Tensor([9, 9], values)]).run()[0]
    #expect(try squares.array(of: Float.self) == values.map { powf($0, 2) })
  }

  @Test(.enabled(if: hasBLAS, "libblas.so.3 with cblas_sdot is not on this system")) func level1OfBLAS() throws {
    let (x, y) = (try Tensor([4], [Float(1), 2, 3, 4]), try Tensor([4], [Float(10), 20, 30, 40]))
    let dot = try operatorOf(try function("cblas_sdot", of: Self.blas), "=Y wn X wk1 X wk1", shape: "[]")
    #expect(try OperatorModel(operation: dot, inputs: [x, y]).run()[0].array(of: Float.self) == [300])
    let axpy = try operatorOf(
      try function("cblas_saxpy", of: Self.blas), "wn f X wk1 Z wk1", attributes: "alpha=2", shape: "=1")
    let sum = try OperatorModel(operation: axpy, inputs: [x, y]).run()[0]
    #expect(try sum.array(of: Float.self) == [12, 24, 36, 48])
    #expect(try y.array(of: Float.self) == [10, 20, 30, 40])
    let largest = try operatorOf(try function("cblas_isamax", of: Self.blas), "=T wn X wk1", shape: "[1]")
    #expect(try OperatorModel(operation: largest, inputs: [x]).run()[0].array(of: Int64.self) == [3])
  }

  /// Row-major, nothing transposed: A (2, 3) times B (3, 4).
  @Test(.enabled(if: hasBLAS, "libblas.so.3 with cblas_sdot is not on this system")) func aMatrixProduct() throws {
    let product = try operatorOf(
      try function("cblas_sgemm", of: Self.blas),
      "wk101 wk111 wk111 wd0.0 wd1.1 wd0.1 f X ws X ws f Y ws", attributes: "alpha=1,beta=0", shape: "[0.0,1.1]")
    let a = try Tensor([2, 3], (0..<6).map(Float.init))
    let b = try Tensor([3, 4], (0..<12).map(Float.init))
    let c = try OperatorModel(operation: product, inputs: [a, b]).run()[0]
    #expect(c.shape == [2, 4])
    #expect(try c.array(of: Float.self) == [20, 23, 26, 29, 56, 68, 80, 92])
  }
}
