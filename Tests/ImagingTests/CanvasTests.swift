import Core
import Testing

@testable import Imaging

@Suite struct CanvasTests {
  static let red = Colour(red: 255, green: 0, blue: 0)

  private func canvas() throws -> Canvas {
    try Canvas(Bitmap(width: 20, height: 15, rgb: [UInt8](repeating: 0, count: 900)))
  }

  private func painted(_ canvas: Canvas) throws -> Set<[Int]> {
    let bitmap = try canvas.bitmap()
    var places: Set<[Int]> = []
    for y in 0..<15 {
      for x in 0..<20 where bitmap.pixel(x, y) == [255, 0, 0] { places.insert([x, y]) }
    }
    return places
  }

  @Test func outlinesARectangle() throws {
    let canvas = try canvas()
    canvas.outline(left: 3, top: 2, right: 9, bottom: 7, thickness: 1, Self.red)
    let expected = (3..<9).flatMap { [[$0, 2], [$0, 6]] } + (2..<7).flatMap { [[3, $0], [8, $0]] }
    #expect(try painted(canvas) == Set(expected))
  }

  @Test func fillsADisc() throws {
    let canvas = try canvas()
    canvas.disc(centre: Point(10, 7), radius: 1, Self.red)
    #expect(try painted(canvas) == [[9, 6], [10, 6], [9, 7], [10, 7]])
  }

  @Test func writesDigits() throws {
    let canvas = try canvas()
    canvas.text("1 é", at: Point(2, 3), scale: 1, Self.red)
    let expected = [[4, 3], [3, 4], [4, 4], [4, 5], [4, 6], [4, 7], [4, 8], [3, 9], [4, 9], [5, 9]]
    #expect(try painted(canvas) == Set(expected))
    #expect(Canvas.textWidth("1 é", scale: 2) == 34 && Canvas.textHeight(scale: 2) == 14)
    #expect(Canvas.textWidth("", scale: 2) == 0)
  }

  @Test(arguments: [-1e30, -5, 0, 7, 19, 1e30, .infinity, -.infinity, .nan] as [Float])
  func staysWithinThePicture(place: Float) throws {
    let canvas = try canvas()
    for size in [0, 1, 30, 1e30, .infinity, .nan] as [Float] {
      canvas.outline(left: place, top: place, right: place + size, bottom: place + size, thickness: 2, Self.red)
      canvas.disc(centre: Point(place, place), radius: size, Self.red)
    }
    canvas.text("0123", at: Point(place, place), scale: 3, Self.red)
    #expect(try canvas.bitmap().width == 20)
  }
}
