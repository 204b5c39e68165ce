import Core
import Imaging

/// The `facenet.*` entries of a model's file as typed values; see docs/model-metadata.md.
///
/// A key that is absent is nil; one whose text is not what it should be is an error that names key, text and file.
package struct ModelMetadata: Sendable {
  private static let prefix = "facenet."
  private static let supportedSchema = 1

  private let values: [String: String]
  /// What messages call the model: usually its path.
  package let model: String

  /// - Throws: `unsupported` when the entries follow a later version of the rules.
  package init(_ values: [String: String], model: String) throws(FacenetError) {
    self.values = values
    self.model = model
    if let schema = try integer("schema"), schema > Self.supportedSchema {
      throw FacenetError(
        .unsupported, "the metadata follows schema \(schema), this version reads \(Self.supportedSchema) (\(model))")
    }
  }

  /// Whether the file states no fact of ours.
  package var isEmpty: Bool { !values.keys.contains { $0.hasPrefix(Self.prefix) } }

  package func text(_ key: String) -> String? { values[Self.prefix + key] }

  package func integer(_ key: String) throws(FacenetError) -> Int? {
    guard let text = text(key) else { return nil }
    guard let value = Int(text), value > 0 else { throw mismatch(key, text, "a positive whole number") }
    return value
  }

  package func number<Number: FloatingPoint & LosslessStringConvertible>(
    _ key: String, as _: Number.Type = Float.self
  ) throws(FacenetError) -> Number? {
    guard let text = text(key) else { return nil }
    guard let value = Number(text), value.isFinite else { throw mismatch(key, text, "a number") }
    return value
  }

  /// A share: 0 to 1.
  package func fraction(_ key: String) throws(FacenetError) -> Float? {
    guard let value = try number(key) else { return nil }
    guard value >= 0, value <= 1 else { throw mismatch(key, text(key) ?? "", "a number from 0 to 1") }
    return value
  }

  /// `count` numbers with commas between; any count but none where `count` is nil.
  package func numbers(_ key: String, count: Int? = nil) throws(FacenetError) -> [Float]? {
    guard let text = text(key) else { return nil }
    guard let values = Self.numbers(text[...]), count == nil || values.count == count else {
      throw mismatch(key, text, "\(count.map(String.init) ?? "some") numbers with commas between")
    }
    return values
  }

  /// Groups of numbers with commas, blanks between the groups.
  package func groups(_ key: String) throws(FacenetError) -> [[Float]]? {
    guard let text = text(key) else { return nil }
    var groups: [[Float]] = []
    for part in text.split(separator: " ") {
      guard let group = Self.numbers(part) else {
        throw mismatch(key, text, "groups of numbers with commas, blanks between the groups")
      }
      groups.append(group)
    }
    return groups
  }

  /// `count` points `x,y` with blanks between; `-` stands for none.
  package func points(_ key: String, count: Int) throws(FacenetError) -> [Point?]? {
    guard let text = text(key) else { return nil }
    let wanted = "\(count) points x,y (or -) with blanks between"
    var points: [Point?] = []
    for part in text.split(separator: " ") {
      if part == "-" {
        points.append(nil)
      } else if let pair = Self.numbers(part), pair.count == 2 {
        points.append(Point(pair[0], pair[1]))
      } else {
        throw mismatch(key, text, wanted)
      }
    }
    guard points.count == count else { throw mismatch(key, text, wanted) }
    return points
  }

  /// Pairs `a:b` of positive numbers with commas between.
  package func pairs(_ key: String) throws(FacenetError) -> [(Float, Float)]? {
    guard let text = text(key) else { return nil }
    var pairs: [(Float, Float)] = []
    for part in text.split(separator: ",") {
      let sides = part.split(separator: ":", omittingEmptySubsequences: false).map { Float($0) ?? .nan }
      guard sides.count == 2, sides.allSatisfy({ $0.isFinite && $0 > 0 }) else {
        throw mismatch(key, text, "pairs rate:threshold with commas between")
      }
      pairs.append((sides[0], sides[1]))
    }
    return pairs
  }

  /// One of the words that `Choice` has.
  package func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: String, _: Choice.Type = Choice.self)
    throws(FacenetError) -> Choice?
  {
    guard let text = text(key) else { return nil }
    guard let value = Choice(rawValue: text) ?? Choice(rawValue: text.lowercased()) else {
      throw mismatch(key, text, "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return value
  }

  /// How pixels become input; nil where the file does not say.
  package func normalization() throws(FacenetError) -> Normalization? {
    guard let order = try choice("input.color", Normalization.ChannelOrder.self) else { return nil }
    let mean = try numbers("input.mean", count: 3) ?? [0, 0, 0]
    let scale = try numbers("input.scale", count: 3) ?? [1, 1, 1]
    return Normalization(order: order, mean: mean, scale: scale)
  }

  private static func numbers(_ text: Substring) -> [Float]? {
    var values: [Float] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let value = Float(part), value.isFinite else { return nil }
      values.append(value)
    }
    return values.isEmpty ? nil : values
  }

  private func mismatch(_ key: String, _ text: String, _ wanted: String) -> FacenetError {
    FacenetError(.corrupt, "\(Self.prefix)\(key) should be \(wanted), got '\(text.prefix(100))' (\(model))")
  }
}
