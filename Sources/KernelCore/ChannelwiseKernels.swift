// Public for the modules of instruction sets alone; the requirements of the protocols carry the documentation.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// Functions of pixels whose constants differ from channel to channel. Strides are floats between pixels.
public protocol ChannelwiseKernels {
  /// output = input scale[channel] + shift[channel]
  static func scaleAndShift(
    _ pixels: Int, _ channels: Int, _ input: UnsafePointer<Float>, _ inputStride: Int, _ scale: UnsafePointer<Float>,
    _ shift: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ outputStride: Int)
  /// output = input where input is not below 0, else input slopes[channel]
  static func prelu(
    _ pixels: Int, _ channels: Int, _ input: UnsafePointer<Float>, _ inputStride: Int, _ slopes: UnsafePointer<Float>,
    _ output: UnsafeMutablePointer<Float>, _ outputStride: Int)
}

extension ChannelwiseKernels where Self: InstructionSet & UnaryKernels {
  @inlinable @inline(__always) public static func scaleAndShift(
    _ pixels: Int, _ channels: Int, _ input: UnsafePointer<Float>, _ inputStride: Int, _ scale: UnsafePointer<Float>,
    _ shift: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ outputStride: Int
  ) {
    for pixel in 0..<pixels {
      let from = input + pixel &* inputStride
      let to = output + pixel &* outputStride
      Vector.forEachRegister(channels) { c, part in
        multiplyAdd(Vector(at: from + c, part), Vector(at: scale + c, part), Vector(at: shift + c, part))
          .store(to: to + c, part)
      }
    }
  }

  @inlinable @inline(__always) public static func prelu(
    _ pixels: Int, _ channels: Int, _ input: UnsafePointer<Float>, _ inputStride: Int, _ slopes: UnsafePointer<Float>,
    _ output: UnsafeMutablePointer<Float>, _ outputStride: Int
  ) {
    for pixel in 0..<pixels {
      let from = input + pixel &* inputStride
      let to = output + pixel &* outputStride
      Vector.forEachRegister(channels) { c, part in
        leaky(Vector(at: from + c, part), Vector(at: slopes + c, part)).store(to: to + c, part)
      }
    }
  }
}
