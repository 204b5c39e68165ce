import Core
import Gallery

/// `facenet gallery show`
let galleryShowVerb = Verb(
  name: "gallery show", summary: "Show a gallery, or a person and their templates",
  details: [
    "Without PERSON prints the model, the counts, the way templates are stored and the bytes of the database, of which "
      + "`gallery compact` gives the unused ones back; with PERSON the templates: number, quality and photograph.",
    "--json prints one object: model, dimension, metric, encoding, people, templates, people_without_templates, thumbnails, "
      + "bytes and unused_bytes; or person, name, key, facts (a "
      + "JSON text) and templates, each with template, quality, photo, time (seconds since 1970) and box.",
  ],
  operands: [.gallery, Operand("PERSON", .optional, "A name.")], options: [.byNumber, .json],
  work: { arguments, console in
    let gallery = try Gallery(arguments)
    let isJSON = arguments.has("json")
    guard arguments.operands.count > 1 else {
      try console.result(isJSON ? try json(gallery).description : try text(gallery))
      return .done
    }
    let person = try gallery.person(arguments.operands[1], arguments)
    let templates = try gallery.templates(of: person.id)
    try console.result(isJSON ? json(person, templates).description : text(person, templates))
    return .done
  })

private func json(_ gallery: Gallery) throws(FacenetError) -> JSON {
  let sizes = try gallery.statistics()
  return .object([
    ("model", .text(gallery.model.name)), ("dimension", .integer(gallery.model.dimension)),
    ("metric", .text(gallery.model.metric.rawValue)), ("encoding", .text(gallery.encoding.rawValue)),
    ("people", .integer(sizes.people)), ("templates", .integer(sizes.templates)),
    ("people_without_templates", .integer(sizes.peopleWithoutTemplates)), ("thumbnails", .integer(sizes.thumbnails)),
    ("bytes", .integer(sizes.bytes)), ("unused_bytes", .integer(sizes.unusedBytes)),
  ])
}

private func text(_ gallery: Gallery) throws(FacenetError) -> String {
  let sizes = try gallery.statistics()
  let without = sizes.peopleWithoutTemplates > 0 ? ", \(sizes.peopleWithoutTemplates) without a template" : ""
  return """
    model      \(gallery.model.name), \(gallery.model.dimension) numbers, stored as \(gallery.encoding.rawValue)
    people     \(sizes.people)\(without)
    templates  \(sizes.templates), \(sizes.thumbnails) with a thumbnail
    bytes      \(sizes.bytes), \(sizes.unusedBytes) unused
    """
}

private func json(_ person: Person, _ templates: [Template]) -> JSON {
  .object([
    ("person", .integer(Int(person.id))), ("name", .text(person.name)),
    ("key", person.key.map { .text($0) } ?? .null), ("facts", .text(person.facts)),
    ("templates", .list(templates.map(json))),
  ])
}

private func json(_ template: Template) -> JSON {
  let box = template.face.map { JSON.numbers([$0.left, $0.top, $0.right, $0.bottom]) }
  return .object([
    ("template", .integer(Int(template.id))), ("quality", template.quality.map { .number($0) } ?? .null),
    ("photo", template.photo.map { .text($0) } ?? .null),
    ("time", .integer(Int(exactly: template.time.rounded(.down)) ?? 0)), ("box", box ?? .null),
  ])
}

private func text(_ person: Person, _ templates: [Template]) -> String {
  let key = person.key.map { "  key \($0)" } ?? ""
  let lines = templates.map { template in
    let quality = template.quality.map { decimal($0, 3) } ?? "-"
    return "  \(template.id)  quality \(quality)  \(template.photo ?? "")"
  }
  return (["\(person.id)  \(person.name)\(key)  \(counted(templates.count, "template"))"] + lines)
    .joined(separator: "\n")
}
