/// How a run through photographs went.
struct Tally {
  var faces = 0
  private(set) var shown = 0
  private(set) var faceless = 0
  private(set) var unreadable = 0

  /// A photograph was read and shows `count` faces.
  mutating func read(faces count: Int) {
    faces += count
    if count > 0 { shown += 1 } else { faceless += 1 }
  }

  mutating func failed() { unreadable += 1 }

  var photographs: Int { shown + faceless + unreadable }

  var exitCode: ExitCode {
    if shown + faceless == 0 { return .failed }
    return faceless + unreadable > 0 ? .partly : .done
  }

  /// `4 photographs: 5 faces; 1 shows no face, 2 could not be read`.
  var sentence: String {
    var losses: [String] = []
    if faceless > 0 { losses.append(faceless == 1 ? "1 shows no face" : "\(faceless) show no face") }
    if unreadable > 0 { losses.append("\(unreadable) could not be read") }
    let start = counted(photographs, "photograph") + ": " + counted(faces, "face")
    return losses.isEmpty ? start : start + "; " + losses.joined(separator: ", ")
  }
}
