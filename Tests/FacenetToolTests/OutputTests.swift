import Core
import Foundation
import Testing

@testable import FacenetTool

@Suite struct OutputTests {
  @Test(
    arguments: [
      0.1, -0.0, .leastNonzeroMagnitude, 3.4028235e38, 1 / 3, 16_777_216, 123_456_792, 1e-7, .pi,
    ] as [Float])
  func numbersComeBackBitForBit(value: Float) throws {
    let data = Data(JSON.numbers([value]).description.utf8)
    let list = try #require(try JSONSerialization.jsonObject(with: data) as? [Double])
    #expect(Float(list[0]) == value)
    #expect(Float(JSON.number(value).description)?.bitPattern == value.bitPattern)
  }

  @Test func whatIsNotFiniteIsNull() {
    #expect(JSON.numbers([.nan, .infinity, -.infinity]).description == "[null,null,null]")
  }

  @Test func textComesBack() throws {
    let texts = ["plain", "\"quoted\\\"", "line\nend\r\t\0\u{1}\u{7F}", "Zoë 顔 👩🏽‍🦰\u{2028}", ""]
    let data = Data(
      JSON.object([("texts", .texts(texts)), ("yes", .boolean(true)), ("n", .integer(-3))]).description.utf8)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(object["texts"] as? [String] == texts)
    #expect(object["yes"] as? Bool == true)
    #expect(object["n"] as? Int == -3)
  }

  @Test(arguments: [
    ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""),
    ("two\nlines", "\"two\nlines\""),
    ("back\r", "\"back\r\""), (" edge", "\" edge\""),
  ])
  func csvFieldsAreQuotedWhereNeeded(text: String, field: String) {
    #expect(csvField(text) == field)
  }

  @Test(arguments: [
    (1.25, 1, "1.3"), (0.05, 2, "0.05"), (-0.004, 2, "0.00"), (-1.5, 0, "-2"), (99.999, 2, "100.00"), (.nan, 2, "-"),
  ])
  func decimalsHaveTheirPlaces(value: Double, places: Int, text: String) {
    #expect(decimal(value, places) == text)
  }

  @Test(arguments: [
    ("é 脸.jpg", "é 脸.jpg"), ("x\u{1b}[31m\ny\u{9b}.jpg", "x\\x1b[31m\\x0ay\\x9b.jpg"), ("", ""),
  ])
  func messagesHaveNoControlCharacters(text: String, printed: String) {
    #expect(printable(text) == printed)
  }

  @Test func npyHoldsRowsInLittleEndian() throws {
    let folder = try TemporaryFolder()
    let file = try NPYFile(folder.file("a.npy"), columns: 2)
    try file.append([1, -2])
    try file.append([0.5, .infinity])
    #expect(folder.contents().allSatisfy { $0.hasSuffix(".partial") })
    try file.commit()
    #expect(folder.contents() == ["a.npy"])
    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("a.npy")))
    #expect(bytes.count == 128 + 16)
    #expect(String(decoding: bytes[10..<80], as: UTF8.self).contains("'shape': (2, 2)"))
    #expect(Array(bytes[128..<136]) == [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
  }

  @Test func whatIsNotCommittedLeavesNothingAndKeepsTheOld() throws {
    let folder = try TemporaryFolder()
    try folder.write("a.csv", Array("old".utf8))
    do {
      let file = try OutputFile(folder.file("a.csv"))
      try file.append(Array(repeating: 65, count: 1_000_000))
    }
    #expect(folder.contents() == ["a.csv"])
    #expect(try String(contentsOfFile: folder.file("a.csv"), encoding: .utf8) == "old")
  }

  @Test func outputsThatCannotBeAreRefusedAtOnce() throws {
    let folder = try TemporaryFolder()
    #expect(throws: FacenetError.self) { try OutputFile(folder.path) }
    #expect(throws: FacenetError.self) { try OutputFile(folder.file("none/a.csv")) }
    #expect(folder.contents().isEmpty)
  }

  @Test func progressTellsRateAndTimeLeft() {
    let line = ProgressBar.line(done: 120, of: 3820, "photographs", seconds: 10, width: 80)
    #expect(
      line == "[" + String(repeating: "#", count: 0) + String(repeating: ".", count: 30)
        + "] 120/3820 photographs  12.0/s  5:09 left")
    #expect(ProgressBar.line(done: 1, of: 2, "photographs", seconds: 1, width: 20).count <= 20)
    #expect(ProgressBar.line(done: 0, of: 0, "photographs", seconds: 0, width: 80).contains("0/0"))
    #expect(ProgressBar.duration(3725) == "1:02:05")
    #expect(ProgressBar.duration(6.2) == "0:07")
  }
}
