import Core
import Kernels

/// One number from all that lie along some axes: ONNX ReduceSum, ReduceMean, ReduceMax, ReduceL2 and their like.
///
/// Axes are an attribute or, in later opsets, input 1. Without any, all are reduced, unless `keepsAllWithoutAxes`
/// (`noop_with_empty_axes`). Integer sums wrap, means are truncated.
package struct Reduce: Operator {
  package enum Function: Sendable, Hashable {
    case sum, mean, maximum, minimum, product, sumOfSquares, l1, l2, logarithmOfSum
  }

  package let function: Function
  package let axes: [Int]?
  package let keepsAxes: Bool
  package let keepsAllWithoutAxes: Bool

  package init(_ function: Function, axes: [Int]? = nil, keepsAxes: Bool = true, keepsAllWithoutAxes: Bool = false) {
    self.function = function
    self.axes = axes
    self.keepsAxes = keepsAxes
    self.keepsAllWithoutAxes = keepsAllWithoutAxes
  }

  package var name: String { function.name }
  package var constantInputs: Set<Int> { [1] }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let x = inputs[0]!
    try x.type.element.check(function.elements, "input 0")
    let reduced = Set(try reducedAxes(inputs))
    if function == .mean && x.type.element != .float32 && reduced.contains(where: { x.shape[$0] == 0 }) {
      throw FacenetError(.invalidArgument, "there is no integer that is the mean of nothing: \(x.type)")
    }
    var shape: [Int] = []
    for (axis, size) in x.shape.enumerated() {
      if !reduced.contains(axis) { shape.append(size) } else if keepsAxes { shape.append(1) }
    }
    return [TensorType(x.type.element, shape)]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }

  private func reducedAxes(_ inputs: [Operand?]) throws(FacenetError) -> [Int] {
    let rank = inputs[0]!.rank
    let given = try inputs.optional(1)?.constant?.integers() ?? axes ?? []
    if given.isEmpty { return keepsAllWithoutAxes ? [] : Array(0..<rank) }
    return try resolvedAxes(given, rank: rank)
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let (x, y) = (site.inputs[0]!, site.outputs[0])
    let reduced = Set(try reducedAxes(site.inputs))
    let nest = LoopNest(
      x.shape, strides: [x.strides, steps(of: y, along: x.shape, reduced)],
      order: x.layout.memoryOrder(rank: x.rank))
    let loops = ReduceLoops(
      function: function, pieces: nest.parts(threads: site.threads, distinct: 1), outputCount: y.type.count,
      termCount: reduced.reduce(1) { $0 * x.shape[$1] })
    switch x.type.element {
    case .float32: return Kernel(name) { loops.floats($0.input(0), $0.output(0)) }
    case .int8: return Kernel(name) { loops.integers($0.input(0, as: Int8.self), $0.output(0)) }
    case .uint8: return Kernel(name) { loops.integers($0.input(0, as: UInt8.self), $0.output(0)) }
    case .bool: return Kernel(name) { loops.integers($0.input(0, as: UInt8.self), $0.output(0), highest: 1) }
    case .int32: return Kernel(name) { loops.integers($0.input(0, as: Int32.self), $0.output(0)) }
    case .int64: return Kernel(name) { loops.integers($0.input(0, as: Int64.self), $0.output(0)) }
    }
  }

  /// Elements to step in the output along each axis of the input; 0 where the axis is reduced.
  private func steps(of output: Operand, along shape: [Int], _ reduced: Set<Int>) -> [Int] {
    let strides = output.strides
    var kept = 0
    return shape.indices.map { axis in
      defer { if keepsAxes || !reduced.contains(axis) { kept += 1 } }
      return reduced.contains(axis) ? 0 : strides[kept]
    }
  }
}

extension Reduce.Function {
  var name: String {
    switch self {
    case .sum: "ReduceSum"
    case .mean: "ReduceMean"
    case .maximum: "ReduceMax"
    case .minimum: "ReduceMin"
    case .product: "ReduceProd"
    case .sumOfSquares: "ReduceSumSquare"
    case .l1: "ReduceL1"
    case .l2: "ReduceL2"
    case .logarithmOfSum: "ReduceLogSum"
    }
  }

  /// Element types for which the result fits the same type.
  fileprivate var elements: Set<ElementType> {
    switch self {
    case .maximum, .minimum: ElementType.numbers.union([.bool])
    case .logarithmOfSum: [.float32]
    default: [.float32, .int32, .int64]
    }
  }
}
