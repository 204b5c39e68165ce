// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names and their documentation are the header's.

import CFacenet
import Core
import Gallery

@c @implementation
public func facenet_gallery_rename(_ gallery: OpaquePointer?, _ person: Int64, _ name: UnsafePointer<CChar>?)
  -> facenet_status
{
  withGallery(gallery) { gallery throws(FacenetError) in try gallery.rename(person, to: try text(name, "name")) }
}

@c @implementation
public func facenet_gallery_set_key(_ gallery: OpaquePointer?, _ person: Int64, _ key: UnsafePointer<CChar>?)
  -> facenet_status
{
  withGallery(gallery) { gallery throws(FacenetError) in
    try gallery.setKey(key == nil ? nil : try text(key, "key"), of: person)
  }
}

@c @implementation
public func facenet_gallery_set_facts(_ gallery: OpaquePointer?, _ person: Int64, _ facts: UnsafePointer<CChar>?)
  -> facenet_status
{
  withGallery(gallery) { gallery throws(FacenetError) in
    try gallery.setFacts(try text(facts, "facts", limit: Person.longestFacts), of: person)
  }
}

@c @implementation
public func facenet_gallery_remove(_ gallery: OpaquePointer?, _ people: UnsafePointer<Int64>?, _ count: Int)
  -> facenet_status
{
  withGallery(gallery) { gallery throws(FacenetError) in
    try gallery.remove(people: try indexKeys(people, count, "people"))
  }
}

@c @implementation
public func facenet_gallery_person(
  _ gallery: OpaquePointer?, _ person: Int64, _ out: UnsafeMutablePointer<facenet_person>?
) -> facenet_status {
  withGallery(gallery) { gallery throws(FacenetError) in
    let out = try output(out)
    out.pointee = facenet_person(try someone(person, in: gallery))
  }
}

@c @implementation
public func facenet_gallery_people(
  _ gallery: OpaquePointer?, _ after: Int64, _ people: UnsafeMutablePointer<facenet_person>?, _ capacity: Int,
  _ count: UnsafeMutablePointer<Int>?
) -> facenet_status {
  withGallery(gallery) { gallery throws(FacenetError) in
    let list = try ListRoom(people, capacity, "people", count)
    list.write(try gallery.people(after: after, limit: capacity), facenet_person.init)
  }
}

@c @implementation
public func facenet_gallery_person_with_key(
  _ gallery: OpaquePointer?, _ key: UnsafePointer<CChar>?, _ out: UnsafeMutablePointer<facenet_person>?
) -> facenet_status {
  withGallery(gallery) { gallery throws(FacenetError) in
    let (out, key) = (try output(out), try text(key, "key"))
    guard let found = try gallery.person(key: key) else {
      throw FacenetError(.notFound, "there is no person with the key \(key) in \(gallery.path)")
    }
    out.pointee = facenet_person(found)
  }
}

@c @implementation
public func facenet_gallery_people_named(
  _ gallery: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ people: UnsafeMutablePointer<facenet_person>?,
  _ capacity: Int, _ count: UnsafeMutablePointer<Int>?
) -> facenet_status {
  withGallery(gallery) { gallery throws(FacenetError) in
    let list = try ListRoom(people, capacity, "people", count)
    list.write(try gallery.people(named: try text(name, "name")), facenet_person.init)
  }
}

@c @implementation
public func facenet_gallery_facts(
  _ gallery: OpaquePointer?, _ person: Int64, _ facts: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ size: UnsafeMutablePointer<Int>?
) -> facenet_status {
  withGallery(gallery) { gallery throws(FacenetError) in
    let (room, size) = (try room(facts, capacity, "facts"), try output(size, "size"))
    let text = try someone(person, in: gallery).facts.utf8CString
    if text.count <= capacity { _ = room.update(from: text) }
    size.pointee = text.count
  }
}

@c @implementation
public func facenet_gallery_templates(
  _ gallery: OpaquePointer?, _ person: Int64, _ templates: UnsafeMutablePointer<facenet_template>?, _ capacity: Int,
  _ count: UnsafeMutablePointer<Int>?
) -> facenet_status {
  withGallery(gallery) { gallery throws(FacenetError) in
    let list = try ListRoom(templates, capacity, "templates", count)
    list.write(try gallery.templates(of: person), facenet_template.init)
  }
}

@c @implementation
public func facenet_gallery_remove_templates(
  _ gallery: OpaquePointer?, _ templates: UnsafePointer<Int64>?, _ count: Int
) -> facenet_status {
  withGallery(gallery) { gallery throws(FacenetError) in
    try gallery.remove(templates: try indexKeys(templates, count, "templates"))
  }
}

private func someone(_ person: Int64, in gallery: Gallery) throws(FacenetError) -> Person {
  guard let found = try gallery.person(person) else {
    throw FacenetError(.notFound, "there is no person \(person) in \(gallery.path)")
  }
  return found
}

extension facenet_template {
  fileprivate init(_ template: Template) {
    self.init()
    (id, time, quality) = (template.id, template.time, template.quality ?? .nan)
    thumbnail = template.thumbnail == nil ? 0 : 1
    if let face = template.face { (has_face, self.face) = (1, facenet_face(face)) }
    withUnsafeMutableBytes(of: &digest) { $0.copyBytes(from: (template.digest ?? []).prefix($0.count)) }
    withUnsafeMutableBytes(of: &photo) { $0.copyText(template.photo ?? "") }
  }
}
