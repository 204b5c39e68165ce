import Core
import Glibc
import Testing

@testable import Imaging

@Suite struct WarpTests {
  /// Angle in radians, output pixels per source pixel, shift; some look beyond the picture's edge.
  @Test(
    arguments: [
      (0, 1, 0, 0), (0, 1, 0.5, 0.25), (0.4, 0.9, 3, -2), (2.5, 2.3, 40, 30), (-1.1, 0.45, 5, 20), (0.2, 0.21, 2, 3),
      (0, 1, -1000, 0), (3.0, 0.04, 8, 8), (0, 0.02, 9, 7),
    ] as [(Double, Double, Double, Double)])
  func followsTheOracle(_ motion: (angle: Double, scale: Double, tx: Double, ty: Double)) throws {
    let picture = try noisePicture(37, 29)
    let transform = SimilarityTransform(
      a: motion.scale * cos(motion.angle), b: motion.scale * sin(motion.angle), tx: motion.tx, ty: motion.ty)
    let warped = try picture.withView { try $0.warped(by: transform, width: 23, height: 17) }
    for v in 0..<17 {
      for u in 0..<23 {
        let expected = oracle(picture, transform, u, v)
        for channel in 0..<3 { #expect(abs(Double(warped.pixel(u, v)[channel]) - expected[channel]) <= 0.51) }
      }
    }
  }

  @Test func copiesWithTheIdentity() throws {
    let picture = try noisePicture(31, 18)
    let identity = SimilarityTransform(a: 1, b: 0, tx: 0, ty: 0)
    #expect(try picture.withView { try $0.warped(by: identity, width: 31, height: 18) }.bytes == picture.bytes)
  }

  @Test func isBlackBeyondTheEdge() throws {
    let white = try Bitmap(width: 10, height: 10, rgb: [UInt8](repeating: 255, count: 300))
    let moved = try white.withView {
      try $0.warped(by: SimilarityTransform(a: 1, b: 0, tx: 4, ty: 3), width: 20, height: 20)
    }
    for y in 0..<20 {
      for x in 0..<20 {
        let isInside = (4..<14).contains(x) && (3..<13).contains(y)
        #expect(moved.pixel(x, y) == [Int](repeating: isInside ? 255 : 0, count: 3))
      }
    }
  }

  /// A disc drawn at each landmark must come out at the template's places.
  @Test func bringsLandmarksToTheTemplate() throws {
    let landmarks = [Point(310, 205), Point(430, 240), Point(350, 300), Point(285, 330), Point(380, 360)]
    let template = SimilarityTransformTests.face
    let colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [0, 255, 255]]
    let canvas = try Canvas(Bitmap(width: 600, height: 500, rgb: [UInt8](repeating: 0, count: 900_000)))
    for (point, colour) in zip(landmarks, colours) {
      canvas.disc(
        centre: point, radius: 12, Colour(red: UInt8(colour[0]), green: UInt8(colour[1]), blue: UInt8(colour[2])))
    }
    let transform = try SimilarityTransform(from: landmarks, to: template)
    let crop = try canvas.bitmap().withView { try $0.warped(by: transform, width: 112, height: 112) }
    for (point, colour) in zip(landmarks, colours) {
      let place = transform.apply(point)
      #expect(crop.pixel(Int(place.x), Int(place.y)) == colour)
    }
  }

  @Test(arguments: PixelFormat.allCases) func warpsEveryFormat(format: PixelFormat) throws {
    let (bytes, rgb) = try formatted(format, width: 19, height: 14, padding: 3)
    let transform = SimilarityTransform(a: 0.6, b: 0.3, tx: 2, ty: -1)
    let warped = try bytes.withUnsafeBufferPointer { buffer in
      let view = try ImageView(
        pixels: #require(buffer.baseAddress), width: 19, height: 14, stride: 19 * format.bytesPerPixel + 3,
        format: format)
      return try view.warped(by: transform, width: 12, height: 13)
    }
    #expect(try warped.bytes == rgb.withView { try $0.warped(by: transform, width: 12, height: 13) }.bytes)
  }

  @Test(arguments: [1e-300, 1e-9, 1e9, 1e300]) func survivesExtremeScales(scale: Double) throws {
    let picture = try noisePicture(9, 9)
    for shift in [0, 1e300, -1e300] {
      let transform = SimilarityTransform(a: scale, b: 0, tx: shift, ty: 5)
      _ = try? picture.withView { try $0.warped(by: transform, width: 8, height: 8) }
    }
  }

  @Test(arguments: [(0, 4), (4, -1), (1 << 15, 1 << 15), (Int.max, Int.max)])
  func refusesSizes(_ size: (width: Int, height: Int)) throws {
    let picture = try noisePicture(3, 3)
    let identity = SimilarityTransform(a: 1, b: 0, tx: 0, ty: 0)
    #expect(throws: FacenetError.self) {
      try picture.withView { try $0.warped(by: identity, width: size.width, height: size.height) }
    }
  }
}

/// The mean of k x k bilinear samples in double precision, each a sum over all pixels by their distance.
private func oracle(_ picture: Bitmap, _ transform: SimilarityTransform, _ u: Int, _ v: Int) -> [Double] {
  let (a, b) = (transform.a, transform.b)
  let square = a * a + b * b
  let grid = min(max(Int((1 / square.squareRoot() - 1e-6).rounded(.up)), 1), 32)
  var sum = [0.0, 0, 0]
  for j in 0..<grid {
    for i in 0..<grid {
      let right = Double(u) + (Double(i) + 0.5) / Double(grid) - transform.tx
      let down = Double(v) + (Double(j) + 0.5) / Double(grid) - transform.ty
      let (x, y) = ((a * right + b * down) / square, (a * down - b * right) / square)
      for row in near(y, picture.height) {
        let vertical = 1 - abs(Double(row) + 0.5 - y)
        for column in near(x, picture.width) {
          let weight = vertical * (1 - abs(Double(column) + 0.5 - x)) / Double(grid * grid)
          for channel in 0..<3 { sum[channel] += weight * Double(picture.pixel(column, row)[channel]) }
        }
      }
    }
  }
  return sum
}

/// Pixels whose centres are less than one pixel away.
private func near(_ place: Double, _ count: Int) -> [Int] {
  guard place > -1, place < Double(count) + 1 else { return [] }
  let first = Int((place - 0.5).rounded(.down))
  return [first, first + 1].filter { (0..<count).contains($0) }
}
