import Core
import Faces
import Search

extension Gallery {
  /// Says whose face an embedding is.
  /// - Throws: `invalidArgument` for an embedding that is not of the gallery's model or an option out of range;
  ///   `unsupported` where a rate is asked for and the model was never measured.
  public func identify(_ embedding: [Float], options: IdentificationOptions = IdentificationOptions())
    throws(FacenetError) -> Identification
  {
    try identify([embedding], options: options)[0]
  }

  /// Says whose faces embeddings are, each by itself; see ``identify(_:options:)-([Float],_)``.
  public func identify(_ embeddings: [[Float]], options: IdentificationOptions = IdentificationOptions())
    throws(FacenetError) -> [Identification]
  {
    guard (1...1000).contains(options.people), (1...100).contains(options.templates) else {
      throw FacenetError(
        .invalidArgument,
        "identification tells 1 to 1000 people by 1 to 100 templates each, got \(options.people) and "
          + "\(options.templates)")
    }
    guard options.margin.map({ $0 >= 0 && $0.isFinite }) ?? true else {
      throw FacenetError(.invalidArgument, "the margin must be a number from 0 up, got \(options.margin ?? 0)")
    }
    for (position, embedding) in embeddings.enumerated() {
      do throws(FacenetError) { try Template(embedding).check(against: model) } catch {
        throw error.located(in: "probe \(position)")
      }
    }
    let threshold = try threshold(options.acceptance)
    let ranked = try searching { state throws(FacenetError) in
      try Ranking(
        search: { probes, nearest, statistics throws(FacenetError) in
          try state.index.search(probes, nearest: nearest, statistics: &statistics)
        },
        owners: state.owners, total: templateCount, metric: model.metric, people: max(2, options.people),
        templates: options.templates
      ).rank(embeddings)
    }
    var results: [Identification] = []
    for ranked in ranked {
      var candidates: [Identification.Candidate] = []
      for entry in ranked.entries {
        // Nobody is told who was removed meanwhile.
        guard let person = try person(entry.person) else { continue }
        candidates.append(.init(person: person, distance: entry.distance, template: entry.template))
      }
      results.append(judge(candidates, threshold, options, ranked.statistics))
    }
    return results
  }

  /// The largest distance at which ``identify(_:options:)-([Float],_)`` takes a face for somebody's, with the gallery as it
  /// is now.
  ///
  /// A stranger may pass by any template, so N is the number of templates: photographs of one person are not independent,
  /// and the rate that results is rather smaller than the wanted one.
  public func threshold(_ acceptance: Acceptance) throws(FacenetError) -> IdentificationThreshold {
    try IdentificationThreshold(acceptance, model: model, comparisons: try current().owners.count)
  }

  private func templateCount(of person: Int64) throws(FacenetError) -> Int {
    try read { connection throws(FacenetError) in
      Int(try connection.integer("SELECT count(*) FROM templates WHERE person = ?", [.integer(person)]) ?? 0)
    }
  }

  private func judge(
    _ candidates: [Identification.Candidate], _ threshold: IdentificationThreshold, _ options: IdentificationOptions,
    _ statistics: SearchStatistics
  ) -> Identification {
    func result(_ verdict: Identification.Verdict, _ reason: String) -> Identification {
      let told = Array(candidates.prefix(options.people))
      let guess = threshold.doubt(about: model).map { "; \($0)" } ?? ""
      return Identification(
        verdict: verdict, candidates: told, threshold: threshold, reason: reason + guess, statistics: statistics)
    }
    guard let best = candidates.first else { return result(.unknown, "the gallery is empty") }
    let limit = threshold.distance
    guard best.distance <= limit else {
      return result(
        .unknown, "the nearest is \(best.person.name) at \(best.distance), farther than the threshold \(limit)")
    }
    let margin = options.margin ?? IdentificationOptions.defaultMargin * limit
    if candidates.count > 1, candidates[1].distance <= limit, candidates[1].distance - best.distance <= margin {
      let second = candidates[1]
      return result(
        .ambiguous,
        "\(best.person.name) at \(best.distance) and \(second.person.name) at \(second.distance) are both within the "
          + "threshold \(limit) and differ by no more than the margin \(margin)")
    }
    return result(.known, "\(best.person.name) at \(best.distance) is within the threshold \(limit)")
  }
}
