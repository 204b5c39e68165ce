import Core
import KernelCore

/// A convolution in which each channel has a kernel of its own, row by row of the output.
///
/// Immutable: any thread.
final class DepthwiseConvolution: ConvolutionImplementation {
  private let geometry: ConvolutionGeometry
  private let kernels: any KernelTable.Type
  private let epilogue: PackedEpilogue
  /// (tap, channel), channels padded to whole registers.
  private let memory: AlignedBuffer
  private let stride: Int

  static func weightCount(_ geometry: ConvolutionGeometry, _ kernels: any KernelTable.Type) -> Int {
    geometry.taps * PackedPanels.paddedColumns(geometry.outputChannels, width: kernels.registerWidth)
  }

  init(_ parts: ConvolutionParts) throws(FacenetError) {
    geometry = parts.geometry
    kernels = parts.kernels
    // All channels are one row, whatever the groups.
    epilogue = try parts.epilogue(groups: 1)
    let channels = geometry.outputChannels
    stride = PackedPanels.paddedColumns(channels, width: kernels.registerWidth)
    memory = try AlignedBuffer(count: Self.weightCount(geometry, kernels) * MemoryLayout<Float>.stride)
    let values = memory.pointer(to: Float.self)
    for channel in 0..<channels {
      for tap in 0..<geometry.taps {
        values[tap * stride + channel] = parts.weights[channel * geometry.taps + tap]
      }
    }
  }

  var label: String { "depthwise" }

  func scratchCount(_ size: ConvolutionSize) -> Int { 0 }

  func run(_ call: ConvolutionCall) {
    let rows = call.batch * call.outputHeight
    let tasks = call.threads > 1 ? min(rows, call.threads * 4) : 1
    ThreadPool.shared.run(tasks: tasks, threads: call.threads) { task in
      var row = rows * task / tasks
      let end = rows * (task + 1) / tasks
      while row < end {
        let (image, y) = (row / call.outputHeight, row % call.outputHeight)
        let isPair =
          takesPairs && row + 1 < end && y + 1 < call.outputHeight && isInside(y, call) && isInside(y + 1, call)
        run(call, image: image, y: y, rows: isPair ? 2 : 1)
        row += isPair ? 2 : 1
      }
    }
  }

  /// Whether two rows can be computed at once: the kernels for which there is code that does.
  private var takesPairs: Bool {
    geometry.kernelHeight == 3 && geometry.kernelWidth == 3 && geometry.dilationHeight == 1
      && geometry.dilationWidth == 1 && geometry.strideHeight == geometry.strideWidth && geometry.strideHeight <= 2
  }

  /// Whether a row's kernels lie inside the image from top to bottom.
  private func isInside(_ y: Int, _ call: ConvolutionCall) -> Bool {
    let top = y * geometry.strideHeight - geometry.padTop
    return top >= 0 && top + geometry.kernelHeight <= call.height
  }

  private func run(_ call: ConvolutionCall, image: Int, y: Int, rows: Int) {
    let top = y * geometry.strideHeight - geometry.padTop
    let step = geometry.dilationHeight
    // The kernel rows that lie inside the image.
    let first = top < 0 ? (-top + step - 1) / step : 0
    let last = max(first, min(geometry.kernelHeight, (call.height - top + step - 1) / step))
    let inputRow = image * call.height + min(top + first * step, call.height - 1)
    let outputPixel = (image * call.outputHeight + y) * call.outputWidth
    var row = DepthwiseRow(
      input: call.input + inputRow * call.width * call.inputStride,
      weights: UnsafePointer(memory.pointer(to: Float.self)) + first * geometry.kernelWidth * stride,
      output: call.output + outputPixel * call.outputStride, epilogue: epilogue.epilogue())
    row.inputPixelStride = call.inputStride
    row.inputRowStride = step * call.width * call.inputStride
    row.width = call.width
    row.rows = rows
    row.strideHeight = geometry.strideHeight
    row.outputRowStride = call.outputWidth * call.outputStride
    row.residualRowStride = call.outputWidth * call.residualStride
    row.kernelRows = last - first
    row.kernelWidth = geometry.kernelWidth
    row.stride = geometry.strideWidth
    row.dilation = geometry.dilationWidth
    row.padLeft = geometry.padLeft
    row.channels = geometry.outputChannels
    row.weightStride = stride
    row.outputPixelStride = call.outputStride
    row.outputWidth = call.outputWidth
    row.residual = call.residual.map { $0 + outputPixel * call.residualStride }
    row.residualPixelStride = call.residualStride
    kernels.run(row)
  }
}
