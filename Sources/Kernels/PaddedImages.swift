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
    if height == call.height, width == call.width, call.inputStride == channels {
      pixels = call.input
      return
    }
    pixels = UnsafePointer(memory)
    var target = memory
    func clear(_ count: Int) {
      target.update(repeating: 0, count: count * channels)
      target += count * channels
    }
    for image in 0..<call.batch {
      clear(geometry.padTop * width)
      for y in 0..<call.height {
        clear(geometry.padLeft)
        let source = call.input + (image * call.height + y) * call.width * call.inputStride
        if call.inputStride == channels {
          target.update(from: source, count: call.width * channels)
          target += call.width * channels
        } else {
          for x in 0..<call.width {
            for channel in 0..<channels { target[channel] = source[x &* call.inputStride &+ channel] }
            target += channels
          }
        }
        clear(geometry.padRight)
      }
      clear(geometry.padBottom * width)
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
