import Testing

@testable import Kernels

@Suite struct ProductGridTests {
  private func grid(_ rows: Int, _ columns: Int, depth: Int, threads: Int) -> ProductGrid {
    ProductGrid(
      rows: rows, columns: columns, rowBytes: 4 * depth, weightBytes: 4 * depth * columns,
      kernels: Processor.kernels, threads: threads)
  }

  @Test(arguments: [1, 2, 3, 16]) func everyElementBelongsToOneTask(threads: Int) {
    for rows in [1, 5, 24, 49, 289, 1000] {
      for columns in [1, 16, 33, 96, 200] {
        for depth in [1, 64, 3000] {
          let grid = grid(rows, columns, depth: depth, threads: threads)
          var owners = [Int](repeating: 0, count: rows * columns)
          for task in 0..<grid.tasks {
            let block = grid.block(task)
            for row in block.rows { for column in block.columns { owners[row * columns + column] += 1 } }
          }
          #expect(owners.allSatisfy { $0 == 1 }, "\(rows)x\(columns), depth \(depth)")
        }
      }
    }
  }

  /// The layers of FaceNet: two threads that take task after task get about half each.
  @Test(arguments: [(289, 32, 256), (289, 256, 96), (289, 256, 1728), (64, 384, 2304), (64, 128, 896), (784, 128, 128)])
  func twoThreadsHaveEqualShares(rows: Int, columns: Int, depth: Int) {
    let grid = grid(rows, columns, depth: depth, threads: 2)
    var shares = [0, 0]
    for task in 0..<grid.tasks {
      let block = grid.block(task)
      shares[shares[0] <= shares[1] ? 0 : 1] += block.rows.count * block.columns.count
    }
    #expect(Double(shares.max()!) < 0.53 * Double(rows * columns), "\(grid.tasks) tasks")
  }
}
