/// Follows faces from picture to picture of a film by the overlap of their boxes, and says which are worth embedding.
///
/// Each track takes the face that overlaps its last box most, the largest overlap of all first. That greedy order and the
/// best assignment differ only where boxes of different people overlap one another, and there the overlap itself is no
/// evidence: an embedding has to tell. A track that loses its face waits at its last place for some pictures, then ends,
/// and its number is not used again.
///
/// Only so many faces of one picture are worth embedding at once, so that a crowd does not hold the film up: those never
/// embedded before the others, and of each the best first. The rest stay due in the pictures that follow. One thread at a
/// time.
package struct FaceTracker {
  /// When a track begins, ends, and is embedded again.
  package struct Policy: Sendable, Hashable {
    /// The least overlap (intersection over union) of a face with a track's last box.
    package var overlap: Float = 0.3
    /// Pictures without its face after which a track ends.
    package var patience = 10
    /// How much better than when it was embedded a face must be to be embedded again.
    package var improvement: Float = 0.05
    /// Pictures after which a track is embedded again however it looks: a stranger may have taken the place.
    package var renewal = 50
    /// The most faces of a picture that are due at once.
    package var embeddings = 2

    package init() {}
  }

  /// A face of the picture that was added last, in its order.
  package struct Sighting: Sendable, Hashable {
    /// The track's number, from 1.
    package let track: Int
    /// Whether the face should be embedded now: it is new, better than what was embedded, or that is long ago, and few
    /// faces of the picture need it more. A face of quality 0 never is.
    package let isDue: Bool
  }

  /// A person's way through the film.
  private struct Track {
    let number: Int
    var box: Box
    var missed = 0
    var embeddedQuality: Float?
    var age = 0
  }

  package let policy: Policy
  private var tracks: [Track] = []
  private var begun = 0

  package init(policy: Policy = Policy()) { self.policy = policy }

  /// Numbers of the tracks that have not ended.
  package var living: [Int] { tracks.map(\.number) }

  /// Goes on to the next picture.
  /// - Parameters:
  ///   - faces: those found in it.
  ///   - quality: how much each shows to an embedder, 0 to 1.
  /// - Returns: what each face is, in their order.
  package mutating func add(_ faces: [Face], quality: [Float]) -> [Sighting] {
    precondition(faces.count == quality.count)
    let chosen = assign(faces)
    for index in tracks.indices {
      tracks[index].missed += 1
      tracks[index].age += 1
    }
    let seen = faces.indices.map { face in
      let index = chosen[face] ?? begin(faces[face])
      tracks[index].box = faces[face].box
      tracks[index].missed = 0
      return tracks[index]
    }
    let due = mostDue(seen, quality)
    let sightings = faces.indices.map { Sighting(track: seen[$0].number, isDue: due.contains($0)) }
    tracks.removeAll { $0.missed > policy.patience }
    return sightings
  }

  /// Says that a face of the last picture was embedded at this quality.
  package mutating func embedded(track number: Int, quality: Float) {
    guard let index = tracks.firstIndex(where: { $0.number == number }) else { return }
    tracks[index].embeddedQuality = quality
    tracks[index].age = 0
  }

  /// Which faces should be embedded now.
  private func mostDue(_ seen: [Track], _ quality: [Float]) -> Set<Int> {
    let due = seen.indices.filter { isDue(seen[$0], quality[$0]) }.sorted { a, b in
      let (isNewA, isNewB) = (seen[a].embeddedQuality == nil, seen[b].embeddedQuality == nil)
      return isNewA == isNewB ? (quality[b], a) < (quality[a], b) : isNewA
    }
    return Set(due.prefix(policy.embeddings))
  }

  private func isDue(_ track: Track, _ quality: Float) -> Bool {
    guard quality > 0 else { return false }
    guard let embedded = track.embeddedQuality else { return true }
    return quality >= embedded + policy.improvement || track.age >= policy.renewal
  }

  private mutating func begin(_ face: Face) -> Int {
    begun += 1
    tracks.append(Track(number: begun, box: face.box))
    return tracks.count - 1
  }

  /// The index of each face's track: pairs in the order of falling overlap, each track and each face once.
  private func assign(_ faces: [Face]) -> [Int: Int] {
    var pairs: [(overlap: Float, track: Int, face: Int)] = []
    for (track, candidate) in tracks.enumerated() {
      for (face, found) in faces.enumerated() {
        let overlap = candidate.box.overlap(found.box)
        if overlap >= policy.overlap { pairs.append((overlap, track, face)) }
      }
    }
    pairs.sort { ($1.overlap, $0.track, $0.face) < ($0.overlap, $1.track, $1.face) }
    var (chosen, taken): ([Int: Int], Set<Int>) = ([:], [])
    for pair in pairs where chosen[pair.face] == nil && taken.insert(pair.track).inserted {
      chosen[pair.face] = pair.track
    }
    return chosen
  }
}
