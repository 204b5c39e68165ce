import Core
import Faces
import Imaging

extension Gallery {
  private static let facesAtOnce = 16

  /// Binds the gallery to another model: embeds all faces again and replaces the templates, all or none.
  ///
  /// A face is cut again from its photograph, where that is still what it was; a photograph that was enrolled as an
  /// aligned crop is one still. Else the thumbnail is taken. Crops and thumbnails must have the size of the new model's:
  /// others are not enlarged or reduced, for they were aligned for another model and show another part of the face.
  /// Whoever had a thumbnail has one of the new crop.
  ///
  /// One transaction, a few faces in memory at a time: others read the gallery as it was until it is through, and cannot
  /// write.
  /// - Returns: the gallery, opened again: this object, like those of other processes, refuses to go on with the old model.
  /// - Throws: `notFound`, naming the person, for a template of which nothing that serves is left; `cancelled`; what
  ///   decoding throws.
  public func migrate(to embedder: Embedder) throws(FacenetError) -> Gallery {
    // By a connection of its own, so that whoever reads by this one need not wait.
    let worker = try Gallery(path: location, options: options)
    try worker.write(erasing: true) { connection throws(FacenetError) in
      try worker.renewTemplates(in: connection, embedder)
      try connection.run("UPDATE gallery SET model = ?", [.blob(GalleryModel(embedder).encoded)])
      try cache.remove()
    }
    try worker.erase()
    return try Gallery(path: location, options: options)
  }

  private func renewTemplates(in connection: Connection, _ embedder: Embedder) throws(FacenetError) {
    let table = templates(in: connection)
    var identifiers = try TemplateIdentifiers(in: connection)
    let count = try table.count()
    var done = 0
    while done < count {
      try Progress.reached(Double(done) / Double(count))
      // New templates have greater numbers than old ones, which go: those left to do are always the first.
      let some = try table.first(min(Self.facesAtOnce, count - done))
      var (renewed, crops): ([Template], [Bitmap]) = ([], [])
      for template in some {
        do throws(FacenetError) {
          let face = try face(of: template, embedder)
          renewed.append(template)
          renewed[renewed.count - 1].thumbnail = face.thumbnail
          crops.append(face.crop)
        } catch { throw error.located(in: table.name(of: template)) }
      }
      for (template, embedding) in zip(renewed, try embedder.embed(crops)) {
        var template = template
        template.embedding = embedding
        try connection.run("DELETE FROM templates WHERE id = ?", [.integer(template.id)])
        _ = try insert(template, template.person, &identifiers, in: connection)
      }
      done += some.count
    }
  }

  /// A template's face as the embedder wants it, and the thumbnail to keep of it.
  private func face(of template: Template, _ embedder: Embedder) throws(FacenetError)
    -> (crop: Bitmap, thumbnail: [UInt8]?)
  {
    if let photo = template.photo, let digest = template.digest, let bytes = try? File.read(photo),
      SHA256.digest(bytes) == digest
    {
      let picture = try Bitmap(decoding: bytes)
      let crop =
        if let face = template.face { try embedder.align(picture, face) } else {
          try fitting(picture, "its photograph, an aligned crop,", embedder)
        }
      return (crop, template.thumbnail == nil ? nil : try Template.thumbnail(of: crop))
    }
    guard let thumbnail = template.thumbnail else {
      throw FacenetError(.notFound, "neither its photograph, as it was, nor a thumbnail is left")
    }
    let crop: Bitmap
    do throws(FacenetError) { crop = try Bitmap(decoding: thumbnail) } catch {
      throw FacenetError(error.status, "its photograph is not left as it was, and its thumbnail: \(error.message)")
    }
    return (try fitting(crop, "its photograph is not left as it was, and its thumbnail", embedder), thumbnail)
  }

  private func fitting(_ crop: Bitmap, _ what: String, _ embedder: Embedder) throws(FacenetError) -> Bitmap {
    guard crop.width == embedder.side, crop.height == embedder.side else {
      throw FacenetError(
        .notFound,
        "\(what) was cut for another model: it is \(crop.width)x\(crop.height) pixels, \(embedder.name) takes "
          + "\(embedder.side)x\(embedder.side)")
    }
    return crop
  }
}
