import Core
import Testing

@Suite struct NPYHeaderTests {
  @Test func hasTheSameLengthForEveryShape() {
    for (rows, columns) in [(0, 0), (1, 512), (Int.max, Int.max)] {
      let header = NPYHeader.make(rows: rows, columns: columns)
      #expect(header.count == 128)
      #expect(header.last == 10)
      #expect(Int(header[8]) + 256 * Int(header[9]) == 118)
    }
  }
}
