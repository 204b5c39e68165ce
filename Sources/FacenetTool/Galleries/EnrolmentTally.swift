import Core

/// How an enrolment went.
struct EnrolmentTally {
  private var people = 0
  private var enrolled = 0
  private var present = 0
  private var refused: [(reason: String, count: Int)] = []

  mutating func committed(_ templates: Int) {
    people += templates > 0 ? 1 : 0
    enrolled += templates
  }

  mutating func alreadyPresent() { present += 1 }

  mutating func refused(_ error: FacenetError) {
    let reason =
      switch error.status {
      case .notFound where error.message.contains("face"): "without the face"
      case .invalidArgument where error.message.contains(" faces"): "with several faces"
      case .invalidArgument: "not allowed"
      default: "not readable"
      }
    if let index = refused.firstIndex(where: { $0.reason == reason }) {
      refused[index].count += 1
    } else {
      refused.append((reason, 1))
    }
  }

  /// `failed` where nothing was there to be enrolled.
  var exitCode: ExitCode {
    if enrolled + present == 0 { return .failed }
    return refused.isEmpty ? .done : .partly
  }

  /// `3 people, 7 photographs enrolled; 2 enrolled before; refused: 1 without the face, 1 not readable`.
  var sentence: String {
    var parts = ["\(counted(people, "person", "people")), \(counted(enrolled, "photograph")) enrolled"]
    if present > 0 { parts.append("\(present) enrolled before") }
    if !refused.isEmpty {
      parts.append("refused: " + refused.map { "\($0.count) \($0.reason)" }.joined(separator: ", "))
    }
    return parts.joined(separator: "; ")
  }
}
