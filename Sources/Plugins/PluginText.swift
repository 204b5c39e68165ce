import Core
import Glibc

/// Texts that plugins hand over, read no further than they may reach.
enum PluginText {
  private static let longest = 64

  /// 1 to 64 bytes of printable ASCII.
  /// - Throws: `pluginFailed`, calling the text `what`.
  static func printable(_ pointer: UnsafePointer<CChar>?, _ what: String) throws(FacenetError) -> String {
    try text(pointer, what, "printable ASCII") { (0x20...0x7E).contains($0) }
  }

  /// 1 to 64 letters a-z, digits, `-`, `_` and `.`.
  /// - Throws: `pluginFailed`, calling the text `what`.
  static func name(_ pointer: UnsafePointer<CChar>?, _ what: String) throws(FacenetError) -> String {
    try text(pointer, what, "letters a-z, digits, \"-\", \"_\" and \".\"") { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
      case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
      default: false
      }
    }
  }

  /// 1 to 64 letters, digits and `_`, as operators have them.
  /// - Throws: `pluginFailed`, calling the text `what`.
  static func identifier(_ pointer: UnsafePointer<CChar>?, _ what: String) throws(FacenetError) -> String {
    try text(pointer, what, "letters, digits and \"_\"") { Character(Unicode.Scalar($0)).isOfIdentifier }
  }

  /// 1 to 64 letters, digits, `-`, `_` and `.`, as domains of operators have them.
  /// - Throws: `pluginFailed`, calling the text `what`.
  static func domain(_ pointer: UnsafePointer<CChar>?, _ what: String) throws(FacenetError) -> String {
    try text(pointer, what, "letters, digits, \"-\", \"_\" and \".\"") { byte in
      let character = Character(Unicode.Scalar(byte))
      return character.isOfIdentifier || character == "-" || character == "."
    }
  }

  private static func text(
    _ pointer: UnsafePointer<CChar>?, _ what: String, _ alphabet: String, _ isAllowed: (UInt8) -> Bool
  ) throws(FacenetError) -> String {
    guard let pointer else { throw FacenetError(.pluginFailed, "\(what) is NULL") }
    let bytes = UnsafeBufferPointer(start: pointer, count: strnlen(pointer, longest + 1)).map(UInt8.init(bitPattern:))
    guard (1...longest).contains(bytes.count), bytes.allSatisfy(isAllowed) else {
      throw FacenetError(.pluginFailed, "\(what) is not 1 to \(longest) \(alphabet)")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A text of any kind: at most `limit` bytes of it, "" for NULL.
  static func message(_ pointer: UnsafePointer<CChar>?, limit: Int) -> String {
    guard let pointer else { return "" }
    let bytes = UnsafeBufferPointer(start: pointer, count: strnlen(pointer, limit))
    return String(decoding: bytes.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
