import Core

extension ImageView {
  /// The picture at another size.
  ///
  /// Separable: rows first add up to one row of floats, which is then resampled along x.
  /// - Throws: `invalidArgument` for an empty output, `tooLarge` beyond 2^28 pixels or without memory.
  package func resized(width: Int, height: Int, filter: ResampleFilter = .triangle) throws(FacenetError) -> Bitmap {
    guard width > 0, height > 0 else {
      throw FacenetError(.invalidArgument, "a picture cannot be resized to \(width)x\(height) pixels")
    }
    _ = try checkedPixels(width, height, DecodeLimits(maximumPixels: 1 << 28))
    guard format == .rgb8 else {
      let copy = try Bitmap(copying: self)
      return try copy.withView { (view) throws(FacenetError) in
        try view.resized(width: width, height: height, filter: filter)
      }
    }
    let rows = ResampleWeights(source: self.height, target: height, filter: filter)
    let columns = ResampleWeights(source: self.width, target: width, filter: filter)
    let target = try Pixels(width: width, height: height)
    // One float beyond the last pixel, since pixels are loaded four floats at a time.
    let sums = try AlignedBuffer(count: (3 * self.width + 1) * MemoryLayout<Float>.stride)
    for y in 0..<height {
      mixRows(rows, y, into: sums.pointer())
      resampleRow(sums, columns, into: target.row(y))
    }
    return Bitmap(target)
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

private func resampleRow(_ sums: AlignedBuffer, _ columns: ResampleWeights, into target: UnsafeMutablePointer<UInt8>) {
  let source = UnsafeRawPointer(sums.pointer(to: Float.self))
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
      store(sum, target + 3 * x)
    }
  }
}
