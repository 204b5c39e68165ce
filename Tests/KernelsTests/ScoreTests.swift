import Kernels
import Testing

@Suite struct ScoreTests {
  @Test(arguments: Table.all) func bytesAreScoredExactly(table: Table) {
    for columns in [1, 2, 3, 4, 5, 16, 31, 128, 509] {
      for blocks in 1...3 {
        var noise = Noise(seed: columns + blocks)
        let rows = blocks * ByteTable.rowsPerBlock
        var codes = [UInt8](repeating: 0, count: ByteTable.byteCount(rows: rows, columns: columns))
        let values = (0..<rows).map { _ in (0..<columns).map { _ in UInt8(noise.next(0...255)) } }
        for row in 0..<rows {
          for column in 0..<columns {
            codes[ByteTable.place(row: row, column: column, columns: columns)] = values[row][column]
          }
        }
        let limit = Float(min(Int(Int16.max), ByteTable.largestQuerySum / columns))
        var query = (0..<columns).map { _ in Int16(noise.next(-limit...limit)) }
        query[0] = Int16(limit)
        query += [Int16](repeating: 0, count: ByteTable.paddedColumns(columns) - columns)
        let offsets = noise.array(rows)
        let scores = Guarded(rows)
        ByteTable.scan(
          codes, blocks: 0..<blocks, columns: columns, query: query, offsets: offsets, scale: 0x1p-20,
          scores: scores.pointer, kernels: table.kernels)
        for row in 0..<rows {
          let sum = zip(values[row], query).reduce(0) { $0 + Int32($1.0) * Int32($1.1) }
          let exact = Double(offsets[row]) + 0x1p-20 * Double(sum)
          #expect(abs(Double(scores.pointer[row]) - exact) <= 0x1p-22 * max(1, abs(exact)))
        }
        #expect(scores.isIntactOutside)
      }
    }
  }

  @Test(arguments: Table.all) func rowsAreScored(table: Table) {
    for (count, depth) in [(0, 16), (1, 16), (2, 32), (3, 48), (4, 128), (5, 16), (7, 512), (61, 64)] {
      var noise = Noise(seed: count)
      let rows = Guarded(noise.array(count * depth))
      let query = Guarded(noise.array(depth))
      let offsets = Guarded(noise.array(count))
      let scores = Guarded(count)
      Scores.score(
        rows.pointer, count: count, depth: depth, query: query.pointer, offsets: offsets.pointer, scale: -2,
        scores: scores.pointer, kernels: table.kernels)
      for row in 0..<count {
        let terms = (0..<depth).map { Double(rows.pointer[row * depth + $0]) * Double(query.pointer[$0]) }
        let exact = Double(offsets.pointer[row]) - 2 * terms.reduce(0, +)
        let size = 1 + terms.reduce(0) { $0 + abs($1) }
        #expect(abs(Double(scores.pointer[row]) - exact) <= 0x1p-23 * size * (Double(depth) / 4 + 4))
      }
      #expect(scores.isIntactOutside)
    }
  }

  @Test(arguments: Table.all) func keepsWhatIsBelowTheBound(table: Table) {
    for count in [0, 64, 128, 320] {
      for bound: Float in [-2, -0.99, 0, 0.5, 2, .infinity, -.infinity] {
        var noise = Noise(seed: count)
        let scores = Guarded(noise.array(count))
        if count > 70 { scores.pointer[70] = bound }
        var places = [Int32](repeating: 0, count: count)
        let kept = Guarded(count)
        let found = Scores.keep(
          scores.pointer, count: count, below: bound, first: 1000, places: &places, kept: kept.pointer,
          kernels: table.kernels)
        let expected = (0..<count).filter { scores.pointer[$0] < bound }
        #expect(places[..<found] == expected.map { Int32($0 + 1000) }[...])
        #expect((0..<found).allSatisfy { kept.pointer[$0] == scores.pointer[expected[$0]] })
        #expect(kept.isIntactOutside)
      }
    }
  }

  @Test(arguments: Table.all) func keepsProductsBelowTheirColumnsBound(table: Table) {
    for (rows, columns) in [(0, 16), (1, 16), (3, 32), (7, 48)] {
      var noise = Noise(seed: rows)
      // Eighths, so that no sum is rounded and the bounds themselves are met.
      func eighths(_ count: Int) -> [Float] { noise.array(count, -8...8).map { $0.rounded() / 8 } }
      let products = Guarded(eighths(rows * columns))
      let offsets = Guarded(eighths(rows))
      var bounds = eighths(columns)
      bounds[1] = -.infinity
      bounds[2] = .infinity
      var places = [Int32](repeating: 0, count: rows * columns)
      let kept = Guarded(rows * columns)
      let found = Scores.keep(
        products: products.pointer, rows: rows, columns: columns, offsets: offsets.pointer, scale: -2, below: bounds,
        places: &places, kept: kept.pointer, kernels: table.kernels)
      let score = { (place: Int) in offsets.pointer[place / columns] - 2 * products.pointer[place] }
      let expected = (0..<rows * columns).filter { score($0) < bounds[$0 % columns] }
      #expect(places[..<found] == expected.map { Int32($0) }[...])
      #expect((0..<found).allSatisfy { kept.pointer[$0] == score(expected[$0]) })
      #expect(kept.isIntactOutside)
    }
  }
}
