import Core
import Faces
import Imaging

extension Gallery {
  /// Binds the gallery to another model: embeds all faces again and replaces the templates, all or none.
  ///
  /// A face is cut again from its photograph, where that is still what it was; else its thumbnail is taken, if it has the
  /// size of the new model's crops: one of another size is not enlarged or reduced, for it was aligned for another model
  /// and shows another part of the face.
  /// - Returns: the gallery, opened again: this object, like those of other processes, refuses to go on with the old model.
  /// - Throws: `notFound`, naming the person, for a template of which neither is left; `cancelled`; what decoding throws.
  public func migrate(to embedder: Embedder) throws(FacenetError) -> Gallery {
    let target = GalleryModel(embedder)
    let before = try current().changes
    var renewed: [Template] = []
    let people = try people()
    for (position, person) in people.enumerated() {
      try Progress.reached(Double(position) / Double(people.count))
      for template in try templates(of: person.id) {
        do throws(FacenetError) { renewed.append(try renew(template, embedder)) } catch {
          throw error.located(in: "template \(template.id) of \(person.name)")
        }
      }
    }
    try write(erasing: true) { connection throws(FacenetError) in
      guard try connection.integer("SELECT changes FROM gallery") == before else {
        throw FacenetError(.inputOutput, "\(path) was changed while it was embedded again: nothing was done")
      }
      var identifiers = try TemplateIdentifiers(in: connection)
      try connection.run("DELETE FROM templates")
      for template in renewed { _ = try insert(template, template.person, &identifiers, in: connection) }
      try connection.run("UPDATE gallery SET model = ?", [.blob(target.encoded)])
      try cache.remove()
    }
    try erase()
    return try Gallery(path: path, options: options)
  }

  private func renew(_ template: Template, _ embedder: Embedder) throws(FacenetError) -> Template {
    var renewed = template
    renewed.embedding = try embedder.embed([try crop(template, embedder)])[0]
    return renewed
  }

  private func crop(_ template: Template, _ embedder: Embedder) throws(FacenetError) -> Bitmap {
    if let photo = template.photo, let digest = template.digest, let face = template.face,
      let bytes = try? File.read(photo), SHA256.digest(bytes) == digest
    {
      return try embedder.align(try Bitmap(decoding: bytes), face)
    }
    guard let thumbnail = template.thumbnail else {
      throw FacenetError(.notFound, "neither its photograph, as it was, nor a thumbnail is left")
    }
    let crop = try Bitmap(decoding: thumbnail)
    guard crop.width == embedder.side, crop.height == embedder.side else {
      throw FacenetError(
        .notFound,
        "its photograph is not left as it was, and its thumbnail was cut for another model: it is "
          + "\(crop.width)x\(crop.height) pixels, \(embedder.name) takes \(embedder.side)x\(embedder.side)")
    }
    return crop
  }
}
