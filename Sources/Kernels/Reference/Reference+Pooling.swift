extension Reference {
  /// See ``Pooling/run``.
  package static func pooling(
    _ pooling: Pooling, batch: Int, height: Int, width: Int, channels: Int, outputHeight: Int, outputWidth: Int,
    input: UnsafePointer<Float>, inputStride: Int, output: UnsafeMutablePointer<Float>, outputStride: Int
  ) {
    for image in 0..<batch {
      for y in 0..<outputHeight {
        for x in 0..<outputWidth {
          let top = y * pooling.strideHeight - pooling.padTop
          let left = x * pooling.strideWidth - pooling.padLeft
          for channel in 0..<channels {
            var maximum = -Float.greatestFiniteMagnitude
            var sum = 0.0
            var inside = 0
            for ky in 0..<pooling.kernelHeight {
              for kx in 0..<pooling.kernelWidth {
                let row = top + ky * pooling.dilationHeight
                let column = left + kx * pooling.dilationWidth
                guard row >= 0, row < height, column >= 0, column < width else { continue }
                let value = input[((image * height + row) * width + column) * inputStride + channel]
                if inside == 0 || value > maximum { maximum = value }
                sum += Double(value)
                inside += 1
              }
            }
            let divisor = pooling.divisor(top: top, left: left, height: height, width: width, inside: inside)
            let pixel = (image * outputHeight + y) * outputWidth + x
            output[pixel * outputStride + channel] =
              pooling.kind == .maximum ? maximum : Float(sum / Double(divisor))
          }
        }
      }
    }
  }

  /// See ``GlobalPooling/run``.
  package static func globalPooling(
    _ pooling: GlobalPooling, batch: Int, pixels: Int, channels: Int, input: UnsafePointer<Float>, inputStride: Int,
    output: UnsafeMutablePointer<Float>
  ) {
    for image in 0..<batch {
      for channel in 0..<channels {
        let values = (0..<pixels).map { input[(image * pixels + $0) * inputStride + channel] }
        output[image * channels + channel] =
          switch pooling {
          case .maximum: values.max() ?? -Float.greatestFiniteMagnitude
          case .average: Float(values.reduce(0.0) { $0 + Double($1) } / Double(max(pixels, 1)))
          }
      }
    }
  }
}
