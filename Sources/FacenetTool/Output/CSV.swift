/// One line of comma-separated values with its line end (RFC 4180, lines end in a line feed alone).
func csvLine(_ fields: [String]) -> String {
  fields.map(csvField).joined(separator: ",") + "\n"
}

/// A field, in quotes where a comma, a quote or a line end is in it.
func csvField(_ text: String) -> String {
  let special: Set<Unicode.Scalar> = [",", "\"", "\n", "\r"]
  guard text.unicodeScalars.contains(where: special.contains) || text.first == " " || text.last == " " else {
    return text
  }
  var quoted = "\""
  for scalar in text.unicodeScalars {
    if scalar == "\"" { quoted += "\"" }
    quoted.unicodeScalars.append(scalar)
  }
  return quoted + "\""
}
