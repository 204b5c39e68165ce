/// What may stand in one place of a command line, told from how the help calls it.
///
/// Alternatives are separated by `|`: a word in small letters stands for itself, `NAME` for a model's name, and any other
/// for a file.
struct Proposals {
  /// Words that stand for themselves.
  let words: [String]
  let hasModels: Bool
  let hasFiles: Bool

  init(_ placeholder: String) {
    let alternatives = placeholder.split(separator: "|").map(String.init)
    words = alternatives.filter { $0 == $0.lowercased() }
    let names = alternatives.filter { $0 != $0.lowercased() }
    hasModels = names.contains("NAME")
    hasFiles = names.contains { $0 != "NAME" }
  }

  private init() { (words, hasModels, hasFiles) = ([], false, false) }

  /// Of an option's value; nil where it takes none. Nothing can be proposed for a number.
  init?(_ option: Option) {
    switch option.value {
    case .none: return nil
    case .text: self.init(option.placeholder)
    case .integer, .number: self.init()
    }
  }
}
