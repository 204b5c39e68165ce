/// The words of the process's command line, the program's own name left out.
///
/// Swift's `CommandLine.arguments` repairs what is not UTF-8, so that different names become the same one.
/// - Throws: `UsageError` for a word that is not UTF-8.
@MainActor
func commandWords() throws(UsageError) -> [String] {
  var words: [String] = []
  for index in 1..<max(1, Int(CommandLine.argc)) {
    guard let start = CommandLine.unsafeArgv[index] else { break }
    guard let word = String(validatingCString: start) else {
      throw UsageError(
        "'\(readable(start))' is not UTF-8: nobody can be called that, and a file of that name is reached by a link "
          + "that is called otherwise")
    }
    words.append(word)
  }
  return words
}

/// ASCII as it is, other bytes in hexadecimal digits: `caf\xE9.jpg`.
private func readable(_ text: UnsafePointer<CChar>) -> String {
  var readable = ""
  var rest = text
  while rest.pointee != 0 {
    let byte = UInt8(bitPattern: rest.pointee)
    readable +=
      (0x20..<0x7F).contains(byte)
      ? String(Unicode.Scalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    rest += 1
  }
  return readable
}
