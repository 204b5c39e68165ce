import Core
import KernelCore

/// Convolution of few channels as a product of rows at a constant distance: a band of the image is copied with its pads
/// into a worker's cache, and there the output pixels of a row find their inputs one stride apart, each kernel row one
/// run.
///
/// Immutable: any thread.
final class RowConvolution: ConvolutionImplementation {
  /// Bytes of copied rows that stay in the second-level cache beside the output.
  private static let bandBytes = 128 << 10

  private let geometry: ConvolutionGeometry
  private let kernels: any KernelTable.Type
  private let epilogue: PackedEpilogue
  private let panels: AlignedBuffer

  static func weightCount(_ geometry: ConvolutionGeometry, _ kernels: any KernelTable.Type) -> Int {
    PackedPanels.count(
      depth: geometry.inputChannels * geometry.taps, columns: geometry.outputChannels, width: kernels.registerWidth)
  }

  init(_ parts: ConvolutionParts) throws(FacenetError) {
    geometry = parts.geometry
    kernels = parts.kernels
    epilogue = try parts.epilogue(groups: 1)
    let count = Self.weightCount(geometry, kernels)
    panels = try AlignedBuffer(count: count * MemoryLayout<Float>.stride, isFilled: true)
    PackedPanels.pack(
      weights: parts.weights.baseAddress.unsafelyUnwrapped, channels: geometry.inputChannels, taps: geometry.taps,
      columns: geometry.outputChannels, width: kernels.registerWidth, into: panels.pointer())
  }

  var label: String { "\(ConvolutionAlgorithm.rows)" }

  /// Output rows that a task computes at a time.
  private func bandRows(_ size: ConvolutionSize) -> Int {
    let rowBytes = PaddedRows.stride(geometry, width: size.width) * MemoryLayout<Float>.stride
    let rows = max(1, (Self.bandBytes / rowBytes - inputRows(1)) / geometry.strideHeight + 1)
    guard size.threads > 1 else { return rows }
    let wanted = size.threads * 4
    return min(rows, max(1, (size.batch * geometry.outputHeight(for: size.height) + wanted - 1) / wanted))
  }

  /// Input rows under so many output rows.
  private func inputRows(_ rows: Int) -> Int {
    (rows - 1) * geometry.strideHeight + (geometry.kernelHeight - 1) * geometry.dilationHeight + 1
  }

  /// Floats of one worker's copied rows.
  private func bandCount(_ size: ConvolutionSize) -> Int {
    let rows = min(bandRows(size), max(1, geometry.outputHeight(for: size.height)))
    return Scratch.aligned(inputRows(rows) * PaddedRows.stride(geometry, width: size.width))
  }

  func scratchCount(_ size: ConvolutionSize) -> Int { Scratch.count(size.threads * bandCount(size)) }

  func run(_ call: ConvolutionCall) {
    let size = ConvolutionSize(batch: call.batch, height: call.height, width: call.width, threads: call.threads)
    let rows = bandRows(size)
    let bands = (call.outputHeight + rows - 1) / rows
    let count = bandCount(size)
    var scratch = call.scratch
    let memory = scratch.take(count * call.threads)
    ThreadPool.shared.run(tasks: call.batch * bands, threads: call.threads) { task, worker in
      let first = task % bands * rows
      run(
        call, image: task / bands, rows: first..<min(first + rows, call.outputHeight), memory: memory + worker * count)
    }
  }

  private func run(_ call: ConvolutionCall, image: Int, rows: Range<Int>, memory: UnsafeMutablePointer<Float>) {
    let copy = PaddedRows(geometry, call)
    let top = rows.lowerBound * geometry.strideHeight - geometry.padTop
    copy.copy(image: image, rows: top..<top + inputRows(rows.count), to: memory)
    var product = Product(
      input: memory, weights: UnsafePointer(panels.pointer(to: Float.self)), output: call.output,
      tileRows: kernels.tileRows(columns: geometry.outputChannels), epilogue: epilogue.epilogue())
    product.rows = call.outputWidth
    product.columns = geometry.outputChannels
    product.depth = geometry.kernelWidth * geometry.inputChannels
    product.inputStride = geometry.strideWidth * geometry.inputChannels
    product.taps = geometry.kernelHeight
    product.tapStride = geometry.dilationHeight * copy.stride
    product.outputStride = call.outputStride
    product.residual = call.residual
    product.residualStride = call.residualStride
    product.moveOutput(toRow: (image * call.outputHeight + rows.lowerBound) * call.outputWidth)
    for _ in rows {
      kernels.run(product)
      product.input += geometry.strideHeight * copy.stride
      product.moveOutput(toRow: call.outputWidth)
    }
  }
}
