/// A verb's first word and what may follow it: itself alone, or the second words of a family.
struct VerbFamily {
  let name: String
  /// Empty for a verb of one word.
  let members: [Verb]
  /// One line about the verb, or about all verbs of the family.
  let summary: String

  /// The families in the order of their first verbs.
  static func all(of verbs: [Verb]) -> [VerbFamily] {
    var names: [String] = []
    for verb in verbs where !names.contains(first(of: verb)) { names.append(first(of: verb)) }
    return names.map { name in
      let own = verbs.filter { first(of: $0) == name }
      let members = own.filter { $0.name != name }
      let seconds = members.map(second).joined(separator: ", ")
      return VerbFamily(name: name, members: members, summary: members.isEmpty ? own[0].summary : "One of: \(seconds)")
    }
  }

  /// The second word of a verb of two.
  static func second(of verb: Verb) -> String { String(verb.name.drop { $0 != " " }.dropFirst()) }

  private static func first(of verb: Verb) -> String { String(verb.name.prefix { $0 != " " }) }
}
