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
    try x.checkImage()
    guard !x.shape[2...].contains(0) else {
      throw FacenetError(.invalidArgument, "an image without pixels: \(x.type)")
    }
    let (pads, extents) = (window.padsBefore + window.padsAfter, window.extents)
    guard zip(pads, extents + extents).allSatisfy({ $0 < $1 }) else {
      throw FacenetError(.invalidArgument, "pads must be smaller than the window \(extents), got \(pads)")
    }
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
    let givesPositions = site.outputs.count > 1
    switch (kind, x.type.element) {
    case (.maximum(let columnMajor), .int8):
      return maximumKernel(Int8.min, walk, columnMajor: columnMajor, givesPositions)
    case (.maximum(let columnMajor), .uint8):
      return maximumKernel(UInt8.min, walk, columnMajor: columnMajor, givesPositions)
    case (.maximum(let columnMajor), _):
      return maximumKernel(-Float.greatestFiniteMagnitude, walk, columnMajor: columnMajor, givesPositions)
    case (.average(let includesPads), _): return averageKernel(walk, includesPads: includesPads)
    case (.norm(let p), _): return normKernel(walk, p: p)
    }
  }

  /// One or two spatial axes of floats, values only.
  private func fastKernel(_ x: Operand, _ y: Operand, _ window: WindowGeometry, _ outputs: Int) -> Kernel? {
    let form: Kernels.Pooling.Kind
    switch kind {
    case .maximum: form = .maximum
    case .average(let includesPads): form = includesPads ? .averageIncludingPads : .average
    case .norm: return nil
    }
    // A window far larger than any image would keep a kernel busy with padding.
    guard x.type.element == .float32, outputs == 1, window.rank <= 2, window.extents.allSatisfy({ $0 <= 1 << 12 })
    else { return nil }
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
}
