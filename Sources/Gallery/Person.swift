import Core

/// Someone whose face is in a gallery.
public struct Person: Sendable, Hashable {
  /// The gallery's number for the person; never given again.
  public let id: Int64
  /// What people call them; two may have the same.
  public let name: String
  /// What another system calls them: no other person of the gallery has the same. nil for none.
  public let key: String?
  /// Anything else, as JSON.
  public let facts: String
  /// When they were enrolled, in seconds since 1970.
  public let created: Double
  /// How many templates there are.
  public let templates: Int
}

extension Person {
  /// Bytes of UTF-8 in a name or a key.
  public static let longestName = 1000
  /// Bytes of UTF-8 in the facts.
  public static let longestFacts = 1 << 20

  /// - Throws: `invalidArgument` for what cannot be a name or a key: docs/gallery.md has the rule.
  package static func check(name: String, what: String = "name") throws(FacenetError) {
    guard !name.isEmpty, name.utf8.count <= longestName else {
      throw FacenetError(
        .invalidArgument, "a person's \(what) has 1 to \(longestName) bytes, got \(name.utf8.count)")
    }
    guard !name.unicodeScalars.contains(where: \.breaksText) else {
      throw FacenetError(
        .invalidArgument,
        "a person's \(what) is one line without control characters, and without those that turn the writing's direction"
      )
    }
    guard name.unicodeScalars.contains(where: \.isVisible) else {
      throw FacenetError(.invalidArgument, "a person's \(what) has a character that can be seen")
    }
  }
}

extension Unicode.Scalar {
  /// Ends a line, controls a terminal, or makes what follows look like something else.
  fileprivate var breaksText: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: ("\u{202A}"..."\u{202E}").contains(self) || ("\u{2066}"..."\u{2069}").contains(self)
    }
  }

  /// Leaves ink: neither a space, the empty Braille cell among them, nor what only acts on its neighbours.
  fileprivate var isVisible: Bool {
    !properties.isWhitespace && !properties.isDefaultIgnorableCodePoint && properties.generalCategory != .format
      && self != "\u{2800}"
  }
}
