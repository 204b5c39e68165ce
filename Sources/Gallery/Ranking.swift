import Core
import Faces
import Search

/// People in the order of their distance to a probe.
struct Ranking {
  struct Entry {
    let person: Int64
    let distance: Float
    let template: Int64
  }

  let index: VectorIndex
  let owners: [Int64: Int64]
  let metric: Metric
  let people: Int
  let templates: Int

  /// For each probe the best people, nearest first, equally near ones by number.
  func rank(_ probes: [[Float]]) throws(FacenetError) -> [[Entry]] {
    let first = people * templates + 8
    let found = try index.search(probes, nearest: first)
    var ranked: [[Entry]] = []
    for (probe, neighbours) in zip(probes, found) {
      var (neighbours, wanted) = (neighbours, first)
      while true {
        let entries = grouped(neighbours)
        if neighbours.count < wanted || isSettled(entries, neighbours) {
          ranked.append(Array(entries.prefix(people)))
          break
        }
        wanted *= 4
        neighbours = try index.search(probe, nearest: wanted)
      }
    }
    return ranked
  }

  /// Whether templates farther than all of `neighbours` can change nothing: neither who is among the best nor, as a mean
  /// of a person's nearest is never less than the nearest, how near.
  private func isSettled(_ entries: [Entry], _ neighbours: [Neighbour]) -> Bool {
    guard entries.count >= people, let last = neighbours.last else { return false }
    guard templates > 1 else { return true }
    let counts = neighbours.reduce(into: [Int64: Int]()) { counts, neighbour in
      if let person = owners[neighbour.key] { counts[person, default: 0] += 1 }
    }
    return entries[..<people].allSatisfy { counts[$0.person, default: 0] >= templates }
      && entries[people - 1].distance <= distance(last)
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
