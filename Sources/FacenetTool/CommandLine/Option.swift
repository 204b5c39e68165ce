/// A word that begins with two dashes, as a verb declares it.
struct Option: Sendable {
  /// What stands after the option's name.
  enum Value: Sendable {
    /// Nothing: the option is there or not.
    case none
    /// Any text.
    case text
    /// A whole number within a range.
    case integer(ClosedRange<Int>)
    /// A decimal number within a range.
    case number(ClosedRange<Double>)
  }

  /// Without the dashes: `minimum-size`.
  let name: String
  /// What the value is called in the help, such as `N`; empty where there is none.
  let placeholder: String
  let value: Value
  /// One sentence for the help.
  let summary: String

  static func flag(_ name: String, _ summary: String) -> Option {
    Option(name: name, placeholder: "", value: .none, summary: summary)
  }

  static func text(_ name: String, _ placeholder: String, _ summary: String) -> Option {
    Option(name: name, placeholder: placeholder, value: .text, summary: summary)
  }

  static func integer(_ name: String, _ placeholder: String, _ range: ClosedRange<Int>, _ summary: String) -> Option {
    Option(name: name, placeholder: placeholder, value: .integer(range), summary: summary)
  }

  static func number(_ name: String, _ placeholder: String, _ range: ClosedRange<Double>, _ summary: String) -> Option {
    Option(name: name, placeholder: placeholder, value: .number(range), summary: summary)
  }

  /// As written on a command line: `--minimum-size N`.
  var usage: String { placeholder.isEmpty ? "--\(name)" : "--\(name) \(placeholder)" }

  var takesValue: Bool {
    if case .none = value { false } else { true }
  }

  /// Refuses a value that is not of the declared kind.
  func check(_ text: String) throws(UsageError) {
    switch value {
    case .none, .text: return
    case .integer(let range):
      guard let number = Int(text), range.contains(number) else {
        throw UsageError(
          "--\(name) takes a whole number from \(range.lowerBound) to \(range.upperBound), got '\(text)'")
      }
    case .number(let range):
      guard let number = Double(text), range.contains(number) else {
        throw UsageError(
          "--\(name) takes a number from \(plain(range.lowerBound)) to \(plain(range.upperBound)), got '\(text)'")
      }
    }
  }

  private func plain(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? String(number)
  }
}

/// A word of a command line that is not an option, as a verb declares it.
struct Operand: Sendable {
  /// How often the operand may stand.
  enum Count: Sendable {
    case one, optional, oneOrMore
  }

  /// As the help calls it: `PHOTO|DIR`.
  let name: String
  let count: Count
  /// One sentence for the help.
  let summary: String

  init(_ name: String, _ count: Count, _ summary: String) {
    self.name = name
    self.count = count
    self.summary = summary
  }

  /// As written in a usage line: `PHOTO|DIR...`.
  var usage: String {
    switch count {
    case .one: name
    case .optional: "[\(name)]"
    case .oneOrMore: "\(name)..."
    }
  }
}

/// A command line that cannot be understood: one sentence for the person who wrote it.
struct UsageError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
