import Core
import Gallery

/// What speaks against templates that are to be a person's, measured by the model's threshold for two photographs.
struct EnrolmentDoubts {
  let gallery: Gallery

  /// Sentences, none where all is well.
  /// - Parameter templates: new ones.
  func about(_ templates: [Template], of enrollee: Enrollee) throws(FacenetError) -> [String] {
    guard !templates.isEmpty else { return [] }
    let (name, person) = (enrollee.name, try gallery.person(enrollee))
    let enrolled = try person.map { person throws(FacenetError) in try gallery.templates(of: person.id) } ?? []
    return try own(templates, enrolled, name) + others(templates, name, person)
  }

  /// Templates that no other of the person is near to.
  private func own(_ templates: [Template], _ enrolled: [Template], _ name: String) throws(FacenetError) -> [String] {
    guard templates.count + enrolled.count > 1 else { return [] }
    var doubts: [String] = []
    for (index, template) in templates.enumerated() {
      var nearest = Float.infinity
      for other in enrolled.map(\.embedding)
        + templates.indices.filter({ $0 != index }).map({ templates[$0].embedding })
      {
        nearest = min(nearest, try gallery.model.metric.distance(template.embedding, other))
      }
      if nearest > gallery.model.threshold {
        doubts.append("\(template.photo ?? "a photograph") is far from the others of \(name): \(decimal(nearest, 3))")
      }
    }
    return doubts
  }

  /// Templates that would be taken for somebody else.
  private func others(_ templates: [Template], _ name: String, _ person: Person?) throws(FacenetError) -> [String] {
    let found = try gallery.identify(
      templates.map(\.embedding), options: IdentificationOptions(acceptance: .model, people: 2))
    return zip(templates, found).compactMap { template, identification in
      let other = identification.candidates.first { $0.person.id != person?.id }
      guard let other, other.distance <= gallery.model.threshold else { return nil }
      let photo = template.photo ?? "a photograph"
      return "\(photo), enrolled as \(name), is near \(other.person.name): \(decimal(other.distance, 3))"
    }
  }
}
