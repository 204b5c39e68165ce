import Testing

@testable import Core

@Suite struct ByteReaderTests {
  @Test func readsBothByteOrders() throws {
    try [UInt8]([1, 2, 3, 4, 5]).withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      let little = try reader.readInteger(UInt16.self, .little)
      let big = try reader.readInteger(UInt16.self, .big)
      #expect((little, big) == (0x0201, 0x0304))
      #expect(reader.remaining == 1)
    }
  }

  @Test(arguments: [-1, 6, Int.max]) func refusesToReadPastTheEnd(count: Int) {
    [UInt8](repeating: 0, count: 5).withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      #expect(throws: FacenetError.self) { try reader.read(count) }
      #expect(reader.offset == 0)
    }
  }
}
