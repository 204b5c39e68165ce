import Core
import Search
import Testing

@Suite struct ChangeTests {
  /// A long run of chance operations against a dictionary.
  @Test(arguments: IndexKind.builtIn, [1, 3, 24]) func agreesWithADictionary(kind: IndexKind, dimension: Int) throws {
    var dice = Dice(dimension)
    var index = try VectorIndex(dimension: dimension, options: IndexOptions(kind: kind))
    var known: [Int64: [Float]] = [:]
    for step in 0..<120 {
      switch dice.next(below: 4) {
      case 0:
        let keys = Set((0..<dice.next(below: 30)).map { _ in Int64(dice.next(below: 500)) }).filter { known[$0] == nil }
          .sorted()
        let vectors = dice.vectors(keys.count, dimension)
        try index.add(vectors, keys: keys)
        known.merge(zip(keys, vectors)) { $1 }
      case 1:
        let keys = Set((0..<dice.next(below: 9)).map { _ in Int64(dice.next(below: 500)) }).sorted()
        let vectors = dice.vectors(keys.count, dimension)
        try index.replace(vectors, keys: keys)
        known.merge(zip(keys, vectors)) { $1 }
      case 2:
        let keys = (0..<dice.next(below: 12)).map { _ in Int64(dice.next(below: 500)) }
        #expect(try index.remove(keys) == Set(keys).intersection(known.keys).count)
        for key in keys { known[key] = nil }
      default:
        if step % 3 == 0 {
          let file = TemporaryFile()
          try index.save(to: file.path)
          index = try VectorIndex(path: file.path)
        }
      }
      #expect(index.count == known.count)
      let query = dice.vector(dimension)
      #expect(isExact(try index.search(query, nearest: 12), query, known, nearest: 12), "step \(step)")
      let key = Int64(dice.next(below: 500))
      #expect(index.contains(key) == (known[key] != nil))
      #expect(try index.vector(of: key) == known[key])
    }
  }

  @Test(arguments: IndexKind.builtIn) func searchesRunTogetherAndChangesWait(kind: IndexKind) throws {
    var dice = Dice(5)
    let dimension = 20
    let index = try VectorIndex(dimension: dimension, options: IndexOptions(kind: kind, threads: 2))
    let fixed = dice.vectors(300, dimension)
    try index.add(fixed, keys: Array(0..<300))
    let moving = dice.vectors(60, dimension)
    let file = TemporaryFile()
    try index.save(to: file.path)
    for target in [index, try VectorIndex(path: file.path, threads: 2)] {
      let wrong = Lock(0)
      ThreadPool.shared.run(tasks: 80, threads: 4) { task in
        let error = failure { () throws(FacenetError) in
          switch task % 4 {
          case 0:
            try target.add([moving[task / 4]], keys: [Int64(1000 + task)])
            if task % 8 == 0 { try target.remove([Int64(1000 + task)]) }
          case 1: try target.replace([moving[task / 4]], keys: [Int64(2000 + task % 8)])
          default:
            let found = try target.search([fixed[task], fixed[task + 1]], nearest: 3)
            if found[0][0] != Neighbour(key: Int64(task), squaredDistance: 0) { wrong.withLock { $0 += 1 } }
            if !target.contains(Int64(task)) || target.count < 300 { wrong.withLock { $0 += 1 } }
          }
        }
        if error != nil { wrong.withLock { $0 += 1 } }
      }
      #expect(wrong.withLock { $0 } == 0)
      #expect(target.count == 300 + 10 + 2)
    }
  }
}
