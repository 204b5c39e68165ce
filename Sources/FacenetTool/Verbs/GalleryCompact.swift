import Gallery

/// `facenet gallery compact`
let galleryCompactVerb = Verb(
  name: "gallery compact", summary: "Give back the space that removed people took, and save the index",
  operands: [.gallery],
  work: { arguments, console in
    try Gallery(arguments).compact()
    return .done
  })
