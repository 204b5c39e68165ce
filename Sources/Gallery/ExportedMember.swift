import Core

/// The members of a JSON object, each in two columns of a row: its JSON type and its value. A member that is missing or null
/// is nil.
struct ExportedMember {
  let row: Statement

  /// - Throws: `corrupt` for another type, and for what is no text once it is read.
  func text(_ column: Int32, _ name: String) throws(FacenetError) -> String? {
    guard try isThere(column, name, ["text"]) else { return nil }
    guard let text = String(validating: row.blob(column + 1) ?? [], as: UTF8.self) else {
      throw FacenetError(.corrupt, "\(name) has half of a surrogate pair")
    }
    return text
  }

  func number(_ column: Int32, _ name: String) throws(FacenetError) -> Double? {
    try isThere(column, name, ["integer", "real"]) ? row.real(column + 1) : nil
  }

  /// Bytes in hexadecimal digits; nil also where there are none.
  func bytes(_ column: Int32, _ name: String) throws(FacenetError) -> [UInt8]? {
    guard let digits = try text(column, name).map({ Array($0.utf8) }), !digits.isEmpty else { return nil }
    let values = digits.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard values.count == digits.count, values.count % 2 == 0 else {
      let start = String(decoding: digits.prefix(20), as: UTF8.self)
      throw FacenetError(.corrupt, "\(name), '\(start)', is not made of pairs of hexadecimal digits")
    }
    return stride(from: 0, to: values.count, by: 2).map { UInt8(16 * values[$0] + values[$0 + 1]) }
  }

  private func isThere(_ column: Int32, _ name: String, _ types: [String]) throws(FacenetError) -> Bool {
    guard let type = row.text(column), type != "null" else { return false }
    guard types.contains(type) else {
      throw FacenetError(
        .corrupt, "\(name) is of the JSON type \(type), expected \(types.joined(separator: " or "))")
    }
    return true
  }
}
