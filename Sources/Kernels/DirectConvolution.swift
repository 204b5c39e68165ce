import Core
import KernelCore

/// Convolution as a product of rows found through pointers: one pointer an output pixel and kernel position, to the
/// input pixel under it or to zeros, so that nothing is copied and any stride, dilation, pad and group is the same code.
///
/// Immutable: any thread.
final class DirectConvolution: ConvolutionImplementation {
  /// How an output pixel's inputs are found.
  private enum Access: String {
    /// 1x1: output pixel p reads input pixel p.
    case pixels = "direct pointwise"
    case pointers = "direct"
  }

  private let access: Access
  private let geometry: ConvolutionGeometry
  private let kernels: any KernelTable.Type
  private let epilogue: PackedEpilogue
  /// Panels of all groups, then a pixel of zeros.
  private let memory: AlignedBuffer
  private let groupWeights: Int

  /// Small groups are computed several at a time.
  static func merging(_ parts: ConvolutionParts) throws(FacenetError) -> DirectConvolution {
    let count = parts.geometry.groupsInRegister(parts.kernels.registerWidth)
    guard count > 1 else { return try DirectConvolution(parts) }
    let merged = parts.geometry.mergedWeights(parts.weights, count)
    return try merged.withUnsafeBufferPointer { weights throws(FacenetError) in
      try DirectConvolution(
        ConvolutionParts(
          parts.geometry.merging(count), weights: weights, bias: parts.bias, activation: parts.activation,
          kernels: parts.kernels))
    }
  }

  /// Of a geometry whose small groups are merged.
  static func weightCount(_ geometry: ConvolutionGeometry, _ kernels: any KernelTable.Type) -> Int {
    geometry.groups * groupWeights(geometry, kernels) + geometry.inputChannels
  }

  private static func groupWeights(_ geometry: ConvolutionGeometry, _ kernels: any KernelTable.Type) -> Int {
    PackedPanels.count(
      depth: geometry.groupInputChannels * geometry.taps, columns: geometry.groupOutputChannels,
      width: kernels.registerWidth)
  }

  private init(_ parts: ConvolutionParts) throws(FacenetError) {
    geometry = parts.geometry
    kernels = parts.kernels
    epilogue = try parts.epilogue(groups: geometry.groups)
    access = Self.access(geometry)
    let (channels, columns) = (geometry.groupInputChannels, geometry.groupOutputChannels)
    groupWeights = Self.groupWeights(geometry, kernels)
    memory = try AlignedBuffer(
      count: Self.weightCount(geometry, kernels) * MemoryLayout<Float>.stride, isFilled: true)
    for group in 0..<geometry.groups {
      PackedPanels.pack(
        weights: parts.weights.baseAddress.unsafelyUnwrapped + group * columns * channels * geometry.taps,
        channels: channels, taps: geometry.taps,
        columns: columns, width: kernels.registerWidth,
        into: memory.pointer(to: Float.self) + group * groupWeights)
    }
  }

  private static func access(_ geometry: ConvolutionGeometry) -> Access {
    let pads = geometry.padTop + geometry.padLeft + geometry.padBottom + geometry.padRight
    if geometry.taps == 1, geometry.strideHeight == 1, geometry.strideWidth == 1, pads == 0 { return .pixels }
    return .pointers
  }

  var label: String { access.rawValue }

  private var weights: UnsafePointer<Float> { UnsafePointer(memory.pointer(to: Float.self)) }
  private var zeros: UnsafePointer<Float> { weights + groupWeights * geometry.groups }

  private func grid(_ size: ConvolutionSize) -> ProductGrid {
    let rows = size.batch * geometry.outputHeight(for: size.height) * geometry.outputWidth(for: size.width)
    let pixels = min(geometry.strideHeight * geometry.strideWidth, geometry.taps)
    let pointers = access == .pixels ? 0 : geometry.taps * MemoryLayout<UnsafePointer<Float>>.stride
    return ProductGrid(
      rows: rows, columns: geometry.groupOutputChannels,
      rowBytes: geometry.inputChannels * pixels * MemoryLayout<Float>.stride + pointers,
      weightBytes: groupWeights * MemoryLayout<Float>.stride, kernels: kernels,
      threads: size.threads)
  }

  /// Floats of one worker's table of pointers.
  private func tableCount(_ grid: ProductGrid) -> Int {
    access == .pixels ? 0 : grid.rowsPerBlock * geometry.taps * 2
  }

  func scratchCount(_ size: ConvolutionSize) -> Int {
    let grid = grid(size)
    return Scratch.count(size.threads * Scratch.aligned(tableCount(grid)))
  }

  func run(_ call: ConvolutionCall) {
    let size = ConvolutionSize(batch: call.batch, height: call.height, width: call.width, threads: call.threads)
    let grid = grid(size)
    var scratch = call.scratch
    if access == .pixels {
      ThreadPool.shared.run(tasks: grid.tasks, threads: call.threads) { task in runPixels(call, grid.block(task)) }
      return
    }
    let count = Scratch.aligned(tableCount(grid))
    let tables = scratch.take(count * call.threads)
    ThreadPool.shared.run(tasks: grid.tasks, threads: call.threads) { task, worker in
      let block = grid.block(task)
      let table = UnsafeMutableRawPointer(tables + worker * count)
        .assumingMemoryBound(to: UnsafePointer<Float>.self)
      var product = product(call)
      PointerTable(geometry, call, zeros).fill(table, rows: block.rows, height: product.tileRows)
      product.taps = geometry.taps
      product.table = UnsafePointer(table)
      product.moveOutput(toRow: block.rows.lowerBound)
      product.rows = block.rows.count
      runGroups(product, columns: block.columns)
    }
  }

  private func runPixels(_ call: ConvolutionCall, _ block: (rows: Range<Int>, columns: Range<Int>)) {
    var product = product(call)
    product.inputStride = call.inputStride
    product.restrict(toRows: block.rows)
    runGroups(product, columns: block.columns)
  }

  private func product(_ call: ConvolutionCall) -> Product {
    var product = Product(
      input: call.input, weights: weights, output: call.output,
      tileRows: kernels.tileRows(columns: geometry.groupOutputChannels), epilogue: epilogue.epilogue())
    product.depth = geometry.groupInputChannels
    product.outputStride = call.outputStride
    product.residual = call.residual
    product.residualStride = call.residualStride
    return product
  }

  /// The same rows for each group in turn.
  private func runGroups(_ product: Product, columns: Range<Int>) {
    for group in 0..<geometry.groups {
      var part = product
      part.inputOffset = group * geometry.groupInputChannels
      part.weights += group * groupWeights
      part.output += group * geometry.groupOutputChannels
      part.residual = part.residual.map { $0 + group * geometry.groupOutputChannels }
      part.epilogue = epilogue.epilogue(group: group, groups: geometry.groups)
      part.restrict(toColumns: columns)
      kernels.run(part)
    }
  }
}
