/// A JSON document (RFC 8259), written on one line.
indirect enum JSON: Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Float)
  case text(String)
  case list([JSON])
  /// Members in the order they are written.
  case object([(String, JSON)])

  static func numbers(_ values: [Float]) -> JSON { .list(values.map { .number($0) }) }

  static func texts(_ values: [String]) -> JSON { .list(values.map { .text($0) }) }

  /// The document without a line end. Numbers have the digits that make them the same Float again; what is not finite
  /// is null, since JSON has no word for it.
  var description: String {
    var result = ""
    write(to: &result)
    return result
  }

  private func write(to result: inout String) {
    switch self {
    case .null: result += "null"
    case .boolean(let value): result += value ? "true" : "false"
    case .integer(let value): result += String(value)
    case .number(let value): result += value.isFinite ? value.description : "null"
    case .text(let value): Self.write(value, to: &result)
    case .list(let values):
      result += "["
      for (position, value) in values.enumerated() {
        if position > 0 { result += "," }
        value.write(to: &result)
      }
      result += "]"
    case .object(let members):
      result += "{"
      for (position, member) in members.enumerated() {
        if position > 0 { result += "," }
        Self.write(member.0, to: &result)
        result += ":"
        member.1.write(to: &result)
      }
      result += "}"
    }
  }

  private static func write(_ text: String, to result: inout String) {
    result += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0"..<" ", "\u{7F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    result += "\""
  }
}
