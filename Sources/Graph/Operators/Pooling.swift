import Core
import Kernels

/// The largest value, the mean or the norm under a sliding window: ONNX `MaxPool` (outputs: values, and where asked their
/// positions), `AveragePool`, `LpPool`.
package struct Pooling: Operator {
  package enum Kind: Sendable, Hashable {
    /// Positions count along rows, or along columns where `columnMajor`.
    case maximum(columnMajor: Bool)
    case average(includesPads: Bool)
    case norm(p: Int)
  }

  package let kind: Kind
  package let window: WindowGeometry

  /// - Throws: `invalidArgument` for a norm whose p is below 1.
  package init(_ kind: Kind, window: WindowGeometry) throws(FacenetError) {
    if case .norm(let p) = kind, p < 1 { throw FacenetError(.invalidArgument, "p must be at least 1, got \(p)") }
    self.kind = kind
    self.window = window
  }

  package var name: String {
    switch kind {
    case .maximum: "MaxPool"
    case .average: "AveragePool"
    case .norm: "LpPool"
    }
  }

  package func outputTypes(_ inputs: [Operand?]) throws(FacenetError) -> [TensorType] {
    let x = inputs[0]!
    var allowed: Set<ElementType> = [.float32]
    if case .maximum = kind { allowed = [.float32, .int8, .uint8] }
    try x.type.element.check(allowed, "input 0")
    try x.checkImage(spatial: window.rank)
    let shape = Array(x.shape[..<2]) + (try window.outputSizes(Array(x.shape[2...])))
    let values = TensorType(x.type.element, shape)
    if case .maximum = kind { return [values, TensorType(.int64, shape)] }
    return [values]
  }

  package func layoutRule(_ inputs: [Operand?]) -> LayoutRule { .channelsLast }

  package func kernel(_ site: Site) throws(FacenetError) -> Kernel {
    let (x, y) = (site.inputs[0]!, site.outputs[0])
    guard y.type.count > 0 else { return Kernel("empty") { _ in } }
    let window = try window.resolved(inputSizes: Array(x.shape[2...]))
    if let fast = fastKernel(x, y, window, site.outputs.count) { return fast }
    let walk = WindowWalk(window, input: x.shape, output: y.shape)
    switch x.type.element {
    case .int8: return maximumKernel(Int8.self, walk, site.outputs.count)
    case .uint8: return maximumKernel(UInt8.self, walk, site.outputs.count)
    default: break
    }
    if case .maximum = kind { return maximumKernel(Float.self, walk, site.outputs.count) }
    return floatKernel(walk)
  }

  /// One or two spatial axes of floats, values only.
  private func fastKernel(_ x: Operand, _ y: Operand, _ window: WindowGeometry, _ outputs: Int) -> Kernel? {
    let form: Kernels.Pooling.Kind
    switch kind {
    case .maximum: form = .maximum
    case .average(let includesPads): form = includesPads ? .averageIncludingPads : .average
    case .norm: return nil
    }
    guard x.type.element == .float32, outputs == 1, window.rank <= 2 else { return nil }
    let isImage = window.rank == 2
    let last = window.rank - 1
    let pool = Kernels.Pooling(
      form, kernelHeight: isImage ? window.kernel[0] : 1, kernelWidth: window.kernel[last],
      strideHeight: isImage ? window.strides[0] : 1, strideWidth: window.strides[last],
      dilationHeight: isImage ? window.dilations[0] : 1, dilationWidth: window.dilations[last],
      padTop: isImage ? window.padsBefore[0] : 0, padLeft: window.padsBefore[last],
      padBottom: isImage ? window.padsAfter[0] : 0, padRight: window.padsAfter[last])
    let (batch, channels) = (x.shape[0], x.shape[1])
    let (height, width) = (isImage ? x.shape[2] : 1, x.shape[last + 2])
    let (outputHeight, outputWidth) = (isImage ? y.shape[2] : 1, y.shape[last + 2])
    return Kernel(name) { frame in
      pool.run(
        batch: batch, height: height, width: width, channels: channels, outputHeight: outputHeight,
        outputWidth: outputWidth, input: frame.input(0), inputStride: channels, output: frame.output(0),
        outputStride: channels, threads: frame.threads)
    }
  }

  private func maximumKernel<Value: Comparable & Sendable & Element>(
    _: Value.Type, _ walk: WindowWalk, _ outputs: Int
  ) -> Kernel {
    guard case .maximum(let columnMajor) = kind else { return Kernel("nothing") { _ in } }
    return Kernel(name) { frame in
      let (x, y): (UnsafePointer<Value>, UnsafeMutablePointer<Value>) = (frame.input(0), frame.output(0))
      let positions: UnsafeMutablePointer<Int64>? = outputs > 1 ? frame.output(1) : nil
      walk.forEach { output, image, channel, pixels in
        var best: (value: Value, pixel: Int)?
        for pixel in pixels {
          let value = x[walk.inputOffset(image, channel, pixel)]
          if best == nil || value > best!.value { best = (value, pixel) }
        }
        guard let best else { return }
        y[output] = best.value
        positions?[output] = Int64(walk.position(image, channel, best.pixel, columnMajor: columnMajor))
      }
    }
  }

  private func floatKernel(_ walk: WindowWalk) -> Kernel {
    let kind = kind
    return Kernel(name) { frame in
      let (x, y): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (frame.input(0), frame.output(0))
      walk.forEach { output, image, channel, pixels in
        var sum = 0.0
        for pixel in pixels {
          let value = Double(x[walk.inputOffset(image, channel, pixel)])
          switch kind {
          case .norm(let p): sum += power(abs(value), p)
          default: sum += value
          }
        }
        switch kind {
        case .norm(let p): y[output] = Float(p == 2 ? sum.squareRoot() : p == 1 ? sum : root(sum, p))
        case .average(let includesPads):
          let count = includesPads ? walk.paddedCount(output) : pixels.count
          y[output] = count == 0 ? 0 : Float(sum / Double(count))
        case .maximum: break
        }
      }
    }
  }
}
