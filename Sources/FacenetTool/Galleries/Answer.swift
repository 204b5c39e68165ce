import Gallery

/// What a gallery said of a face, as it is printed.
struct Answer: Sendable {
  let identification: Identification
  /// Whether to say what the search looked at, too.
  var tellsStatistics = false

  var isKnown: Bool { identification.verdict == .known }

  /// For a drawing: the name, or the name and a question mark where it is ambiguous, or the question mark alone.
  var label: String {
    let best = identification.candidates.first?.person.name ?? ""
    switch identification.verdict {
    case .known: return best
    case .ambiguous: return best + "?"
    case .unknown: return "?"
    }
  }

  /// `known  Ann 0.4321`, with statistics `known  Ann 0.4321  24 examined, 960 judged`, `ambiguous  Ann 0.9000, Bob 0.9100`, `unknown  Ann 1.3000`.
  func text(_ count: Int) -> String {
    let people = told(count).map { "\($0.person.name) \(decimal($0.distance, 4))" }.joined(separator: ", ")
    let looked = identification.statistics
    let statistics = tellsStatistics ? "  \(looked.examined) examined, \(looked.judged) judged" : ""
    return "\(identification.verdict.rawValue)  \(people)\(statistics)"
  }

  /// The best people, of an ambiguous face at least the two who are meant.
  private func told(_ count: Int) -> ArraySlice<Identification.Candidate> {
    identification.candidates.prefix(identification.verdict == .ambiguous ? max(2, count) : count)
  }

  /// `verdict`, `name` (null unless known), `distance` of the nearest person, with statistics `examined` and `judged`.
  var members: [(String, JSON)] {
    [
      ("verdict", .text(identification.verdict.rawValue)),
      ("name", identification.person.map { .text($0.name) } ?? .null),
      ("distance", identification.candidates.first.map { .number($0.distance) } ?? .null),
    ] + (tellsStatistics ? statistics : [])
  }

  private var statistics: [(String, JSON)] {
    let looked = identification.statistics
    return [("examined", .integer(looked.examined)), ("judged", .integer(looked.judged))]
  }

  /// ``members`` of a face that was not embedded.
  static let noMembers: [(String, JSON)] = [("verdict", .null), ("name", .null), ("distance", .null)]

  /// ``members`` and `candidates`, those of the threshold, `reason`.
  func allMembers(_ count: Int) -> [(String, JSON)] {
    let people = told(count).map { candidate in
      JSON.object([
        ("person", .integer(Int(candidate.person.id))), ("name", .text(candidate.person.name)),
        ("distance", .number(candidate.distance)),
      ])
    }
    return members + [("candidates", .list(people))] + identification.threshold.members
      + [("reason", .text(identification.reason))]
  }
}

extension IdentificationThreshold {
  /// `threshold`, `far` and `fpir` that it stands for (null where none can be told), `extrapolated`.
  var members: [(String, JSON)] {
    [
      ("threshold", .number(distance)), ("far", falseAcceptRate.map { .number($0) } ?? .null),
      ("fpir", falsePositiveIdentificationRate.map { .number($0) } ?? .null),
      ("extrapolated", .boolean(isExtrapolated)),
    ]
  }
}
