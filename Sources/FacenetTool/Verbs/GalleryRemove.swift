import Core
import Gallery

/// `facenet gallery remove`
let galleryRemoveVerb = Verb(
  name: "gallery remove", summary: "Remove people from a gallery, with every trace",
  details: [
    "All or none are removed. Their templates are overwritten in the database, in its log and in the saved index; "
      + "copies and exports are yours to delete."
  ],
  operands: [.gallery, Operand("PERSON", .oneOrMore, "Names.")],
  options: [.byNumber, .flag("templates", "The words are numbers of templates, as `gallery show` prints them.")],
  exclusive: [["by-number", "templates"]],
  work: { arguments, console in
    let gallery = try Gallery(arguments)
    let words = arguments.operands[1...]
    if arguments.has("templates") {
      var numbers: [Int64] = []
      for word in words {
        guard let number = Int64(word) else { throw UsageError("'\(word)' is no number of a template") }
        numbers.append(number)
      }
      try gallery.remove(templates: numbers)
      return .done
    }
    var people: Set<Int64> = []
    for word in words { people.insert(try gallery.person(word, arguments).id) }
    try gallery.remove(people: people.sorted())
    return .done
  })
