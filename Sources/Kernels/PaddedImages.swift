import Core
import KernelCore

/// Images copied with their pads stored, pixels dense, so that a row of a kernel reads one run of floats: what the first
/// layer of a network wants, whose three channels would make nine runs of three.
struct PaddedImages {
  private let geometry: ConvolutionGeometry
  private let outputHeight: Int
  private let outputWidth: Int
  private let height: Int
  private let width: Int
  private let pixels: UnsafePointer<Float>

  static func count(_ geometry: ConvolutionGeometry, _ size: ConvolutionSize) -> Int {
    size.batch * (size.height + geometry.padTop + geometry.padBottom)
      * (size.width + geometry.padLeft + geometry.padRight) * geometry.inputChannels
  }

  /// Copies unless the images are already so stored.
  init(_ geometry: ConvolutionGeometry, _ call: ConvolutionCall, _ memory: UnsafeMutablePointer<Float>) {
    self.geometry = geometry
    outputHeight = call.outputHeight
    outputWidth = call.outputWidth
    height = call.height + geometry.padTop + geometry.padBottom
    width = call.width + geometry.padLeft + geometry.padRight
    let channels = geometry.inputChannels
    if height == call.height, width == call.width, call.inputStride == channels, !call.isPlanar {
      pixels = call.input
      return
    }
    pixels = UnsafePointer(memory)
    let rows = call.batch * height
    let tasks = call.threads > 1 ? min(rows, call.threads * 4) : 1
    let (geometry, rowCount, rowWidth) = (geometry, height, width)
    ThreadPool.shared.run(tasks: tasks, threads: call.threads) { task in
      for row in rows * task / tasks..<rows * (task + 1) / tasks {
        let target = memory + row * rowWidth * channels
        let y = row % rowCount - geometry.padTop
        if y < 0 || y >= call.height {
          target.update(repeating: 0, count: rowWidth * channels)
        } else {
          target.update(repeating: 0, count: geometry.padLeft * channels)
          Self.copyRow(call, image: row / rowCount, y: y, channels, to: target + geometry.padLeft * channels)
          (target + (geometry.padLeft + call.width) * channels)
            .update(repeating: 0, count: geometry.padRight * channels)
        }
      }
    }
  }

  private static func copyRow(
    _ call: ConvolutionCall, image: Int, y: Int, _ channels: Int, to target: UnsafeMutablePointer<Float>
  ) {
    if call.isPlanar {
      let plane = call.height * call.width
      let source = call.input + image * channels * plane + y * call.width
      for channel in 0..<channels {
        let (from, to) = (source + channel * plane, target + channel)
        for x in 0..<call.width { to[x &* channels] = from[x] }
      }
      return
    }
    let source = call.input + (image * call.height + y) * call.width * call.inputStride
    if call.inputStride == channels { return target.update(from: source, count: call.width * channels) }
    for x in 0..<call.width {
      for channel in 0..<channels { target[x &* channels &+ channel] = source[x &* call.inputStride &+ channel] }
    }
  }

  /// Writes (tile, kernel row, height) pointers for these output pixels, counted through the whole batch.
  func fill(_ table: UnsafeMutablePointer<UnsafePointer<Float>>, rows: Range<Int>, height tileHeight: Int) {
    let tiles = TileRows(rows.count, upTo: tileHeight)
    let channels = geometry.inputChannels
    let rowStep = geometry.dilationHeight * width * channels
    var pixel = OutputPixel(rows.lowerBound, width: outputWidth, height: outputHeight)
    for tile in 0..<tiles.tiles {
      let entry = table + tile &* geometry.kernelHeight &* tileHeight
      for slot in 0..<tiles.height(tile) {
        let y = pixel.image &* height &+ pixel.y &* geometry.strideHeight
        var start = pixels + (y &* width &+ pixel.x &* geometry.strideWidth) &* channels
        for ky in 0..<geometry.kernelHeight {
          entry[ky &* tileHeight &+ slot] = start
          start += rowStep
        }
        pixel.advance()
      }
    }
  }
}
