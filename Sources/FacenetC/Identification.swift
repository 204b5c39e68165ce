import CFacenet
import Core
import Faces
import Gallery
import Search

/// (count, dimension) floats of the caller, a copy a row.
/// - Throws: `invalidArgument` for NULL, `tooLarge`.
func embeddingRows(_ pointer: UnsafePointer<Float>?, _ count: Int, of gallery: Gallery) throws(FacenetError)
  -> [[Float]]
{
  guard 0...1 << 20 ~= count else {
    throw FacenetError(
      .tooLarge, "\(UInt(bitPattern: count)) embeddings in one call, expected at most \(1 << 20)")
  }
  let dimension = gallery.model.dimension
  let numbers = try elements(pointer, count * dimension, "embeddings")
  return (0..<count).map { Array(numbers[$0 * dimension..<($0 + 1) * dimension]) }
}

/// The caller's room for what is said of `count` faces.
struct IdentificationRoom {
  private let people: Int
  private let candidates: UnsafeMutableBufferPointer<facenet_candidate>?
  private let identifications: UnsafeMutableBufferPointer<facenet_identification>

  init(
    _ out: UnsafeMutablePointer<facenet_identification>?, _ candidates: UnsafeMutablePointer<facenet_candidate>?,
    count: Int, people: Int
  ) throws(FacenetError) {
    self.people = people
    identifications = try room(out, count, "out")
    self.candidates = candidates == nil ? nil : try room(candidates, count * people, "candidates")
  }

  func write(_ results: [Identification]) {
    for (index, result) in results.enumerated() {
      identifications[index] = facenet_identification(result)
      for (place, candidate) in result.candidates.enumerated() {
        candidates?[index * people + place] = facenet_candidate(candidate)
      }
    }
  }
}

extension facenet_identification {
  init(_ result: Identification) {
    let verdict =
      switch result.verdict {
      case .known: FACENET_KNOWN
      case .unknown: FACENET_UNKNOWN
      case .ambiguous: FACENET_AMBIGUOUS
      }
    self.init()
    (person, distance) = (result.person?.id ?? 0, result.candidates.first?.distance ?? .infinity)
    (threshold, extrapolated) = (result.threshold.distance, result.threshold.isExtrapolated ? 1 : 0)
    (self.verdict, count) = (facenet_verdict(verdict), UInt32(result.candidates.count))
    withUnsafeMutableBytes(of: &reason) { $0.copyText(result.reason) }
  }
}

extension facenet_candidate {
  init(_ candidate: Identification.Candidate) {
    self.init(
      person: candidate.person.id, nearest: candidate.template, distance: candidate.distance,
      templates: UInt32(clamping: candidate.person.templates))
  }
}

extension facenet_person {
  init(_ person: Person) {
    self.init()
    (id, created, templates) = (person.id, person.created, UInt64(person.templates))
    withUnsafeMutableBytes(of: &name) { $0.copyText(person.name) }
    withUnsafeMutableBytes(of: &key) { $0.copyText(person.key ?? "") }
  }
}

extension facenet_gallery_sizes {
  init(_ sizes: Gallery.Statistics) {
    self.init(
      people: UInt64(sizes.people), templates: UInt64(sizes.templates),
      people_without_templates: UInt64(sizes.peopleWithoutTemplates), bytes: UInt64(sizes.bytes),
      unused_bytes: UInt64(sizes.unusedBytes))
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Copies text into this zeroed memory, cut at a character's end where it is too long.
  func copyText(_ text: String) {
    var length = 0
    for character in text.unicodeScalars {
      guard length + UTF8.width(character) < count else { break }
      length += UTF8.width(character)
    }
    copyBytes(from: text.utf8.prefix(length))
  }
}
