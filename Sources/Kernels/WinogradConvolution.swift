import Core
import KernelCore

/// A convolution as products of transformed tiles: a block of input tiles is transformed, each element of the transforms
/// multiplied as a matrix (tiles, inputs) (inputs, outputs), and the products transformed back. Elements that share
/// their weights are multiplied as one matrix.
///
/// Immutable: any thread.
final class WinogradConvolution: ConvolutionImplementation {
  private static let mostTiles = 384
  /// Bytes of transformed inputs and products that a block may take up: half of a second-level cache.
  private static let blockBytes = 512 << 10
  /// Bytes of transformed weights up to which each thread reads them all for a block of its own.
  private static let ownWeightBytes = 1 << 20
  private static let tilesPerTask = 4

  private let tile: WinogradTile
  private let geometry: ConvolutionGeometry
  private let kernels: any KernelTable.Type
  private let epilogue: PackedEpilogue
  /// Panels of each transformed weight, then zeros: a pixel, and the bias of the products.
  private let memory: AlignedBuffer
  /// Floats from one weight's panels to the next.
  private let weightStride: Int
  private let elements: WinogradElements

  static func weightCount(_ tile: WinogradTile, _ geometry: ConvolutionGeometry, _ kernels: any KernelTable.Type) -> Int
  {
    let (inputs, outputs, width) = (geometry.inputChannels, geometry.outputChannels, kernels.registerWidth)
    return tile.weights * PackedPanels.count(depth: inputs, columns: outputs, width: width)
      + max(inputs, PackedPanels.paddedColumns(outputs, width: width))
  }

  init(_ tile: WinogradTile, _ parts: ConvolutionParts) throws(FacenetError) {
    self.tile = tile
    elements = WinogradElements(tile)
    geometry = parts.geometry
    kernels = parts.kernels
    epilogue = try parts.epilogue(groups: 1)
    let (inputs, outputs, width) = (geometry.inputChannels, geometry.outputChannels, kernels.registerWidth)
    weightStride = PackedPanels.count(depth: inputs, columns: outputs, width: width)
    let count = Self.weightCount(tile, geometry, kernels)
    memory = try AlignedBuffer(count: count * MemoryLayout<Float>.stride, isFilled: true)
    let panels = memory.pointer(to: Float.self)
    let panelCount = tile.weights * weightStride
    (panels + panelCount).update(repeating: 0, count: count - panelCount)
    pack(parts.weights.baseAddress.unsafelyUnwrapped, into: panels)
  }

  /// Transforms the filters of each input channel and panel of output channels where they are to lie.
  private func pack(_ weights: UnsafePointer<Float>, into panels: UnsafeMutablePointer<Float>) {
    let (inputs, taps) = (geometry.inputChannels, geometry.taps)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: taps * 2 * kernels.registerWidth) { filters in
      let filters = filters.baseAddress.unsafelyUnwrapped
      PackedPanels.forEach(columns: geometry.outputChannels, width: kernels.registerWidth) { columns, width in
        filters.update(repeating: 0, count: taps * width)
        for input in 0..<inputs {
          for (slot, output) in columns.enumerated() {
            let source = weights + (output &* inputs &+ input) &* taps
            for position in 0..<taps { filters[position &* width &+ slot] = source[position] }
          }
          kernels.winogradWeights(
            tile, filters, width, panels + (columns.lowerBound &* inputs &+ input &* width), weightStride)
        }
      }
    }
  }

  var label: String { "\(ConvolutionAlgorithm.winograd(tile))" }
  private var tileRows: Int { kernels.tileRows(columns: geometry.outputChannels) }
  private var weights: UnsafePointer<Float> { UnsafePointer(memory.pointer(to: Float.self)) }
  private var zeros: UnsafePointer<Float> { weights + tile.weights * weightStride }

  /// How a run's tiles are cut into blocks, and the memory of one block.
  private struct Blocks {
    let rows: Int
    let columns: Int
    let tiles: Int
    let tilesPerBlock: Int
    let count: Int
    /// Floats from one element's transformed inputs to the next, and from its products. An odd number of cache lines, or
    /// all elements of a tile would share a few sets of the cache.
    let inputStride: Int
    let productStride: Int

    init(_ tile: WinogradTile, _ geometry: ConvolutionGeometry, _ size: ConvolutionSize, tileRows: Int) {
      rows = (geometry.outputHeight(for: size.height) + tile.vertical.outputs - 1) / tile.vertical.outputs
      columns = (geometry.outputWidth(for: size.width) + tile.horizontal.outputs - 1) / tile.horizontal.outputs
      tiles = size.batch * rows * columns
      let bytes = tile.products * (geometry.inputChannels + geometry.outputChannels) * MemoryLayout<Float>.stride
      let most = min(max(blockBytes / bytes, 4 * tileRows), mostTiles)
      let blocks = max(1, (tiles + most - 1) / most)
      let weightBytes = tile.weights * geometry.inputChannels * geometry.outputChannels * MemoryLayout<Float>.stride
      // The same number of equal blocks for each thread, where there are enough.
      let own = (blocks + size.threads - 1) / size.threads * size.threads
      let equal = max(1, (tiles + own - 1) / own)
      let isOwn = size.threads > 1 && (blocks >= size.threads || weightBytes <= ownWeightBytes)
      if isOwn, (tiles + equal - 1) / equal >= size.threads {
        tilesPerBlock = equal
      } else {
        tilesPerBlock = (max(1, (tiles + blocks - 1) / blocks) + tileRows - 1) / tileRows * tileRows
      }
      count = (tiles + tilesPerBlock - 1) / tilesPerBlock
      inputStride = (Scratch.aligned(tilesPerBlock * geometry.inputChannels) / 16 | 1) * 16
      productStride = (Scratch.aligned(tilesPerBlock * geometry.outputChannels) / 16 | 1) * 16
    }

    /// Blocks that are worked on at once; where there are too few of them, threads share each.
    func workers(_ threads: Int) -> Int { count >= threads ? threads : 1 }
  }

  func scratchCount(_ size: ConvolutionSize) -> Int {
    let blocks = Blocks(tile, geometry, size, tileRows: tileRows)
    return Scratch.count(blocks.workers(size.threads) * tile.products * (blocks.inputStride + blocks.productStride))
  }

  func run(_ call: ConvolutionCall) {
    let size = ConvolutionSize(batch: call.batch, height: call.height, width: call.width, threads: call.threads)
    let blocks = Blocks(tile, geometry, size, tileRows: tileRows)
    var scratch = call.scratch
    let workers = blocks.workers(call.threads)
    let blockCount = tile.products * (blocks.inputStride + blocks.productStride)
    let memory = scratch.take(workers * blockCount)
    ThreadPool.shared.run(tasks: blocks.count, threads: workers) { block, worker in
      let inputs = memory + worker * blockCount
      let products = inputs + tile.products * blocks.inputStride
      let first = block * blocks.tilesPerBlock
      let range = first..<min(first + blocks.tilesPerBlock, blocks.tiles)
      elements.withStarts(
        inputs, tiles: range.count, channels: geometry.inputChannels, stride: blocks.inputStride
      ) { transformInputs(call, blocks, range, into: $0) }
      multiply(blocks, range.count, inputs, into: products, threads: call.threads)
      elements.withStarts(
        products, tiles: range.count, channels: geometry.outputChannels, stride: blocks.productStride
      ) { transformProducts(call, blocks, range, $0) }
    }
  }

  private func forEachTile(
    _ call: ConvolutionCall, _ blocks: Blocks, _ range: Range<Int>,
    _ body: (_ slot: Int, _ position: OutputPixel) -> Void
  ) {
    let tasks = (range.count + Self.tilesPerTask - 1) / Self.tilesPerTask
    ThreadPool.shared.run(tasks: tasks, threads: call.threads) { task in
      let first = task * Self.tilesPerTask
      var position = OutputPixel(range.lowerBound + first, width: blocks.columns, height: blocks.rows)
      for slot in first..<min(first + Self.tilesPerTask, range.count) {
        body(slot, position)
        position.advance()
      }
    }
  }

  private func transformInputs(
    _ call: ConvolutionCall, _ blocks: Blocks, _ range: Range<Int>,
    into inputs: UnsafePointer<UnsafeMutablePointer<Float>>
  ) {
    let (down, across) = (tile.vertical, tile.horizontal)
    forEachTile(call, blocks, range) { slot, position in
      withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: down.inputs &* across.inputs) { window in
        let top = position.y &* down.outputs &* down.stride &- geometry.padTop
        let left = position.x &* across.outputs &* across.stride &- geometry.padLeft
        for y in 0..<down.inputs {
          let isInside = top &+ y >= 0 && top &+ y < call.height
          let row = (position.image &* call.height &+ top &+ y) &* call.width &+ left
          for x in 0..<across.inputs {
            let isPixel = isInside && left &+ x >= 0 && left &+ x < call.width
            window[y &* across.inputs &+ x] = isPixel ? call.input + (row &+ x) &* call.inputStride : zeros
          }
        }
        kernels.winogradInput(
          tile, UnsafePointer(window.baseAddress.unsafelyUnwrapped), geometry.inputChannels, inputs,
          slot &* geometry.inputChannels)
      }
    }
  }

  private func multiply(
    _ blocks: Blocks, _ tiles: Int, _ inputs: UnsafePointer<Float>, into products: UnsafeMutablePointer<Float>,
    threads: Int
  ) {
    ThreadPool.shared.run(tasks: tile.weights, threads: threads) { weight in
      let sharers = elements.sharers[weight]
      var product = Product(
        input: inputs + sharers.first * blocks.inputStride, weights: weights + weight * weightStride,
        output: products + sharers.first * blocks.productStride, tileRows: tileRows,
        epilogue: Epilogue(kind: .none, low: 0, high: 0, bias: zeros, slopes: zeros))
      product.rows = sharers.count * tiles
      product.depth = geometry.inputChannels
      product.columns = geometry.outputChannels
      product.inputStride = geometry.inputChannels
      product.outputStride = geometry.outputChannels
      kernels.run(product)
    }
  }

  private func transformProducts(
    _ call: ConvolutionCall, _ blocks: Blocks, _ range: Range<Int>,
    _ products: UnsafePointer<UnsafeMutablePointer<Float>>
  ) {
    let epilogue = epilogue.epilogue()
    forEachTile(call, blocks, range) { slot, position in
      let (y, x) = (position.y &* tile.vertical.outputs, position.x &* tile.horizontal.outputs)
      let pixel = (position.image &* call.outputHeight &+ y) &* call.outputWidth &+ x
      let target = WinogradOutput(
        output: call.output + pixel &* call.outputStride, pixelStride: call.outputStride,
        rowStride: call.outputWidth &* call.outputStride,
        residual: call.residual.map { $0 + pixel &* call.residualStride }, residualPixelStride: call.residualStride,
        residualRowStride: call.outputWidth &* call.residualStride,
        rows: min(tile.vertical.outputs, call.outputHeight &- y),
        columns: min(tile.horizontal.outputs, call.outputWidth &- x))
      kernels.winogradOutput(
        tile, products, slot &* geometry.outputChannels, geometry.outputChannels, epilogue, target)
    }
  }
}
