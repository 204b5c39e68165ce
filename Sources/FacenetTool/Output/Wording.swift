/// A number for people, with exactly `places` digits after the point; `-` for what is not finite.
func decimal(_ value: Double, _ places: Int) -> String {
  guard value.isFinite, abs(value) < 1e12 else { return "-" }
  let scale = (0..<places).reduce(1.0) { product, _ in product * 10 }
  let units = Int((abs(value) * scale).rounded())
  let sign = value < 0 && units > 0 ? "-" : ""
  guard places > 0 else { return sign + String(units) }
  let digits = String(units)
  let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
  return sign + padded.dropLast(places) + "." + padded.suffix(places)
}

func decimal(_ value: Float, _ places: Int) -> String { decimal(Double(value), places) }

/// `1 photograph`, `3 photographs`.
func counted(_ count: Int, _ singular: String, _ plural: String? = nil) -> String {
  count == 1 ? "1 \(singular)" : "\(count) \(plural ?? singular + "s")"
}

/// A message that names its file: as it is where the file's path is in it, else with the path before it.
func sentence(_ message: String, about path: String) -> String {
  message.contains(path) ? message : "\(path): \(message)"
}

/// A text without control characters, which could move a terminal's cursor or fake a line: `\\x1b` in the place of escape.
func printable(_ text: String) -> String {
  text.unicodeScalars.reduce(into: "") { result, scalar in
    let isControl = scalar.properties.generalCategory == .control
    result += isControl ? (scalar.value < 16 ? "\\x0" : "\\x") + String(scalar.value, radix: 16) : String(scalar)
  }
}

/// A text with blanks after it, `width` characters in all or more.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
