import Gallery

/// `facenet gallery key`
let galleryKeyVerb = Verb(
  name: "gallery key", summary: "Give a person of a gallery another key, or none",
  details: ["A key is what another system calls the person; nobody else of the gallery has the same."],
  operands: [
    .gallery, Operand("PERSON", .one, "A name."),
    Operand("KEY", .optional, "The new key: what a name may be. Without it the person has none from then on."),
  ],
  options: [.byNumber],
  work: { arguments, console in
    let gallery = try Gallery(arguments)
    let person = try gallery.person(arguments.operands[1], arguments)
    try gallery.setKey(arguments.operands.count > 2 ? arguments.operands[2] : nil, of: person.id)
    return .done
  })
