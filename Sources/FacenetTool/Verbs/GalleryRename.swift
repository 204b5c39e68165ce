import Gallery

/// `facenet gallery rename`
let galleryRenameVerb = Verb(
  name: "gallery rename", summary: "Give a person of a gallery another name",
  operands: [
    .gallery, Operand("PERSON", .one, "A name."), Operand("NAME", .one, "The new name: one line, 1000 bytes at most."),
  ],
  options: [.byNumber],
  work: { arguments, console in
    let gallery = try Gallery(arguments)
    let person = try gallery.person(arguments.operands[1], arguments)
    try gallery.rename(person.id, to: arguments.operands[2])
    return .done
  })
