import Core
import KernelCore

/// Biases and slopes padded to whole panels, and the activation in the form the kernels want. Immutable: any thread.
final class PackedEpilogue: Sendable {
  private let memory: AlignedBuffer
  private let kind: Epilogue.Kind
  private let low: Float
  private let high: Float
  private let count: Int

  /// Floats of one, biases and slopes.
  static func count(columns: Int, groups: Int, width: Int) -> Int {
    2 * groups * PackedPanels.paddedColumns(columns / groups, width: width)
  }

  /// - Parameter groups: each group's columns are padded to whole panels apart.
  init(bias: UnsafeBufferPointer<Float>?, activation: Activation, columns: Int, groups: Int, width: Int)
    throws(FacenetError)
  {
    let groupColumns = columns / groups
    let padded = PackedPanels.paddedColumns(groupColumns, width: width)
    count = padded * groups
    memory = try AlignedBuffer(
      count: Self.count(columns: columns, groups: groups, width: width) * MemoryLayout<Float>.stride)
    let values = memory.pointer(to: Float.self)
    func spread(_ offset: Int, _ value: (Int) -> Float) {
      for column in 0..<columns {
        values[offset + column / groupColumns * padded + column % groupColumns] = value(column)
      }
    }
    if let bias { spread(0) { bias[$0] } }
    (kind, low, high) =
      switch activation {
      case .none: (.none, 0, 0)
      case .relu: (.clamp, 0, .infinity)
      case .clip(let low, let high): (.clamp, low, high)
      case .leakyRelu, .prelu: (.slopes, 0, 0)
      }
    switch activation {
    case .leakyRelu(let slope): spread(count) { _ in slope }
    case .prelu(let slopes): spread(count) { slopes[slopes.count == 1 ? 0 : $0] }
    default: break
    }
  }

  /// Valid while this object lives.
  func epilogue(group: Int = 0, groups: Int = 1) -> Epilogue {
    let values = UnsafePointer(memory.pointer(to: Float.self)) + group * (count / groups)
    return Epilogue(kind: kind, low: low, high: high, bias: values, slopes: values + count)
  }
}
