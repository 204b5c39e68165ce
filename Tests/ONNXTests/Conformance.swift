import Testing

@testable import Core
@testable import Graph
@testable import ONNX

/// The standard's own test cases as `Tests/Golden/onnx-conformance/make_conformance.py` writes them.
enum Conformance {
  struct Case: Sendable {
    let name: String
    let relative: Float
    let absolute: Float
    /// Why the case is not claimed; empty where it must pass.
    let reason: String
  }

  /// `build/conformance` of this checkout, or nil where it was not made.
  static let folder: String? = {
    let file: StaticString = #filePath
    let root = "\(file)".split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    let path = root.joined(separator: "/") + "/build/conformance"
    return (try? File.read(path + "/cases.csv")) == nil ? nil : path
  }()

  static func cases(in folder: String) throws -> [Case] {
    let text = String(decoding: try File.read(folder + "/cases.csv"), as: UTF8.self)
    return text.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: ",", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
      return Case(
        name: fields[0], relative: Float(fields[1])!, absolute: Float(fields[2])!,
        reason: fields[3].filter { $0 != "\"" })
    }
  }

  /// Runs one case; what differs, or nil.
  static func difference(_ test: Case, in folder: String) throws -> String? {
    let model = try Model(path: "\(folder)/\(test.name)/model.onnx")
    let inputs = try tensors("\(folder)/\(test.name)/input_")
    let expected = try tensors("\(folder)/\(test.name)/output_")
    let outputs = try Session(model).run(inputs)
    guard outputs.count == expected.count else { return "\(outputs.count) outputs, expected \(expected.count)" }
    for (index, (output, wanted)) in zip(outputs, expected).enumerated() {
      guard output.type == wanted.type else { return "output \(index) is \(output.type), expected \(wanted.type)" }
      let (got, want) = (numbers(output), numbers(wanted))
      let allowed = (Double(test.absolute), Double(test.relative))
      for position in got.indices where !close(got[position], want[position], allowed) {
        return "output \(index) at \(position) is \(got[position]), expected \(want[position])"
      }
    }
    return nil
  }

  /// numpy's `allclose`.
  private static func close(_ got: Double, _ want: Double, _ tolerance: (absolute: Double, relative: Double)) -> Bool {
    if got == want || got.isNaN && want.isNaN { return true }
    return abs(got - want) <= tolerance.absolute + tolerance.relative * abs(want)
  }

  static func tensors(_ prefix: String) throws -> [Tensor] {
    var result: [Tensor] = []
    while let buffer = try? File.load("\(prefix)\(result.count).pb") {
      let message = try TensorMessage(UnsafeRawBufferPointer(buffer.bytes))
      result.append(try message.tensor(in: ModelFile(owner: buffer, folder: nil)))
    }
    return result
  }

  private static func numbers(_ tensor: Tensor) -> [Double] {
    switch tensor.type.element {
    case .float32: tensor.values(as: Float.self).map(Double.init)
    case .int8: tensor.values(as: Int8.self).map(Double.init)
    case .uint8: tensor.values(as: UInt8.self).map(Double.init)
    case .int32: tensor.values(as: Int32.self).map(Double.init)
    case .int64: tensor.values(as: Int64.self).map(Double.init)
    case .bool: tensor.bytes.map(Double.init)
    }
  }
}
