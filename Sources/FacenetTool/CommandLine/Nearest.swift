/// The candidate that a mistyped word was probably meant to be; nil where none is near.
///
/// Near is at most a third of the word's letters inserted, deleted, changed or swapped with their neighbour.
func nearest(to word: String, among candidates: [String]) -> String? {
  let ranked = candidates.map { (name: $0, edits: editDistance(word, $0)) }
  guard let best = ranked.min(by: { $0.edits < $1.edits }), best.edits <= max(1, word.count / 3) else { return nil }
  return best.name
}

/// Insertions, deletions, changes and swaps of neighbours that turn one word into the other: the optimal string
/// alignment distance.
func editDistance(_ a: String, _ b: String) -> Int {
  let a = Array(a)
  let b = Array(b)
  var rows = [Array(0...b.count)]
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var edits = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { edits = min(edits, rows[i - 1][j - 1] + 1) }
      row.append(edits)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
