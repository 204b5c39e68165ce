// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names and their documentation are the header's.

import CFacenet
import Core
import Faces
import Gallery

extension Gallery: Handled {
  static var handleName: String { "facenet_gallery" }
}

/// Calls `body` with the gallery behind a handle, as a long call.
private func with(_ gallery: OpaquePointer?, _ body: (Gallery) throws(FacenetError) -> Void) -> facenet_status {
  watched { () throws(FacenetError) in try HandleTable.shared.use(gallery, "gallery", body) }
}

@c @implementation
public func facenet_gallery_create(
  _ path: UnsafePointer<CChar>?, _ pipeline: OpaquePointer?, _ options: UnsafePointer<facenet_gallery_options>?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> facenet_status {
  watched { () throws(FacenetError) in
    let (out, path) = (try output(out), try text(path, "path"))
    let pipeline: FacePipeline = try HandleTable.shared.object(pipeline, "pipeline")
    let (options, encoding) = try galleryOptions(options)
    out.pointee = try HandleTable.shared.insert(
      try Gallery(creating: path, model: GalleryModel(pipeline.embedder), encoding: encoding, options: options))
  }
}

@c @implementation
public func facenet_gallery_open(
  _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<facenet_gallery_options>?,
  _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> facenet_status {
  watched { () throws(FacenetError) in
    let (out, path) = (try output(out), try text(path, "path"))
    out.pointee = try HandleTable.shared.insert(try Gallery(path: path, options: try galleryOptions(options).options))
  }
}

@c @implementation
public func facenet_gallery_dimension(_ gallery: OpaquePointer?) -> UInt32 {
  guarded(else: 0) { () throws(FacenetError) in
    let gallery: Gallery = try HandleTable.shared.object(gallery, "gallery")
    return UInt32(clamping: gallery.model.dimension)
  }
}

@c @implementation
public func facenet_gallery_enrol(
  _ gallery: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ key: UnsafePointer<CChar>?,
  _ embeddings: UnsafePointer<Float>?, _ count: Int, _ person: UnsafeMutablePointer<Int64>?
) -> facenet_status {
  with(gallery) { gallery throws(FacenetError) in
    let (name, key) = (try text(name, "name"), key == nil ? nil : try text(key, "key"))
    let person = try output(person, "person")
    let templates = try embeddingRows(embeddings, count, of: gallery).map { Template($0) }
    person.pointee = try gallery.enrol(name, key: key, templates: templates)
  }
}

@c @implementation
public func facenet_gallery_enrol_images(
  _ gallery: OpaquePointer?, _ pipeline: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ key: UnsafePointer<CChar>?,
  _ images: UnsafePointer<facenet_image>?, _ count: Int, _ person: UnsafeMutablePointer<Int64>?
) -> facenet_status {
  with(gallery) { gallery throws(FacenetError) in
    let pipeline: FacePipeline = try HandleTable.shared.object(pipeline, "pipeline")
    let (name, key) = (try text(name, "name"), key == nil ? nil : try text(key, "key"))
    let person = try output(person, "person")
    try gallery.check(pipeline.embedder)
    let templates = try templates(of: try elements(images, count, "images"), pipeline)
    person.pointee = try gallery.enrol(name, key: key, templates: templates)
  }
}

@c @implementation
public func facenet_gallery_add(
  _ gallery: OpaquePointer?, _ person: Int64, _ embeddings: UnsafePointer<Float>?, _ count: Int
) -> facenet_status {
  with(gallery) { gallery throws(FacenetError) in
    try gallery.add(try embeddingRows(embeddings, count, of: gallery).map { Template($0) }, to: person)
  }
}

@c @implementation
public func facenet_gallery_rename(_ gallery: OpaquePointer?, _ person: Int64, _ name: UnsafePointer<CChar>?)
  -> facenet_status
{
  with(gallery) { gallery throws(FacenetError) in try gallery.rename(person, to: try text(name, "name")) }
}

@c @implementation
public func facenet_gallery_remove(_ gallery: OpaquePointer?, _ people: UnsafePointer<Int64>?, _ count: Int)
  -> facenet_status
{
  with(gallery) { gallery throws(FacenetError) in
    try gallery.remove(people: try indexKeys(people, count, "people"))
  }
}

@c @implementation
public func facenet_gallery_person(
  _ gallery: OpaquePointer?, _ person: Int64, _ out: UnsafeMutablePointer<facenet_person>?
) -> facenet_status {
  with(gallery) { gallery throws(FacenetError) in
    let out = try output(out)
    guard let found = try gallery.person(person) else {
      throw FacenetError(.notFound, "there is no person \(person) in \(gallery.path)")
    }
    out.pointee = facenet_person(found)
  }
}

@c @implementation
public func facenet_gallery_people(
  _ gallery: OpaquePointer?, _ after: Int64, _ people: UnsafeMutablePointer<facenet_person>?, _ capacity: Int,
  _ count: UnsafeMutablePointer<Int>?
) -> facenet_status {
  with(gallery) { gallery throws(FacenetError) in
    let (room, count) = (try room(people, capacity, "people"), try output(count, "count"))
    let found = try gallery.people(after: after, limit: capacity)
    for (place, person) in found.enumerated() { room[place] = facenet_person(person) }
    count.pointee = found.count
  }
}

@c @implementation
public func facenet_gallery_identify(
  _ gallery: OpaquePointer?, _ embeddings: UnsafePointer<Float>?, _ count: Int,
  _ options: UnsafePointer<facenet_identification_options>?, _ candidates: UnsafeMutablePointer<facenet_candidate>?,
  _ out: UnsafeMutablePointer<facenet_identification>?
) -> facenet_status {
  with(gallery) { gallery throws(FacenetError) in
    let options = try IdentificationOptions(options)
    let probes = try embeddingRows(embeddings, count, of: gallery)
    let room = try IdentificationRoom(out, candidates, count: count, people: options.people)
    room.write(try gallery.identify(probes, options: options))
  }
}

@c @implementation
public func facenet_gallery_export(_ gallery: OpaquePointer?, _ folder: UnsafePointer<CChar>?) -> facenet_status {
  with(gallery) { gallery throws(FacenetError) in try gallery.export(to: try text(folder, "folder")) }
}

@c @implementation
public func facenet_gallery_import(
  _ gallery: OpaquePointer?, _ folder: UnsafePointer<CChar>?, _ people: UnsafeMutablePointer<Int>?
) -> facenet_status {
  with(gallery) { gallery throws(FacenetError) in
    let count = try gallery.importPeople(from: try text(folder, "folder"))
    people?.pointee = count
  }
}

@c @implementation
public func facenet_gallery_check(_ gallery: OpaquePointer?) -> facenet_status {
  with(gallery) { gallery throws(FacenetError) in
    let faults = try gallery.check()
    if let first = faults.first {
      throw FacenetError(.corrupt, "\(gallery.path): \(first)" + (faults.count > 1 ? " (1 of \(faults.count))" : ""))
    }
  }
}

@c @implementation
public func facenet_gallery_compact(_ gallery: OpaquePointer?) -> facenet_status {
  with(gallery) { gallery throws(FacenetError) in try gallery.compact() }
}

@c @implementation
public func facenet_gallery_statistics(_ gallery: OpaquePointer?, _ out: UnsafeMutablePointer<facenet_gallery_sizes>?)
  -> facenet_status
{
  with(gallery) { gallery throws(FacenetError) in
    let out = try output(out)
    out.pointee = facenet_gallery_sizes(try gallery.statistics())
  }
}

@c @implementation
public func facenet_gallery_free(_ gallery: OpaquePointer?) {
  _ = guarded { () throws(FacenetError) in
    try HandleTable.shared.remove(gallery, as: Gallery.self, "gallery")
  }
}
