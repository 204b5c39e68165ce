import Testing

@testable import Core

@Suite struct AlignedBufferTests {
  /// Through the sizes at which memory gets pages of its own and may move.
  @Test func growingKeepsWhatIsThereAndAddsZeros() throws {
    let buffer = try AlignedBuffer(count: 0)
    var count = 0
    for larger in [1, 64, 1000, 300_000, 300_001, 5_000_000] {
      try buffer.grow(to: larger)
      #expect(buffer.bytes.count == larger && Int(bitPattern: buffer.bytes.baseAddress!) % 64 == 0)
      #expect(buffer.bytes[..<count].allSatisfy { $0 == 7 })
      #expect(buffer.bytes[count...].allSatisfy { $0 == 0 })
      buffer.bytes.initializeMemory(as: UInt8.self, repeating: 7)
      count = larger
    }
    #expect(throws: FacenetError.self) { try buffer.grow(to: 1 << 50) }
    #expect(buffer.bytes.count == count)
  }
}
