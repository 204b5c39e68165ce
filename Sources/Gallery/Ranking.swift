import Core
import Faces
import Search

/// People in the order of their distance to a probe.
struct Ranking {
  /// The best people for a probe, and what was looked at to find them.
  struct Ranked {
    let entries: [Entry]
    let statistics: SearchStatistics
  }

  struct Entry {
    let person: Int64
    let distance: Float
    let template: Int64
  }

  /// The templates nearest to each probe, at most as many as asked for, nearest first.
  let search:
    (_ probes: [[Float]], _ nearest: Int, _ statistics: inout [SearchStatistics]) throws(FacenetError) -> [[Neighbour]]
  /// The person of each template.
  let owners: [Int64: Int64]
  /// How many templates a person has.
  let total: (_ person: Int64) throws(FacenetError) -> Int
  let metric: Metric
  let people: Int
  let templates: Int

  /// For each probe the best people, nearest first, equally near ones by number.
  func rank(_ probes: [[Float]]) throws(FacenetError) -> [Ranked] {
    let first = people * templates + 8
    var statistics: [SearchStatistics] = []
    let found = try search(probes, first, &statistics)
    var ranked: [Ranked] = []
    for (position, probe) in probes.enumerated() {
      var (neighbours, wanted) = (found[position], first)
      while true {
        let entries = grouped(neighbours)
        var isDone = neighbours.count < wanted
        if !isDone { isDone = try isSettled(entries, neighbours) }
        if isDone {
          ranked.append(Ranked(entries: Array(entries.prefix(people)), statistics: statistics[position]))
          break
        }
        wanted *= 4
        var more: [SearchStatistics] = []
        neighbours = try search([probe], wanted, &more)[0]
        statistics[position] = statistics[position] + more[0]
      }
    }
    return ranked
  }

  /// Whether templates farther than all of `neighbours` can change nothing: neither who is among the best nor, as a mean
  /// of a person's nearest is never less than the nearest, how near.
  private func isSettled(_ entries: [Entry], _ neighbours: [Neighbour]) throws(FacenetError) -> Bool {
    let best = entries.prefix(people)
    if best.count < people {
      var known = 0
      for entry in best { known += try total(entry.person) }
      guard known == owners.count else { return false }
    }
    guard templates > 1 else { return true }
    let seen = neighbours.reduce(into: [Int64: Int]()) { seen, neighbour in
      if let person = owners[neighbour.key] { seen[person, default: 0] += 1 }
    }
    for entry in best where seen[entry.person, default: 0] < templates {
      guard seen[entry.person, default: 0] >= (try total(entry.person)) else { return false }
    }
    return true
  }

  private func grouped(_ neighbours: [Neighbour]) -> [Entry] {
    var nearest: [Int64: [Neighbour]] = [:]
    for neighbour in neighbours {
      guard let person = owners[neighbour.key], nearest[person]?.count ?? 0 < templates else { continue }
      nearest[person, default: []].append(neighbour)
    }
    return nearest.map { person, near in
      let mean = near.reduce(0) { $0 + distance($1) } / Float(near.count)
      return Entry(person: person, distance: mean, template: near[0].key)
    }.sorted { ($0.distance, $0.person) < ($1.distance, $1.person) }
  }

  private func distance(_ neighbour: Neighbour) -> Float {
    metric == .euclidean ? neighbour.squaredDistance.squareRoot() : neighbour.squaredDistance
  }
}
