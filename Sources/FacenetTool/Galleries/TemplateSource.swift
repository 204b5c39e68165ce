import Core
import Faces
import Gallery
import Imaging

/// Photographs in, templates out.
///
/// Immutable: any thread.
struct TemplateSource: Sendable {
  /// Which face of a photograph of several is meant.
  enum Choice: Sendable {
    case only
    case largest
    /// Counted from 1, best score first, as `facenet detect` prints them.
    case number(Int)
  }

  let embedder: Embedder
  /// nil for aligned crops.
  let detector: Detector?
  let choice: Choice
  let keepsThumbnails: Bool

  /// What `--aligned`, `--largest`, `--face` and `--thumbnails` ask for.
  init(_ arguments: Arguments, _ embedder: Embedder, threads: Int) throws(FacenetError) {
    self.embedder = embedder
    detector = arguments.has("aligned") ? nil : try Detector(arguments, threads: threads)
    choice = arguments.has("largest") ? .largest : arguments.integer("face").map { .number($0) } ?? .only
    keepsThumbnails = arguments.has("thumbnails")
  }

  /// - Parameter isEnrolled: whether the person has the photograph of this digest already.
  /// - Returns: nil for a photograph that is enrolled: no face is looked for in it.
  /// - Throws: what reading throws; `notFound` for no face, `invalidArgument` for several where none is chosen.
  func template(of path: String, unless isEnrolled: (_ digest: [UInt8]) throws(FacenetError) -> Bool)
    throws(FacenetError) -> Template?
  {
    let bytes = try File.read(path, limit: DecodeLimits().maximumFileBytes)
    let digest = SHA256.digest(bytes)
    if try isEnrolled(digest) { return nil }
    let bitmap = try Bitmap(decoding: bytes)
    var template: Template
    let crop: Bitmap
    if let detector {
      let face = try chosen(detector.detect(bitmap), path)
      crop = try embedder.align(bitmap, face)
      template = Template(try embedder.embed([crop])[0], face: face)
      template.quality = try FaceQuality(of: face, in: bitmap).value
    } else {
      crop = bitmap
      template = Template(try embedder.embed([crop])[0])
    }
    (template.photo, template.digest) = (File.absolutePath(path), digest)
    if keepsThumbnails { template.thumbnail = try Template.thumbnail(of: crop) }
    return template
  }

  private func chosen(_ faces: [Face], _ path: String) throws(FacenetError) -> Face {
    guard let largest = largest(of: faces) else { throw FacenetError(.notFound, "\(path) shows no face") }
    switch choice {
    case .largest: return faces[largest]
    case .number(let number):
      guard number <= faces.count else {
        throw FacenetError(.notFound, "\(path) shows \(counted(faces.count, "face")), not a face \(number)")
      }
      return faces[number - 1]
    case .only:
      guard faces.count == 1 else {
        throw FacenetError(
          .invalidArgument, "\(path) shows \(faces.count) faces: --largest or --face N says which is meant")
      }
      return faces[0]
    }
  }
}
