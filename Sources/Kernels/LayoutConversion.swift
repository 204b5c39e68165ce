/// Images from channels last (NHWC) to planes of channels (NCHW).
package enum LayoutConversion {
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
