// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// One output pixel from the pixels under its window, `count` of them, at least one, channel by channel.
public protocol PoolingKernels {
  static func maximum(
    _ pixels: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channels: Int, _ output: UnsafeMutablePointer<Float>)
  /// The sum times `scale`.
  static func scaledSum(
    _ pixels: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ scale: Float, _ channels: Int,
    _ output: UnsafeMutablePointer<Float>)
}

extension PoolingKernels where Self: InstructionSet {
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
