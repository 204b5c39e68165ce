import CFacenet
import Core
import Faces
import Gallery
import Imaging

/// Photographs that show one face each in, templates out.
struct TemplateSource {
  private static let mostPhotographs = 1 << 16

  private let pipeline: FacePipeline
  private let keepsThumbnails: Bool

  /// - Throws: `invalidArgument` for what is no pipeline, or not one of the gallery's embedder, and for another flag than 0 or 1.
  init(_ pipeline: OpaquePointer?, _ thumbnails: Int32, for gallery: Gallery) throws(FacenetError) {
    self.pipeline = try HandleTable.shared.object(pipeline, "pipeline")
    try gallery.check(self.pipeline.embedder)
    keepsThumbnails = try truth(thumbnails, "thumbnails")
  }

  /// - Throws: `notFound` for a photograph without a face, `invalidArgument` for one with several, naming it; what
  ///   embedding throws.
  func templates(of images: UnsafeBufferPointer<facenet_image>) throws(FacenetError) -> [Template] {
    try templates(images.count) { index throws(FacenetError) in
      let name = "images[\(index)]"
      return try onlyFace(in: try view(images[index], name), name)
    }
  }

  /// Templates that tell which file they are from; see ``templates(of:)-(UnsafeBufferPointer<facenet_image>)``.
  /// - Throws: also what reading and decoding the files throws.
  func templates(of paths: UnsafeBufferPointer<UnsafePointer<CChar>?>) throws(FacenetError) -> [Template] {
    try templates(paths.count) { index throws(FacenetError) in
      let path = try text(paths[index], "paths[\(index)]")
      let bytes = try File.read(path, limit: DecodeLimits().maximumFileBytes)
      let bitmap: Bitmap
      do throws(FacenetError) { bitmap = try Bitmap(decoding: bytes) } catch { throw error.located(in: path) }
      var template = try bitmap.withView { view throws(FacenetError) in try onlyFace(in: view, path) }
      (template.photo, template.digest) = (File.absolutePath(path), SHA256.digest(bytes))
      return template
    }
  }

  private func templates(_ count: Int, _ make: (Int) throws(FacenetError) -> Template) throws(FacenetError)
    -> [Template]
  {
    guard count <= Self.mostPhotographs else {
      throw FacenetError(.tooLarge, "\(count) photographs in one call, expected at most \(Self.mostPhotographs)")
    }
    var templates: [Template] = []
    for index in 0..<count {
      templates.append(try Progress.part(index, of: count) { () throws(FacenetError) in try make(index) })
    }
    return templates
  }

  private func onlyFace(in view: ImageView, _ name: String) throws(FacenetError) -> Template {
    let faces = try pipeline.faces(in: view)
    guard let face = faces.first else { throw FacenetError(.notFound, "no face found in \(name)") }
    guard faces.count == 1 else {
      throw FacenetError(.invalidArgument, "\(name) shows \(faces.count) faces, expected one")
    }
    var template = Template(face.embedding, face: face.face)
    template.quality = try FaceQuality(of: face.face, in: view).value
    if keepsThumbnails {
      template.thumbnail = try Template.thumbnail(of: try pipeline.embedder.align(view, face.face))
    }
    return template
  }
}
