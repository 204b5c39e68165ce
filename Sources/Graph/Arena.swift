import Core

/// Addresses for values by the time they are alive: values that never live together may share memory.
///
/// Greedy by size: the largest value first takes the lowest offset free through its whole life (the greedy-by-size
/// strategy of Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020).
struct Arena {
  struct Use {
    let reads: [Graph.Value]
    let writes: [Graph.Value]
    /// Where the first write starts in the first read's memory; nil where it has memory of its own.
    let offset: Int?
  }

  /// Where a value lies: in the memory of the value that it is or is a part of, this far in, itself so far into the arena.
  struct Place {
    let whole: Graph.Value
    let inside: Int
    let start: Int
  }

  private struct Life {
    var first: Int
    var last: Int
    var bytes: Int
    var offset = 0
  }

  private(set) var byteCount = 0

  mutating func assign(
    _ steps: [Use], inputs: [Graph.Value], outputs: [Graph.Value], bytes: (Graph.Value) -> Int
  ) -> [Graph.Value: Place] {
    var owner: [Graph.Value: (value: Graph.Value, offset: Int)] = [:]
    var lives: [Graph.Value: Life] = [:]
    for value in inputs { lives[value] = Life(first: 0, last: 0, bytes: bytes(value)) }
    for (time, step) in steps.enumerated() {
      for value in step.reads { lives[owner[value]?.value ?? value]!.last = time }
      for value in step.writes {
        if let offset = step.offset, let source = step.reads.first {
          let (whole, start) = owner[source] ?? (source, 0)
          owner[value] = (whole, start + offset)
        } else {
          lives[value] = Life(first: time, last: time, bytes: bytes(value))
        }
      }
    }
    for value in outputs { lives[owner[value]?.value ?? value]?.last = steps.count }
    place(&lives)
    var places: [Graph.Value: Place] = [:]
    for (value, life) in lives { places[value] = Place(whole: value, inside: 0, start: life.offset) }
    for (value, (whole, inside)) in owner {
      places[value] = Place(whole: whole, inside: inside, start: lives[whole]!.offset)
    }
    return places
  }

  private mutating func place(_ lives: inout [Graph.Value: Life]) {
    let order = lives.keys.sorted { (lives[$0]!.bytes, $1) > (lives[$1]!.bytes, $0) }
    var placed: [Life] = []
    for value in order {
      var life = lives[value]!
      let size = max(1, life.bytes + AlignedBuffer.alignment - 1) / AlignedBuffer.alignment * AlignedBuffer.alignment
      for other in placed where other.first <= life.last && life.first <= other.last {
        if life.offset + size > other.offset && life.offset < other.offset + other.bytes {
          life.offset = other.offset + other.bytes
        }
      }
      life.bytes = size
      placed.insert(life, at: placed.firstIndex { $0.offset > life.offset } ?? placed.count)
      byteCount = max(byteCount, life.offset + size)
      lives[value] = life
    }
  }
}
