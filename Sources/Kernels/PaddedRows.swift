/// Rows of an image copied with their pads stored, pixels dense, so that a row of a kernel reads one run of floats: what
/// the first layer of a network wants, whose three channels would make nine runs of three.
struct PaddedRows {
  private let geometry: ConvolutionGeometry
  private let call: ConvolutionCall
  /// Floats of a row.
  let stride: Int

  init(_ geometry: ConvolutionGeometry, _ call: ConvolutionCall) {
    self.geometry = geometry
    self.call = call
    stride = Self.stride(geometry, width: call.width)
  }

  static func stride(_ geometry: ConvolutionGeometry, width: Int) -> Int {
    (width + geometry.padLeft + geometry.padRight) * geometry.inputChannels
  }

  /// Copies these rows of an image, which may lie outside it, where all is zero.
  func copy(image: Int, rows: Range<Int>, to target: UnsafeMutablePointer<Float>) {
    let channels = geometry.inputChannels
    for y in rows {
      let row = target + (y - rows.lowerBound) * stride
      guard y >= 0, y < call.height else {
        row.update(repeating: 0, count: stride)
        continue
      }
      row.update(repeating: 0, count: geometry.padLeft * channels)
      let pixels = row + geometry.padLeft * channels
      if call.isPlanar { copyPlanes(image, y, pixels) } else { copyPixels(image, y, pixels) }
      (pixels + call.width * channels).update(repeating: 0, count: geometry.padRight * channels)
    }
  }

  private func copyPlanes(_ image: Int, _ y: Int, _ target: UnsafeMutablePointer<Float>) {
    let (channels, plane) = (geometry.inputChannels, call.height * call.width)
    let source = call.input + (image * channels * plane + y * call.width)
    if channels == 3 {
      // In one loop, which the compiler makes whole registers of.
      let (red, green, blue) = (source, source + plane, source + 2 * plane)
      for x in 0..<call.width {
        target[3 &* x] = red[x]
        target[3 &* x &+ 1] = green[x]
        target[3 &* x &+ 2] = blue[x]
      }
      return
    }
    for channel in 0..<channels {
      let (from, to) = (source + channel * plane, target + channel)
      for x in 0..<call.width { to[x &* channels] = from[x] }
    }
  }

  private func copyPixels(_ image: Int, _ y: Int, _ target: UnsafeMutablePointer<Float>) {
    let channels = geometry.inputChannels
    let source = call.input + (image * call.height + y) * call.width * call.inputStride
    if call.inputStride == channels { return target.update(from: source, count: call.width * channels) }
    for x in 0..<call.width {
      for channel in 0..<channels { target[x &* channels &+ channel] = source[x &* call.inputStride &+ channel] }
    }
  }
}
