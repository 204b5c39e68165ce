import Core
import KernelCore

/// A 3x3 convolution with stride 1 as products of transformed tiles: a block of input tiles is transformed, each element
/// of the transforms multiplied as a matrix (tiles, inputs) (inputs, outputs), and the products transformed back.
///
/// Immutable: any thread.
final class WinogradConvolution: ConvolutionImplementation {
  private static let mostTiles = 384
  /// Bytes of transformed inputs and products that a block may take up: half of a second-level cache.
  private static let blockBytes = 512 << 10
  private static let tilesPerTask = 4

  private let tile: WinogradTile
  private let geometry: ConvolutionGeometry
  private let kernels: any KernelTable.Type
  private let epilogue: PackedEpilogue
  /// Panels of each element, then zeros: a pixel, and the bias of the products.
  private let memory: AlignedBuffer
  private let elementWeights: Int

  static func weightCount(_ tile: WinogradTile, _ geometry: ConvolutionGeometry, _ kernels: any KernelTable.Type) -> Int
  {
    let (inputs, outputs, width) = (geometry.inputChannels, geometry.outputChannels, kernels.registerWidth)
    return tile.elements * PackedPanels.count(depth: inputs, columns: outputs, width: width)
      + max(inputs, PackedPanels.paddedColumns(outputs, width: width))
  }

  init(_ tile: WinogradTile, _ parts: ConvolutionParts) throws(FacenetError) {
    self.tile = tile
    geometry = parts.geometry
    kernels = parts.kernels
    epilogue = try parts.epilogue(groups: 1)
    let (inputs, outputs, width) = (geometry.inputChannels, geometry.outputChannels, kernels.registerWidth)
    elementWeights = PackedPanels.count(depth: inputs, columns: outputs, width: width)
    let count = Self.weightCount(tile, geometry, kernels)
    memory = try AlignedBuffer(count: count * MemoryLayout<Float>.stride, isFilled: true)
    let panels = memory.pointer(to: Float.self)
    let panelCount = tile.elements * elementWeights
    (panels + panelCount).update(repeating: 0, count: count - panelCount)
    pack(parts.weights.baseAddress.unsafelyUnwrapped, into: panels)
  }

  /// Transforms the filters of each input channel and panel of output channels where they are to lie.
  private func pack(_ weights: UnsafePointer<Float>, into panels: UnsafeMutablePointer<Float>) {
    let inputs = geometry.inputChannels
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 9 * 2 * kernels.registerWidth) { filters in
      let filters = filters.baseAddress.unsafelyUnwrapped
      PackedPanels.forEach(columns: geometry.outputChannels, width: kernels.registerWidth) { columns, width in
        filters.update(repeating: 0, count: 9 * width)
        for input in 0..<inputs {
          for (slot, output) in columns.enumerated() {
            let source = weights + (output &* inputs &+ input) &* 9
            for position in 0..<9 { filters[position &* width &+ slot] = source[position] }
          }
          kernels.winogradWeights(
            tile, filters, width, panels + (columns.lowerBound &* inputs &+ input &* width), elementWeights)
        }
      }
    }
  }

  var label: String { "\(ConvolutionAlgorithm.winograd(tile))" }
  private var tileRows: Int { kernels.tileRows(columns: geometry.outputChannels) }
  private var weights: UnsafePointer<Float> { UnsafePointer(memory.pointer(to: Float.self)) }
  private var zeros: UnsafePointer<Float> { weights + tile.elements * elementWeights }

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
      rows = (geometry.outputHeight(for: size.height) + tile.side - 1) / tile.side
      columns = (geometry.outputWidth(for: size.width) + tile.side - 1) / tile.side
      tiles = size.batch * rows * columns
      let bytes = tile.elements * (geometry.inputChannels + geometry.outputChannels) * MemoryLayout<Float>.stride
      let most = min(max(blockBytes / bytes, 4 * tileRows), mostTiles)
      let blocks = max(1, (tiles + most - 1) / most)
      tilesPerBlock = ((tiles + blocks - 1) / blocks + tileRows - 1) / tileRows * tileRows
      count = (tiles + tilesPerBlock - 1) / tilesPerBlock
      inputStride = (Scratch.aligned(tilesPerBlock * geometry.inputChannels) / 16 | 1) * 16
      productStride = (Scratch.aligned(tilesPerBlock * geometry.outputChannels) / 16 | 1) * 16
    }

    /// Blocks that are worked on at once; where there are too few of them, threads share each.
    func workers(_ threads: Int) -> Int { count >= 2 * threads ? threads : 1 }
  }

  func scratchCount(_ size: ConvolutionSize) -> Int {
    let blocks = Blocks(tile, geometry, size, tileRows: tileRows)
    return Scratch.count(blocks.workers(size.threads) * tile.elements * (blocks.inputStride + blocks.productStride))
  }

  func run(_ call: ConvolutionCall) {
    let size = ConvolutionSize(batch: call.batch, height: call.height, width: call.width, threads: call.threads)
    let blocks = Blocks(tile, geometry, size, tileRows: tileRows)
    var scratch = call.scratch
    let workers = blocks.workers(call.threads)
    let blockCount = tile.elements * (blocks.inputStride + blocks.productStride)
    let memory = scratch.take(workers * blockCount)
    ThreadPool.shared.run(tasks: blocks.count, threads: workers) { block, worker in
      let inputs = memory + worker * blockCount
      let products = inputs + tile.elements * blocks.inputStride
      let first = block * blocks.tilesPerBlock
      let range = first..<min(first + blocks.tilesPerBlock, blocks.tiles)
      transformInputs(call, blocks, range, into: inputs)
      multiply(blocks, range.count, inputs, into: products, threads: call.threads)
      transformProducts(call, blocks, range, products)
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
    _ call: ConvolutionCall, _ blocks: Blocks, _ range: Range<Int>, into inputs: UnsafeMutablePointer<Float>
  ) {
    let side = tile.inputSide
    forEachTile(call, blocks, range) { slot, position in
      withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: tile.elements) { window in
        let top = position.y &* tile.side &- geometry.padTop
        let left = position.x &* tile.side &- geometry.padLeft
        for y in 0..<side {
          let isInside = top &+ y >= 0 && top &+ y < call.height
          let row = (position.image &* call.height &+ top &+ y) &* call.width &+ left
          for x in 0..<side {
            let isPixel = isInside && left &+ x >= 0 && left &+ x < call.width
            window[y &* side &+ x] = isPixel ? call.input + (row &+ x) &* call.inputStride : zeros
          }
        }
        kernels.winogradInput(
          tile, UnsafePointer(window.baseAddress.unsafelyUnwrapped), geometry.inputChannels,
          inputs + slot &* geometry.inputChannels, blocks.inputStride)
      }
    }
  }

  private func multiply(
    _ blocks: Blocks, _ tiles: Int, _ inputs: UnsafePointer<Float>, into products: UnsafeMutablePointer<Float>,
    threads: Int
  ) {
    ThreadPool.shared.run(tasks: tile.elements, threads: threads) { element in
      var product = Product(
        input: inputs + element * blocks.inputStride, weights: weights + element * elementWeights,
        output: products + element * blocks.productStride, tileRows: tileRows,
        epilogue: Epilogue(kind: .none, low: 0, high: 0, bias: zeros, slopes: zeros))
      product.rows = tiles
      product.depth = geometry.inputChannels
      product.columns = geometry.outputChannels
      product.inputStride = geometry.inputChannels
      product.outputStride = geometry.outputChannels
      kernels.run(product)
    }
  }

  private func transformProducts(
    _ call: ConvolutionCall, _ blocks: Blocks, _ range: Range<Int>, _ products: UnsafePointer<Float>
  ) {
    let epilogue = epilogue.epilogue()
    forEachTile(call, blocks, range) { slot, position in
      let (y, x) = (position.y &* tile.side, position.x &* tile.side)
      let pixel = (position.image &* call.outputHeight &+ y) &* call.outputWidth &+ x
      let target = WinogradOutput(
        output: call.output + pixel &* call.outputStride, pixelStride: call.outputStride,
        rowStride: call.outputWidth &* call.outputStride,
        residual: call.residual.map { $0 + pixel &* call.residualStride }, residualPixelStride: call.residualStride,
        residualRowStride: call.outputWidth &* call.residualStride, rows: min(tile.side, call.outputHeight &- y),
        columns: min(tile.side, call.outputWidth &- x))
      kernels.winogradOutput(
        tile, products + slot &* geometry.outputChannels, blocks.productStride, geometry.outputChannels, epilogue,
        target)
    }
  }
}
