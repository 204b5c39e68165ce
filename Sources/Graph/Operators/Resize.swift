import Core
import Kernels

/// Sampling along axes at another rate: ONNX `Resize` (opset 10 on) and `Upsample`.
///
/// Inputs (nil in `inputs` where an opset has none): the region, the scales, the sizes. The work is one pass an axis,
/// each output position a weighted sum of input positions that is known before the run.
package struct Resize: Operator {
  /// Positions of the inputs that decide the sizes; the first is the image.
  package struct Inputs: Sendable, Hashable {
    package var region: Int?
    package var scales: Int?
    package var sizes: Int?

    package init(region: Int? = nil, scales: Int? = nil, sizes: Int? = nil) {
      self.region = region
      self.scales = scales
      self.sizes = sizes
    }
  }

  package enum AspectRatio: Sendable, Hashable { case stretch, notLarger, notSmaller }

  /// The longest axis that is resampled: each of its positions has its weights in memory.
  private static let sizeLimit = 1 << 20

  package let sampling: ResizeSampling
  package let inputs: Inputs
  package let scales: [Float]?
  package let axes: [Int]?
  package let aspectRatio: AspectRatio
  package let name: String

  package init(
    _ sampling: ResizeSampling, inputs: Inputs, scales: [Float]? = nil, axes: [Int]? = nil,
    aspectRatio: AspectRatio = .stretch, name: String = "Resize"
  ) {
    self.sampling = sampling
    self.inputs = inputs
    self.scales = scales
    self.axes = axes
    self.aspectRatio = aspectRatio
    self.name = name
  }

  package var constantInputs: Set<Int> { Set([inputs.region, inputs.scales, inputs.sizes].compactMap { $0 }) }

  package func outputTypes(_ operands: [Operand?]) throws(FacenetError) -> [TensorType] {
    try operands[0]!.checkFloat("input 0")
    var shape = operands[0]!.shape
    for axis in try resampledAxes(operands) { shape[axis.axis] = axis.output }
    return [TensorType(.float32, shape)]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .follow }

  /// What happens along one axis.
  private struct Axis {
    var axis: Int
    var input: Int
    var output: Int
    var scale: Double
    var region: (start: Double, end: Double) = (0, 1)
  }

  private func resampledAxes(_ operands: [Operand?]) throws(FacenetError) -> [Axis] {
    let shape = operands[0]!.shape
    let named = axes ?? Array(shape.indices)
    _ = try resolvedAxes(named, rank: shape.count)
    let axes = named.map { $0 < 0 ? $0 + shape.count : $0 }
    var result = try sized(axes, shape, operands)
    if let region = try floats(inputs.region, operands), sampling.coordinates == .cropAndResize {
      guard region.count == 2 * axes.count else {
        throw FacenetError(.invalidArgument, "roi has \(region.count) values, wanted \(2 * axes.count)")
      }
      for index in result.indices { result[index].region = (Double(region[index]), Double(region[index + axes.count])) }
    }
    return result.filter { $0.output != $0.input || $0.scale != 1 || sampling.coordinates == .cropAndResize }
  }

  private func sized(_ axes: [Int], _ shape: [Int], _ operands: [Operand?]) throws(FacenetError) -> [Axis] {
    let sizes = try inputs.sizes.flatMap { operands.optional($0)?.constant }?.integers() ?? []
    let listed = try floats(inputs.scales, operands)
    let scales = scales ?? listed ?? []
    guard sizes.isEmpty != scales.isEmpty, max(sizes.count, scales.count) == axes.count else {
      throw FacenetError(
        .invalidArgument, "\(scales.count) scales and \(sizes.count) sizes are given for \(axes.count) axes")
    }
    var result: [Axis] = []
    for (index, axis) in axes.enumerated() {
      let input = shape[axis]
      guard input > 0 else { throw FacenetError(.invalidArgument, "axis \(axis) of \(shape) is empty") }
      let scale = sizes.isEmpty ? Double(scales[index]) : Double(sizes[index]) / Double(input)
      let output = sizes.isEmpty ? (Double(input) * scale).rounded(.down) : Double(sizes[index])
      guard scale.isFinite, scale > 0, output >= 1, max(output, Double(input)) <= Double(Self.sizeLimit) else {
        throw FacenetError(
          .invalidArgument,
          "axis \(axis) of \(shape) cannot be scaled by \(scale): it must go from and to 1...\(Self.sizeLimit)")
      }
      result.append(Axis(axis: axis, input: input, output: Int(output), scale: scale))
    }
    guard !sizes.isEmpty, aspectRatio != .stretch else { return result }
    let all = result.map(\.scale)
    let scale = (aspectRatio == .notLarger ? all.min() : all.max()) ?? 1
    for index in result.indices {
      result[index].scale = scale
      let output = (scale * Double(result[index].input) + 0.5).rounded(.down)
      result[index].output = Int(min(Double(Self.sizeLimit), output))
    }
    return result
  }

  private func floats(_ index: Int?, _ operands: [Operand?]) throws(FacenetError) -> [Float]? {
    guard let index, let tensor = operands.optional(index)?.constant, tensor.count > 0 else { return nil }
    guard tensor.type.element == .float32 else {
      throw FacenetError(.unsupported, "input \(index) is \(tensor.type), wanted float32")
    }
    return Array(tensor.values(as: Float.self))
  }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let (input, output) = (site.inputs[0]!, site.outputs[0])
    guard output.type.count > 0 else { return Kernel("empty") { _ in } }
    var passes: [ResizePass] = []
    var shape = input.shape
    let order = output.layout.memoryOrder(rank: output.rank)
    for axis in try resampledAxes(site.inputs) {
      let position = order.firstIndex(of: axis.axis)!
      let outer = order[..<position].reduce(1) { $0 * shape[$1] }
      let inner = order[(position + 1)...].reduce(1) { $0 * shape[$1] }
      let taps = sampling.taps(input: axis.input, output: axis.output, scale: axis.scale, region: axis.region)
      passes.append(ResizePass(outer: outer, input: axis.input, inner: inner, taps: taps))
      shape[axis.axis] = axis.output
      // One axis grown before another shrinks may be more than input and output are.
      _ = try TensorType.checked(.float32, shape)
    }
    guard let last = passes.indices.last else { return .alias }
    let (all, outside) = (passes, sampling.outsideValue)
    let between = passes.dropLast().map(\.outputCount).max() ?? 0
    return Kernel(name, scratchBytes: 2 * between * MemoryLayout<Float>.stride) { frame in
      let scratch = frame.scratch.assumingMemoryBound(to: Float.self)
      var source: UnsafePointer<Float> = frame.input(0)
      for (index, pass) in all.enumerated() {
        let target = index == last ? frame.output(0) : scratch + index % 2 * between
        pass.run(source, target, outside: outside, threads: frame.threads)
        source = UnsafePointer(target)
      }
    }
  }
}

/// One axis of a dense (outer, input, inner) block resampled.
private struct ResizePass: Sendable {
  let outer: Int
  let input: Int
  let inner: Int
  let taps: [[ResizeSampling.Tap]]

  var outputCount: Int { outer * taps.count * inner }

  func run(
    _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, outside: Float, threads: Int
  ) {
    inParallel(outer * taps.count, threads: threads, grain: max(1, (1 << 14) / inner)) { range in
      for row in range {
        let start = source + row / taps.count * input * inner
        let y = target + row * inner
        let taps = taps[row % taps.count]
        guard let first = taps.first else {
          y.update(repeating: outside, count: inner)
          continue
        }
        if taps.count == 1 && first.weight == 1 {
          y.update(from: start + first.position * inner, count: inner)
          continue
        }
        Elementwise.run(.multiply, start + first.position * inner, first.weight, into: y, count: inner)
        for tap in taps.dropFirst() {
          Elementwise.multiplyAdd(start + tap.position * inner, tap.weight, y, into: y, count: inner)
        }
      }
    }
  }
}
