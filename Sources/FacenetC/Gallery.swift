// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names and their documentation are the header's.

import CFacenet
import Core
import Faces
import Gallery

extension Gallery: Handled {
  static var handleName: String { "facenet_gallery" }
}

@c @implementation
public func facenet_gallery_create(
  _ path: UnsafePointer<CChar>?, _ pipeline: OpaquePointer?, _ options: UnsafePointer<facenet_gallery_options>?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> facenet_status {
  watched { () throws(FacenetError) in
    try give(out) { () throws(FacenetError) in
      let (path, (options, encoding)) = (try text(path, "path"), try galleryOptions(options))
      let pipeline: FacePipeline = try HandleTable.shared.object(pipeline, "pipeline")
      let model = GalleryModel(pipeline.embedder)
      return try Gallery(creating: path, model: model, encoding: encoding, options: options)
    }
  }
}

@c @implementation
public func facenet_gallery_open(
  _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<facenet_gallery_options>?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> facenet_status {
  watched { () throws(FacenetError) in
    try give(out) { () throws(FacenetError) in
      try Gallery(path: try text(path, "path"), options: try galleryOptions(options).options)
    }
  }
}

@c @implementation
public func facenet_gallery_dimension(_ gallery: OpaquePointer?) -> UInt32 {
  ask(gallery, "gallery", else: 0) { (gallery: Gallery) in UInt32(clamping: gallery.model.dimension) }
}

/// Adds a person with templates that are made once everything else that the caller gave was looked at.
private func enrol(
  _ gallery: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ key: UnsafePointer<CChar>?,
  _ person: UnsafeMutablePointer<Int64>?, _ templates: (Gallery) throws(FacenetError) -> [Template]
) -> facenet_status {
  withGallery(gallery) { gallery throws(FacenetError) in
    let (name, key) = (try text(name, "name"), key == nil ? nil : try text(key, "key"))
    let person = try output(person, "person")
    try gallery.checkNew(name, key: key)
    person.pointee = try gallery.enrol(name, key: key, templates: try templates(gallery))
  }
}

@c @implementation
public func facenet_gallery_enrol(
  _ gallery: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ key: UnsafePointer<CChar>?,
  _ embeddings: UnsafePointer<Float>?, _ count: Int, _ person: UnsafeMutablePointer<Int64>?
) -> facenet_status {
  enrol(gallery, name, key, person) { gallery throws(FacenetError) in
    try embeddingRows(embeddings, count, of: gallery).map { Template($0) }
  }
}

@c @implementation
public func facenet_gallery_enrol_images(
  _ gallery: OpaquePointer?, _ pipeline: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ key: UnsafePointer<CChar>?,
  _ images: UnsafePointer<facenet_image>?, _ count: Int, _ thumbnails: Int32, _ person: UnsafeMutablePointer<Int64>?
) -> facenet_status {
  enrol(gallery, name, key, person) { gallery throws(FacenetError) in
    try TemplateSource(pipeline, thumbnails, for: gallery).templates(of: try elements(images, count, "images"))
  }
}

@c @implementation
public func facenet_gallery_enrol_photos(
  _ gallery: OpaquePointer?, _ pipeline: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ key: UnsafePointer<CChar>?,
  _ paths: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int, _ thumbnails: Int32,
  _ person: UnsafeMutablePointer<Int64>?
) -> facenet_status {
  enrol(gallery, name, key, person) { gallery throws(FacenetError) in
    try TemplateSource(pipeline, thumbnails, for: gallery).templates(of: try elements(paths, count, "paths"))
  }
}

@c @implementation
public func facenet_gallery_enrol_many(
  _ gallery: OpaquePointer?, _ keys: UnsafePointer<UnsafePointer<CChar>?>?, _ embeddings: UnsafePointer<Float>?,
  _ count: Int, _ added: UnsafeMutablePointer<Int>?
) -> facenet_status {
  withGallery(gallery) { gallery throws(FacenetError) in
    let keys = try personKeys(keys, count)
    let embeddings = try elements(embeddings, count * gallery.model.dimension, "embeddings")
    let enrolled = try gallery.enrol(embeddings, keys: keys)
    added?.pointee = enrolled
  }
}

@c @implementation
public func facenet_gallery_enrol_file(
  _ gallery: OpaquePointer?, _ keys: UnsafePointer<UnsafePointer<CChar>?>?, _ path: UnsafePointer<CChar>?, _ count: Int,
  _ added: UnsafeMutablePointer<Int>?
) -> facenet_status {
  withGallery(gallery) { gallery throws(FacenetError) in
    let enrolled = try gallery.enrol(embeddingsAt: try text(path, "path"), keys: try personKeys(keys, count))
    added?.pointee = enrolled
  }
}

/// - Throws: `invalidArgument`, naming the key, for NULL and what is no text; `tooLarge`.
private func personKeys(_ pointer: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int) throws(FacenetError)
  -> [String]
{
  guard 0...Int(Int32.max) ~= count else {
    throw FacenetError(.tooLarge, "\(UInt(bitPattern: count)) keys in one call, expected at most \(Int32.max)")
  }
  var texts: [String] = []
  for (row, key) in try elements(pointer, count, "keys").enumerated() { texts.append(try text(key, "keys[\(row)]")) }
  return texts
}

@c @implementation
public func facenet_gallery_add(
  _ gallery: OpaquePointer?, _ person: Int64, _ embeddings: UnsafePointer<Float>?, _ count: Int
) -> facenet_status {
  withGallery(gallery) { gallery throws(FacenetError) in
    try gallery.add(try embeddingRows(embeddings, count, of: gallery).map { Template($0) }, to: person)
  }
}

@c @implementation
public func facenet_gallery_identify(
  _ gallery: OpaquePointer?, _ embeddings: UnsafePointer<Float>?, _ count: Int,
  _ options: UnsafePointer<facenet_identification_options>?, _ candidates: UnsafeMutablePointer<facenet_candidate>?,
  _ out: UnsafeMutablePointer<facenet_identification>?
) -> facenet_status {
  withGallery(gallery) { gallery throws(FacenetError) in
    let options = try IdentificationOptions(options)
    let probes = try embeddingRows(embeddings, count, of: gallery)
    let room = try IdentificationRoom(out, candidates, count: count, people: options.people)
    room.write(try gallery.identify(probes, options: options))
  }
}

@c @implementation
public func facenet_gallery_threshold(
  _ gallery: OpaquePointer?, _ options: UnsafePointer<facenet_identification_options>?,
  _ out: UnsafeMutablePointer<facenet_identification_threshold>?
) -> facenet_status {
  withGallery(gallery) { gallery throws(FacenetError) in
    let (out, options) = (try output(out), try IdentificationOptions(options))
    let threshold = try gallery.threshold(options.acceptance)
    out.pointee = facenet_identification_threshold(
      distance: threshold.distance, false_accept_rate: threshold.falseAcceptRate ?? .nan,
      false_positive_rate: threshold.falsePositiveIdentificationRate ?? .nan,
      extrapolated: threshold.isExtrapolated ? 1 : 0)
  }
}

@c @implementation
public func facenet_gallery_export(_ gallery: OpaquePointer?, _ folder: UnsafePointer<CChar>?) -> facenet_status {
  withGallery(gallery) { gallery throws(FacenetError) in try gallery.export(to: try text(folder, "folder")) }
}

@c @implementation
public func facenet_gallery_import(
  _ gallery: OpaquePointer?, _ folder: UnsafePointer<CChar>?, _ people: UnsafeMutablePointer<Int>?
) -> facenet_status {
  withGallery(gallery) { gallery throws(FacenetError) in
    let count = try gallery.importPeople(from: try text(folder, "folder"))
    people?.pointee = count
  }
}

@c @implementation
public func facenet_gallery_migrate(_ gallery: OpaquePointer?, _ pipeline: OpaquePointer?) -> facenet_status {
  withGallery(gallery) { old throws(FacenetError) in
    let pipeline: FacePipeline = try HandleTable.shared.object(pipeline, "pipeline")
    let migrated = try old.migrate(to: pipeline.embedder)
    HandleTable.shared.replace(gallery, old, with: migrated)
  }
}

@c @implementation
public func facenet_gallery_check(
  _ gallery: OpaquePointer?, _ function: facenet_fault_function?, _ context: UnsafeMutableRawPointer?
) -> facenet_status {
  withGallery(gallery) { gallery throws(FacenetError) in
    let faults = try gallery.check()
    for fault in faults { function?(context, fault) }
    if let first = faults.first {
      let place = first.contains(gallery.path) ? "" : "\(gallery.path): "
      throw FacenetError(.corrupt, place + first + (faults.count > 1 ? " (1 of \(faults.count))" : ""))
    }
  }
}

@c @implementation
public func facenet_gallery_compact(_ gallery: OpaquePointer?) -> facenet_status {
  withGallery(gallery) { gallery throws(FacenetError) in try gallery.compact() }
}

@c @implementation
public func facenet_gallery_statistics(_ gallery: OpaquePointer?, _ out: UnsafeMutablePointer<facenet_gallery_sizes>?)
  -> facenet_status
{
  withGallery(gallery) { gallery throws(FacenetError) in
    let out = try output(out)
    out.pointee = facenet_gallery_sizes(try gallery.statistics())
  }
}

@c @implementation
public func facenet_gallery_free(_ gallery: OpaquePointer?) {
  release(gallery, as: Gallery.self, "gallery")
}
