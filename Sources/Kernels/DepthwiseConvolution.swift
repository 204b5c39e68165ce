import Core
import KernelCore

/// A convolution in which each channel has a kernel of its own, or two of them share their inputs, row by row of the output.
///
/// Immutable: any thread.
final class DepthwiseConvolution: ConvolutionImplementation {
  private let geometry: ConvolutionGeometry
  private let kernels: any KernelTable.Type
  private let epilogue: PackedEpilogue
  private let algorithm: ConvolutionAlgorithm
  /// (register of channels, tap, lane): for the channel itself, then for its neighbour.
  private let memory: AlignedBuffer
  /// Floats from a channel's own weights to its neighbour's.
  private let neighbourOffset: Int
  /// What is left over of whole registers may fit a narrower one.
  private let channelParts: [(kernels: any KernelTable.Type, start: Int, count: Int)]

  static func weightCount(_ geometry: ConvolutionGeometry, _ kernels: any KernelTable.Type) -> Int {
    geometry.groupInputChannels * geometry.taps
      * PackedPanels.paddedColumns(geometry.outputChannels, width: kernels.registerWidth)
  }

  init(_ algorithm: ConvolutionAlgorithm, _ parts: ConvolutionParts) throws(FacenetError) {
    self.algorithm = algorithm
    geometry = parts.geometry
    kernels = parts.kernels
    // All channels are one row, whatever the groups.
    epilogue = try parts.epilogue(groups: 1)
    let (channels, inputs, taps) = (geometry.outputChannels, geometry.groupInputChannels, geometry.taps)
    let left = channels % kernels.registerWidth
    let narrow = kernels.fitting(columns: left)
    channelParts =
      left == 0 || narrow.registerWidth == kernels.registerWidth
      ? [(kernels, 0, channels)] : [(kernels, 0, channels - left), (narrow, channels - left, left)]
    neighbourOffset = taps * PackedPanels.paddedColumns(channels, width: kernels.registerWidth)
    memory = try AlignedBuffer(count: Self.weightCount(geometry, kernels) * MemoryLayout<Float>.stride)
    for input in 0..<inputs {
      let values = memory.pointer(to: Float.self) + input * neighbourOffset
      for part in channelParts {
        let width = part.kernels.registerWidth
        for channel in part.start..<part.start + part.count {
          let source = (channel * inputs + (channel + input) % inputs) * taps
          let (register, lane) = (channel - (channel - part.start) % width, (channel - part.start) % width)
          for tap in 0..<taps { values[register * taps + tap * width + lane] = parts.weights[source + tap] }
        }
      }
    }
  }

  var label: String { "\(algorithm)" }

  func scratchCount(_ size: ConvolutionSize) -> Int { 0 }

  func run(_ call: ConvolutionCall) {
    let rows = call.batch * call.outputHeight
    let tasks = call.threads > 1 ? min(rows, call.threads * 4) : 1
    ThreadPool.shared.run(tasks: tasks, threads: call.threads) { task in
      let rows = rows * task / tasks..<rows * (task + 1) / tasks
      let bytes = DepthwiseRows.patchCount * MemoryLayout<Float>.stride
      withUnsafeTemporaryAllocation(byteCount: bytes, alignment: AlignedBuffer.alignment) { patch in
        let patch = patch.bindMemory(to: Float.self).baseAddress.unsafelyUnwrapped
        run(call, rows: rows, patch)
      }
    }
  }

  /// Rows are counted through the whole batch.
  private func run(_ call: ConvolutionCall, rows: Range<Int>, _ patch: UnsafeMutablePointer<Float>) {
    var piece = DepthwiseRows(
      input: call.input, weights: UnsafePointer(memory.pointer(to: Float.self)), patch: patch, output: call.output,
      epilogue: epilogue.epilogue())
    piece.inputPixelStride = call.inputStride
    piece.inputRowStride = geometry.dilationHeight * call.width * call.inputStride
    piece.width = call.width
    piece.kernelWidth = geometry.kernelWidth
    piece.stride = geometry.strideWidth
    piece.dilation = geometry.dilationWidth
    piece.padLeft = geometry.padLeft
    piece.taps = geometry.taps
    piece.outputPixelStride = call.outputStride
    piece.outputRowStride = call.outputWidth * call.outputStride
    piece.columns = 0..<call.outputWidth
    piece.residualPixelStride = call.residualStride
    piece.residualRowStride = call.outputWidth * call.residualStride
    piece.form = form
    var row = rows.lowerBound
    while row < rows.upperBound {
      let (image, y) = (row / call.outputHeight, row % call.outputHeight)
      piece.rows = piece.form == .pairs && y + 1 < call.outputHeight && row + 1 < rows.upperBound ? 2 : 1
      let top = y * geometry.strideHeight - geometry.padTop
      piece.input = call.input + (image * call.height + top) * call.width * call.inputStride
      piece.lines = lines(from: top, rows: piece.rows, height: call.height)
      piece.output = call.output + row * call.outputWidth * call.outputStride
      piece.residual = call.residual.map { $0 + row * call.outputWidth * call.residualStride }
      run(piece)
      row += piece.rows
    }
  }

  private func run(_ piece: DepthwiseRows) {
    let neighbourWeights = piece.weights + neighbourOffset
    for part in channelParts {
      let channels = piece.channels(from: part.start, count: part.count)
      switch algorithm {
      case .neighbours: part.kernels.run(channels, neighbourWeights: neighbourWeights + geometry.taps * part.start)
      default: part.kernels.run(channels)
      }
    }
  }

  private var form: DepthwiseForm {
    guard geometry.dilationHeight == 1, geometry.dilationWidth == 1 else { return .pixels }
    switch (geometry.kernelHeight, geometry.kernelWidth, geometry.strideWidth) {
    case (...7, 3, 1...2) where algorithm == .neighbours: return .runs
    case _ where algorithm == .neighbours: return .pixels
    case (3, 3, 1...2) where geometry.strideHeight == geometry.strideWidth: return .pairs
    case (...7, 5, 1), (...7, 7, 1): return .runs
    default: return .pixels
    }
  }

  /// The input rows under the kernels of this many rows of the output, counted in steps of the dilation from `top`, that
  /// lie inside the image.
  private func lines(from top: Int, rows: Int, height: Int) -> Range<Int> {
    let step = geometry.dilationHeight
    let first = top < 0 ? (-top + step - 1) / step : 0
    let end = top < height ? (height - top + step - 1) / step : 0
    return first..<max(first, min(geometry.kernelHeight + (rows - 1) * geometry.strideHeight, end))
  }
}
