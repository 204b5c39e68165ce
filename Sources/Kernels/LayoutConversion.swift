/// Images between planes of channels (NCHW) and channels last (NHWC).
package enum LayoutConversion {
  /// Reads dense (batch, channels, pixels), writes (batch, pixels, channels) with `outputStride` floats a pixel.
  package static func channelsLast(
    batch: Int, channels: Int, pixels: Int, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
    outputStride: Int
  ) {
    for image in 0..<batch {
      for pixel in 0..<pixels {
        for channel in 0..<channels {
          output[(image * pixels + pixel) * outputStride + channel] =
            input[(image * channels + channel) * pixels + pixel]
        }
      }
    }
  }

  /// Reads (batch, pixels, channels) with `inputStride` floats a pixel, writes dense (batch, channels, pixels).
  package static func planes(
    batch: Int, channels: Int, pixels: Int, input: UnsafePointer<Float>, inputStride: Int,
    output: UnsafeMutablePointer<Float>
  ) {
    for image in 0..<batch {
      for channel in 0..<channels {
        for pixel in 0..<pixels {
          output[(image * channels + channel) * pixels + pixel] =
            input[(image * pixels + pixel) * inputStride + channel]
        }
      }
    }
  }
}
