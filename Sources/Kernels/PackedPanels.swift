import Core
import KernelCore

/// A (depth, columns) matrix in panels of two registers' width, the last of one where that is enough, zeros behind the
/// last column: panel by panel, row by row. What ``ProductKernels`` reads.
struct PackedPanels {
  /// Floats that `columns` take up when padded to whole panels.
  static func paddedColumns(_ columns: Int, width: Int) -> Int {
    (columns + width - 1) / width * width
  }

  static func count(depth: Int, columns: Int, width: Int) -> Int { depth * paddedColumns(columns, width: width) }

  /// Calls `body` for each panel in order with its columns, the first of which is also the panel's place in floats divided
  /// by the depth, and its width.
  static func forEach(columns: Int, width: Int, _ body: (_ columns: Range<Int>, _ panelWidth: Int) -> Void) {
    var column = 0
    while column < columns {
      let left = columns - column
      let panelWidth = left > width ? 2 * width : width
      body(column..<column + min(left, panelWidth), panelWidth)
      column += panelWidth
    }
  }

  /// Fills `panels` with the columns in turn, each panel by `copyPanel`; it is zeroed first where columns are missing.
  static func pack(
    depth: Int, columns: Int, width: Int, into panels: UnsafeMutablePointer<Float>,
    _ copyPanel: (_ columns: Range<Int>, _ panel: UnsafeMutablePointer<Float>, _ panelWidth: Int) -> Void
  ) {
    forEach(columns: columns, width: width) { range, panelWidth in
      let panel = panels + depth * range.lowerBound
      if range.count < panelWidth { panel.update(repeating: 0, count: depth * panelWidth) }
      copyPanel(range, panel, panelWidth)
    }
  }

  /// Packs `matrix`, (depth, columns) with `stride` floats between rows, or its transpose where so stored.
  static func pack(
    _ matrix: UnsafePointer<Float>, stride: Int, transposed: Bool, depth: Int, columns: Int, width: Int,
    into panels: UnsafeMutablePointer<Float>
  ) {
    pack(depth: depth, columns: columns, width: width, into: panels) { range, panel, panelWidth in
      if transposed {
        for column in range {
          let source = matrix + column &* stride
          let target = panel + (column &- range.lowerBound)
          for k in 0..<depth { target[k &* panelWidth] = source[k] }
        }
      } else {
        for k in 0..<depth {
          (panel + k &* panelWidth).update(from: matrix + (k &* stride &+ range.lowerBound), count: range.count)
        }
      }
    }
  }

  /// Packs a convolution's weights, (columns, channels, taps), with rows in the order tap, channel.
  static func pack(
    weights: UnsafePointer<Float>, channels: Int, taps: Int, columns: Int, width: Int,
    into panels: UnsafeMutablePointer<Float>
  ) {
    pack(depth: channels * taps, columns: columns, width: width, into: panels) { range, panel, panelWidth in
      for column in range {
        let source = weights + column &* channels &* taps
        let target = panel + (column &- range.lowerBound)
        for tap in 0..<taps {
          let (from, to) = (source + tap, target + tap &* channels &* panelWidth)
          for channel in 0..<channels { to[channel &* panelWidth] = from[channel &* taps] }
        }
      }
    }
  }
}
