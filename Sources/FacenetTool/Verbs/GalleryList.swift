import Core
import Gallery

/// `facenet gallery list`
let galleryListVerb = Verb(
  name: "gallery list", summary: "List the people of a gallery",
  details: [
    "Prints the number, the count of templates and the name of each person, in the order of the numbers.",
    "--json prints one object a person and line: person, name, key (or null), templates.",
  ],
  operands: [.gallery], options: [.json],
  work: { arguments, console in
    let gallery = try Gallery(arguments)
    var last: Int64 = 0
    while true {
      let people = try gallery.people(after: last, limit: 1000)
      for person in people {
        let key = person.key.map { "  (\($0))" } ?? ""
        let text = "\(person.id)  \(counted(person.templates, "template"))  \(person.name)\(key)"
        try console.result(arguments.has("json") ? person.json.description : text)
      }
      guard let end = people.last else { return .done }
      last = end.id
      try Interruption.check()
    }
  })
