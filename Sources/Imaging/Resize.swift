import Core

extension ImageView {
  /// The picture at another size, rounded to bytes.
  /// - Throws: `invalidArgument` for an empty output, `tooLarge` beyond 2^28 pixels or without memory.
  package func resized(width: Int, height: Int, filter: ResampleFilter = .triangle) throws(FacenetError) -> Bitmap {
    try checkResizing(width, height)
    let target = try Pixels(width: width, height: height)
    try resample(width, height, filter) { y, sums, columns in
      let line = target.row(y)
      resampleRow(sums, columns) { x, colour in store(colour, line + 3 * x) }
    }
    return Bitmap(target)
  }

  /// Writes the picture at another size to `target` as `3 * width * height` floats of 0 to 255, red, green and blue of
  /// each pixel: the filter's sums, not rounded.
  /// - Throws: as ``resized(width:height:filter:)``.
  package func writeResized(
    width: Int, height: Int, filter: ResampleFilter = .triangle, to target: UnsafeMutablePointer<Float>
  ) throws(FacenetError) {
    try checkResizing(width, height)
    try resample(width, height, filter) { y, sums, columns in
      let line = target + 3 * width * y
      resampleRow(sums, columns) { x, colour in
        for channel in 0..<3 { line[3 * x + channel] = colour[channel] }
      }
    }
  }

  private func checkResizing(_ width: Int, _ height: Int) throws(FacenetError) {
    guard width > 0, height > 0 else {
      throw FacenetError(.invalidArgument, "a picture cannot be resized to \(width)x\(height) pixels")
    }
    _ = try checkedPixels(width, height, DecodeLimits(maximumPixels: 1 << 28))
  }

  /// Calls `finish` with every output row: its place, the row at the source's width, and how to resample it along x.
  ///
  /// Separable: source rows first add up to one row of floats.
  private func resample(
    _ width: Int, _ height: Int, _ filter: ResampleFilter,
    finish: (Int, UnsafePointer<Float>, ResampleWeights) -> Void
  ) throws(FacenetError) {
    guard format == .rgb8 else {
      let copy = try Bitmap(copying: self)
      return try copy.withView { (view) throws(FacenetError) in
        try view.resample(width, height, filter, finish: finish)
      }
    }
    let rows = ResampleWeights(source: self.height, target: height, filter: filter)
    let columns = ResampleWeights(source: self.width, target: width, filter: filter)
    // One float beyond the last pixel, since pixels are loaded four floats at a time.
    let sums = try AlignedBuffer(count: (3 * self.width + 1) * MemoryLayout<Float>.stride)
    defer { withExtendedLifetime(sums) {} }
    for y in 0..<height {
      mixRows(rows, y, into: sums.pointer())
      finish(y, UnsafePointer(sums.pointer(to: Float.self)), columns)
    }
  }

  /// Output row `y` at the source's width: `3 * width` sums.
  private func mixRows(_ rows: ResampleWeights, _ y: Int, into sums: UnsafeMutablePointer<Float>) {
    let window = rows.windows[y]
    for tap in 0..<window.count {
      let weight = rows.weights[window.start + tap]
      let source = row(window.first + tap)
      if tap == 0 {
        for index in 0..<3 * width { sums[index] = Float(source[index]) * weight }
      } else {
        for index in 0..<3 * width { sums[index] += Float(source[index]) * weight }
      }
    }
  }
}

/// Calls `store` with every pixel of an output row: its place, then red, green, blue and one number without meaning.
@inline(__always)
private func resampleRow(
  _ sums: UnsafePointer<Float>, _ columns: ResampleWeights, store: (Int, SIMD4<Float>) -> Void
) {
  let source = UnsafeRawPointer(sums)
  columns.withWindows { windows, weights in
    for x in 0..<windows.count {
      let window = windows[x]
      var sum = SIMD4<Float>.zero
      var pixel = source + 12 * window.first
      var weight = weights + window.start
      for _ in 0..<window.count {
        sum += pixel.loadUnaligned(as: SIMD4<Float>.self) * weight.pointee
        pixel += 12
        weight += 1
      }
      store(x, sum)
    }
  }
}
