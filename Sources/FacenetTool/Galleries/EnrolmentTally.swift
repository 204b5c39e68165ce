/// How an enrolment went.
struct EnrolmentTally {
  private var people = 0
  private var enrolled = 0
  private(set) var present = 0
  private var refused = 0

  mutating func committed(_ templates: Int) {
    people += templates > 0 ? 1 : 0
    enrolled += templates
  }

  mutating func alreadyPresent(_ photographs: Int) { present += photographs }

  mutating func refuse() { refused += 1 }

  /// `failed` where nothing was there to be enrolled.
  var exitCode: ExitCode {
    if enrolled + present == 0 { return .failed }
    return refused == 0 ? .done : .partly
  }

  /// `3 people, 7 photographs enrolled; 2 enrolled before; 1 refused`.
  var sentence: String {
    var parts = ["\(counted(people, "person", "people")), \(counted(enrolled, "photograph")) enrolled"]
    if present > 0 { parts.append("\(present) enrolled before") }
    if refused > 0 { parts.append("\(refused) refused") }
    return parts.joined(separator: "; ")
  }
}
