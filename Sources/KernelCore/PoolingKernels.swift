// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// Output pixels whose undilated square windows lie inside the image, side by side. Strides are floats.
@frozen public struct PoolingRow {
  /// The first window's first pixel.
  public var input: UnsafePointer<Float>
  public var inputPixelStride: Int
  public var inputRowStride: Int
  /// From one window to the next.
  public var step: Int
  public var output: UnsafeMutablePointer<Float>
  public var outputPixelStride: Int
  public var pixels: Int
  public var channels: Int

  @inlinable public init(
    input: UnsafePointer<Float>, inputPixelStride: Int, inputRowStride: Int, step: Int,
    output: UnsafeMutablePointer<Float>, outputPixelStride: Int, pixels: Int, channels: Int
  ) {
    self.input = input
    self.inputPixelStride = inputPixelStride
    self.inputRowStride = inputRowStride
    self.step = step
    self.output = output
    self.outputPixelStride = outputPixelStride
    self.pixels = pixels
    self.channels = channels
  }
}

/// Output pixels from the pixels under their windows, channel by channel.
public protocol PoolingKernels {
  /// Windows of 2x2 pixels.
  static func maximum2(_ row: PoolingRow)
  /// Windows of 3x3 pixels.
  static func maximum3(_ row: PoolingRow)
  /// One output pixel from `count` pixels, at least one, wherever they lie.
  static func maximum(
    _ pixels: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channels: Int, _ output: UnsafeMutablePointer<Float>)
  /// As `maximum`: the sum times `scale`.
  static func scaledSum(
    _ pixels: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ scale: Float, _ channels: Int,
    _ output: UnsafeMutablePointer<Float>)
}

extension PoolingKernels where Self: InstructionSet {
  @inlinable @inline(__always) public static func maximum2(_ row: PoolingRow) { maximum(row, size: 2) }
  @inlinable @inline(__always) public static func maximum3(_ row: PoolingRow) { maximum(row, size: 3) }

  @inlinable @inline(__always) static func maximum(_ row: PoolingRow, size: Int) {
    for x in 0..<row.pixels {
      let (input, output) = (row.input + x &* row.step, row.output + x &* row.outputPixelStride)
      Vector.forEachRegister(row.channels) { c, part in
        var value = Vector(at: input + c, part)
        for i in 1..<size &* size {
          let offset = (i / size) &* row.inputRowStride &+ (i % size) &* row.inputPixelStride
          value = Vector.larger(value, Vector(at: input + (offset &+ c), part))
        }
        value.store(to: output + c, part)
      }
    }
  }

  @inlinable @inline(__always) public static func maximum(
    _ pixels: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channels: Int, _ output: UnsafeMutablePointer<Float>
  ) {
    Vector.forEachRegister(channels) { c, part in
      var value = Vector(at: pixels[0] + c, part)
      var i = 1
      while i < count {
        value = Vector.larger(value, Vector(at: pixels[i] + c, part))
        i &+= 1
      }
      value.store(to: output + c, part)
    }
  }

  @inlinable @inline(__always) public static func scaledSum(
    _ pixels: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ scale: Float, _ channels: Int,
    _ output: UnsafeMutablePointer<Float>
  ) {
    Vector.forEachRegister(channels) { c, part in
      var value = Vector(at: pixels[0] + c, part)
      var i = 1
      while i < count {
        value = value + Vector(at: pixels[i] + c, part)
        i &+= 1
      }
      (value * Vector(scale)).store(to: output + c, part)
    }
  }
}
