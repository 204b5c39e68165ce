import KernelCore

/// Where each output pixel finds the input under each position of the kernel.
struct PointerTable {
  private let geometry: ConvolutionGeometry
  private let call: ConvolutionCall
  private let zeros: UnsafePointer<Float>

  /// - Parameter zeros: a pixel for positions outside the image.
  init(_ geometry: ConvolutionGeometry, _ call: ConvolutionCall, _ zeros: UnsafePointer<Float>) {
    self.geometry = geometry
    self.call = call
    self.zeros = zeros
  }

  /// Writes (tile, tap, height) pointers for these output pixels, counted through the whole batch.
  func fill(_ table: UnsafeMutablePointer<UnsafePointer<Float>>, rows: Range<Int>, height: Int) {
    let tiles = TileRows(rows.count, upTo: height)
    let taps = geometry.taps
    var pixel = OutputPixel(rows.lowerBound, width: call.outputWidth, height: call.outputHeight)
    for tile in 0..<tiles.tiles {
      let entry = table + tile &* taps &* height
      for slot in 0..<tiles.height(tile) {
        fill(entry + slot, height, pixel)
        pixel.advance()
      }
    }
  }

  private func fill(_ entry: UnsafeMutablePointer<UnsafePointer<Float>>, _ step: Int, _ pixel: OutputPixel) {
    let top = pixel.y &* geometry.strideHeight &- geometry.padTop
    let left = pixel.x &* geometry.strideWidth &- geometry.padLeft
    let columnStep = geometry.dilationWidth &* call.inputStride
    var entry = entry
    for ky in 0..<geometry.kernelHeight {
      let y = top &+ ky &* geometry.dilationHeight
      let isInside = y >= 0 && y < call.height
      let row = (pixel.image &* call.height &+ y) &* call.width
      var offset = (row &+ left) &* call.inputStride
      var x = left
      for _ in 0..<geometry.kernelWidth {
        entry.pointee = isInside && x >= 0 && x < call.width ? call.input + offset : zeros
        entry += step
        offset &+= columnStep
        x &+= geometry.dilationWidth
      }
    }
  }
}

/// A position in a batch of output images, moved pixel by pixel.
struct OutputPixel {
  private(set) var image: Int
  private(set) var y: Int
  private(set) var x: Int
  private let width: Int
  private let height: Int

  init(_ index: Int, width: Int, height: Int) {
    self.width = width
    self.height = height
    x = index % width
    y = index / width % height
    image = index / width / height
  }

  mutating func advance() {
    x &+= 1
    if x < width { return }
    x = 0
    y &+= 1
    if y < height { return }
    y = 0
    image &+= 1
  }
}
