import Core

extension ImageView {
  /// The picture seen through `transform`, `width` x `height` pixels, black where the picture does not reach.
  ///
  /// Each output pixel is the mean of k x k bilinear samples, k = ceil(source pixels per output pixel) and at most 32,
  /// so that shrinking does not alias. Coordinates as in ``Point``: output (u, v) shows source `transform⁻¹(u, v)`.
  /// Samples are taken only where the picture is near, so the time is bounded by the pixels of both pictures.
  /// - Throws: `invalidArgument` for an empty output or a transform that cannot be undone, `tooLarge` beyond 2^28 pixels.
  package func warped(by transform: SimilarityTransform, width: Int, height: Int) throws(FacenetError) -> Bitmap {
    guard width > 0, height > 0 else {
      throw FacenetError(.invalidArgument, "a warp to \(width)x\(height) pixels is empty")
    }
    _ = try checkedPixels(width, height, DecodeLimits(maximumPixels: 1 << 28))
    let back = try transform.inverse()
    let grid = Int(min(max((back.scale - 1e-6).rounded(.up), 1), 32))
    let target = try Pixels(width: width, height: height)
    let sampler = BilinearSampler(self)
    let step = 1 / Double(grid)
    let weight = SIMD4<Float>(repeating: 1 / Float(grid * grid))
    // From an output pixel's centre to its furthest sample and the pixels that one is mixed from.
    let reach = 0.75 * back.scale + 1
    for v in 0..<height {
      let row = target.row(v)
      for u in 0..<width where sampler.isNear(back.apply(Double(u) + 0.5, Double(v) + 0.5), within: reach) {
        var sum = SIMD4<Float>.zero
        for j in 0..<grid {
          for i in 0..<grid {
            let (x, y) = back.apply(
              Double(u) + (Double(i) + 0.5) * step, Double(v) + (Double(j) + 0.5) * step)
            sum += sampler.sample(x, y)
          }
        }
        let mean = sum * weight
        store(SIMD4(mean[sampler.red], mean[sampler.green], mean[sampler.blue], 0), row + 3 * u)
      }
    }
    return Bitmap(target)
  }
}

/// Rounds red, green and blue to bytes; each must lie within -0.5 ... 255.5.
@inline(__always)
func store(_ colour: SIMD4<Float>, _ target: UnsafeMutablePointer<UInt8>) {
  // At 2^23 a float has no fraction left, so the sum is rounded and its low byte is the number: no conversion that traps.
  let rounded = colour + SIMD4(repeating: 8_388_608)
  target[0] = UInt8(truncatingIfNeeded: rounded[0].bitPattern)
  target[1] = UInt8(truncatingIfNeeded: rounded[1].bitPattern)
  target[2] = UInt8(truncatingIfNeeded: rounded[2].bitPattern)
}

/// Reads a picture between its pixels; beyond its edge lies black.
private struct BilinearSampler {
  let view: ImageView
  let red: Int
  let green: Int
  let blue: Int
  let step: Int
  let right: Double
  let bottom: Double

  init(_ view: ImageView) {
    self.view = view
    (red, green, blue) = view.format.offsets
    step = view.format.bytesPerPixel
    right = Double(view.width)
    bottom = Double(view.height)
  }

  /// Whether the picture lies within `reach` of a place.
  @inline(__always)
  func isNear(_ place: (x: Double, y: Double), within reach: Double) -> Bool {
    place.x > -reach && place.y > -reach && place.x < right + reach && place.y < bottom + reach
  }

  /// The pixel's bytes, in their order, at (x, y); pixel (0, 0) has its centre at (0.5, 0.5).
  @inline(__always)
  func sample(_ x: Double, _ y: Double) -> SIMD4<Float> {
    let (x, y) = (x - 0.5, y - 0.5)
    guard x > -1, y > -1, x < right, y < bottom else { return .zero }
    // Both are above -1, where cutting off the fraction of one more rounds down.
    let (column, row) = (Int(x + 1) - 1, Int(y + 1) - 1)
    let (fx, fy) = (Float(x - Double(column)), Float(y - Double(row)))
    let (upper, lower): (SIMD4<Float>, SIMD4<Float>)
    if step >= 3, column >= 0, row >= 0, column + 2 < view.width, row + 1 < view.height {
      let source = view.pixels + (row * view.stride + column * step)
      upper = fourBytes(source) * (1 - fx) + fourBytes(source + step) * fx
      lower = fourBytes(source + view.stride) * (1 - fx) + fourBytes(source + view.stride + step) * fx
    } else {
      upper = pixel(column, row) * (1 - fx) + pixel(column + 1, row) * fx
      lower = pixel(column, row + 1) * (1 - fx) + pixel(column + 1, row + 1) * fx
    }
    return upper * (1 - fy) + lower * fy
  }

  /// A pixel's bytes in their order; zero beyond the edge.
  private func pixel(_ column: Int, _ row: Int) -> SIMD4<Float> {
    guard column >= 0, row >= 0, column < view.width, row < view.height else { return .zero }
    let source = view.pixels + (row * view.stride + column * step)
    return step == 1
      ? SIMD4(Float(source[0]), 0, 0, 0) : SIMD4(Float(source[0]), Float(source[1]), Float(source[2]), 0)
  }

  /// A pixel's three bytes and the one behind them, in one load.
  @inline(__always)
  private func fourBytes(_ source: UnsafePointer<UInt8>) -> SIMD4<Float> {
    SIMD4<Float>(UnsafeRawPointer(source).loadUnaligned(as: SIMD4<UInt8>.self))
  }
}
