import Imaging
import Testing

@testable import Faces

@Suite struct FaceTrackerTests {
  @Test func movingFacesKeepTheirNumbers() {
    var tracker = FaceTracker()
    for step in 0..<40 as Range<Int> {
      let x = Float(4 * step)
      let found = [face(x, 0), face(200 - x, 200), face(x, 100)]
      // The order in which the detector gives them says nothing.
      let order = step % 2 == 0 ? [0, 1, 2] : [2, 0, 1]
      let seen = tracker.add(order.map { found[$0] }, quality: [0.5, 0.5, 0.5]).map(\.track)
      #expect(seen == order.map { $0 + 1 }, "picture \(step)")
    }
  }

  /// Two boxes pass each other on neighbouring lines and overlap by a third where they meet.
  @Test func facesThatPassEachOtherKeepTheirNumbers() {
    var tracker = FaceTracker()
    for step in 0..<50 {
      let x = Float(6 * step)
      let seen = tracker.add([face(x, 0), face(300 - x, 50)], quality: [0.5, 0.5]).map(\.track)
      #expect(seen == [1, 2], "picture \(step)")
    }
  }

  @Test func shortAbsenceIsForgiven() {
    var tracker = FaceTracker()
    #expect(tracker.add([face(10, 10)], quality: [0.5]).map(\.track) == [1])
    for _ in 0..<tracker.policy.patience { #expect(tracker.add([], quality: []).isEmpty) }
    #expect(tracker.living == [1])
    #expect(tracker.add([face(12, 10)], quality: [0.5]).map(\.track) == [1])
  }

  @Test func longAbsenceEndsTheTrackAndItsNumber() {
    var tracker = FaceTracker()
    #expect(tracker.add([face(10, 10)], quality: [0.5]).map(\.track) == [1])
    for _ in 0...tracker.policy.patience { #expect(tracker.add([], quality: []).isEmpty) }
    #expect(tracker.living == [])
    #expect(tracker.add([face(10, 10), face(300, 300)], quality: [0.5, 0.5]).map(\.track) == [2, 3])
  }

  @Test func leapBeginsTrack() {
    var tracker = FaceTracker()
    #expect(tracker.add([face(0, 0)], quality: [0.5]).map(\.track) == [1])
    #expect(tracker.add([face(80, 0)], quality: [0.5]).map(\.track) == [2])
    #expect(tracker.add([face(85, 0), face(2, 0)], quality: [0.5, 0.5]).map(\.track) == [2, 1])
  }

  @Test func embeddedAgainOnlyWhereItPays() {
    var tracker = FaceTracker()
    let policy = tracker.policy
    func due(_ quality: Float) -> Bool { tracker.add([face(0, 0)], quality: [quality])[0].isDue }
    #expect(due(0.4) && due(0.4), "until it is embedded")
    tracker.embedded(track: 1, quality: 0.4)
    #expect(!due(0.4) && !due(0.2) && !due(0.4 + policy.improvement / 2))
    #expect(due(0.4 + 2 * policy.improvement))
    tracker.embedded(track: 1, quality: 0.4 + 2 * policy.improvement)
    for _ in 1..<policy.renewal { #expect(!due(0.45)) }
    #expect(due(0.1), "after \(policy.renewal) pictures")
  }

  /// Three faces for 500 pictures: how often they are embedded is what a camera's pictures a second depend on.
  @Test func steadyFacesAreSeldomEmbedded() {
    var tracker = FaceTracker()
    var count = 0
    for step in 0..<500 {
      let qualities = (0..<3).map { 0.6 + 0.02 * Float((step * 7 + $0 * 5) % 11) / 11 }
      let seen = tracker.add((0..<3).map { face(Float(150 * $0), 0) }, quality: qualities)
      for (sighting, quality) in zip(seen, qualities) where sighting.isDue {
        tracker.embedded(track: sighting.track, quality: quality)
        count += 1
      }
    }
    #expect(count == 3 * 500 / tracker.policy.renewal)
  }

  /// Nine faces at once: a few a picture, the best first, and all in the end.
  @Test func aCrowdIsEmbeddedOverSeveralPictures() {
    var tracker = FaceTracker()
    let most = tracker.policy.embeddings
    let faces = (0..<9).map { face(Float(150 * $0), 0) }
    let qualities = (0..<9).map { 0.3 + 0.05 * Float(($0 * 4) % 9) }
    var order: [Int] = []
    for _ in 0..<9 {
      let seen = tracker.add(faces, quality: qualities)
      let due = faces.indices.filter { seen[$0].isDue }
      #expect(due.count <= most)
      for face in due { tracker.embedded(track: seen[face].track, quality: qualities[face]) }
      order += due.sorted { qualities[$0] > qualities[$1] }
    }
    #expect(order == faces.indices.sorted { qualities[$0] > qualities[$1] })
  }

  /// Who was never embedded has no name yet; who was keeps theirs meanwhile.
  @Test func newFacesComeBeforeBetterOnes() {
    var tracker = FaceTracker()
    let faces = (0...tracker.policy.embeddings).map { face(Float(150 * $0), 0) }
    for sighting in tracker.add(Array(faces.dropLast()), quality: faces.dropLast().map { _ in 0.4 }) {
      #expect(sighting.isDue)
      tracker.embedded(track: sighting.track, quality: 0.4)
    }
    let seen = tracker.add(faces, quality: faces.dropLast().map { _ in 0.9 } + [0.2])
    #expect(seen.map(\.isDue) == faces.dropLast(2).map { _ in true } + [false, true])
  }

  @Test func aFaceThatShowsNothingIsNeverDue() {
    var tracker = FaceTracker()
    for _ in 0..<tracker.policy.renewal + 2 {
      #expect(tracker.add([face(0, 0), face(150, 0)], quality: [0, 0.5])[0] == .init(track: 1, isDue: false))
    }
  }

  /// A box of 100 x 100 pixels.
  private func face(_ left: Float, _ top: Float) -> Face {
    Face(
      trusted: Box(left, top, left + 100, top + 100), score: 1, landmarks: [Point](repeating: Point(0, 0), count: 5))
  }
}
