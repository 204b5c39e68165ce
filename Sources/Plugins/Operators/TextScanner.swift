import Core

/// Reads a short text that comes from outside, character by character; its errors say where, what was expected and what
/// was there.
struct TextScanner {
  /// What messages call it: `the signature "XYn"`.
  let name: String
  private let bytes: [UInt8]
  private var position = 0

  /// - Throws: `invalidArgument` for a text that is longer than `limit` or holds anything but printable ASCII.
  init(_ text: String, _ kind: String, limit: Int) throws(FacenetError) {
    bytes = Array(text.utf8)
    guard bytes.count <= limit else {
      throw FacenetError(.invalidArgument, "\(kind) is \(bytes.count) bytes long, the limit is \(limit)")
    }
    if let index = bytes.firstIndex(where: { !(0x20..<0x7F).contains($0) }) {
      let got = String(bytes[index], radix: 16, uppercase: true)
      throw FacenetError(
        .invalidArgument, "\(kind): printable ASCII expected at character \(index + 1), got the byte 0x\(got)")
    }
    name = "\(kind) \"\(text)\""
  }

  var isAtEnd: Bool { position == bytes.count }

  /// The next character, without passing over it.
  var next: Character? { isAtEnd ? nil : Character(Unicode.Scalar(bytes[position])) }

  /// Passes over the next character if it is this one.
  mutating func accept(_ character: Character) -> Bool {
    guard next == character else { return false }
    position += 1
    return true
  }

  /// - Throws: `invalidArgument` where the next character is another.
  mutating func require(_ character: Character) throws(FacenetError) {
    guard accept(character) else { throw failure("\"\(character)\"") }
  }

  /// The characters up to the first that does not fit; may be none.
  mutating func word(_ fits: (Character) -> Bool) -> String {
    var word = ""
    while let character = next, fits(character) {
      word.append(character)
      position += 1
    }
    return word
  }

  mutating func skipSpaces() { while accept(" ") {} }

  /// A decimal number in `range`, with a minus sign where that has negative ones.
  /// - Throws: `invalidArgument` where there is none.
  mutating func integer(_ what: String, in range: ClosedRange<Int>) throws(FacenetError) -> Int {
    let start = position
    let sign = range.lowerBound < 0 && accept("-") ? "-" : ""
    let digits = word(\.isDigit)
    guard let value = Int(sign + digits), range.contains(value) else {
      position = start
      throw failure("\(what) from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  var hasDigit: Bool { next?.isDigit ?? false }

  /// The error that something else stands here than what has to.
  func failure(_ expected: String) -> FacenetError {
    let got = next.map { "\"\($0)\"" } ?? "its end"
    return FacenetError(.invalidArgument, "\(name): \(expected) expected at character \(position + 1), got \(got)")
  }
}

extension Character {
  var isDigit: Bool { ("0"..."9").contains(self) }

  /// Whether it may stand in an attribute's name.
  var isOfIdentifier: Bool { isDigit || ("a"..."z").contains(self) || ("A"..."Z").contains(self) || self == "_" }
}
