import Core
import Graph

extension Model {
  /// Reads a network from an ONNX file: opsets 7 to 23 of the default domain, and in other domains what plugins bring.
  /// - Throws: `notFound` or `inputOutput`; `corrupt` for what is no ONNX or contradicts itself; `unsupported` for an
  ///   operator that is not offered; `tooLarge` for a tensor of more than 2^31 elements and where what is computed of
  ///   its constants takes more than 1 GiB. The message names the operator, the node and the file.
  public convenience init(path: String) throws(FacenetError) {
    let buffer = try File.load(path)
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let isAtRoot = folder.isEmpty && path.hasPrefix("/")
    let file = ModelFile(owner: buffer, folder: folder.isEmpty ? (isAtRoot ? "/" : ".") : folder)
    try self.init(UnsafeRawBufferPointer(buffer.bytes), file, name: path, foldingLimit: Model.defaultFoldingLimit)
  }

  /// Reads a network from an ONNX file in memory, which is copied; tensors outside the file are refused.
  /// - Parameter name: what messages call it.
  /// - Throws: what ``init(path:)`` throws.
  public convenience init(decoding bytes: UnsafeRawBufferPointer, name: String = "model") throws(FacenetError) {
    try self.init(decoding: bytes, name: name, foldingLimit: Model.defaultFoldingLimit)
  }

  /// Reads a network from an ONNX file in memory; see ``init(decoding:name:)-(UnsafeRawBufferPointer,_)``.
  public convenience init(decoding bytes: [UInt8], name: String = "model") throws(FacenetError) {
    let buffer = try AlignedBuffer(count: bytes.count)
    bytes.withUnsafeBytes { buffer.bytes.copyMemory(from: $0) }
    try self.init(owning: buffer, name: name, foldingLimit: Model.defaultFoldingLimit)
  }

  /// - Parameter foldingLimit: bytes that constants computed from the file's constants may take.
  package convenience init(decoding bytes: UnsafeRawBufferPointer, name: String, foldingLimit: Int)
    throws(FacenetError)
  {
    let buffer = try AlignedBuffer(count: bytes.count)
    buffer.bytes.copyMemory(from: bytes)
    try self.init(owning: buffer, name: name, foldingLimit: foldingLimit)
  }

  private convenience init(owning buffer: AlignedBuffer, name: String, foldingLimit: Int) throws(FacenetError) {
    let file = ModelFile(owner: buffer, folder: nil)
    try self.init(UnsafeRawBufferPointer(buffer.bytes), file, name: name, foldingLimit: foldingLimit)
  }

  private convenience init(_ bytes: UnsafeRawBufferPointer, _ file: ModelFile, name: String, foldingLimit: Int)
    throws(FacenetError)
  {
    var importer = Importer(file: file)
    let metadata: [String: String]
    do throws(FacenetError) {
      let message: ModelMessage
      do throws(FacenetError) { message = try ModelMessage(bytes) } catch {
        throw FacenetError(.corrupt, "this is not an ONNX model: \(error.message)")
      }
      try importer.add(message)
      metadata = message.metadata
    } catch { throw error.located(in: name) }
    try self.init(
      graph: importer.graph, metadata: metadata, name: name, fingerprint: importer.fingerprint.text,
      foldingLimit: foldingLimit)
    let graph = importer.graph
    Log.write(.information, "read \(name): \(graph.nodes.count) operators, \(graph.parameterCount) parameters")
  }
}

extension Graph {
  /// How many numbers the file gives.
  fileprivate var parameterCount: Int { constants.values.reduce(0) { $0 + $1.type.count } }
}

/// Turns the messages of one file into a graph: names become values.
private struct Importer {
  private static let opsets = 7...23

  let file: ModelFile
  private(set) var graph = Graph()
  private(set) var fingerprint = Fingerprint()
  private var values: [String: Graph.Value] = [:]
  /// The version of each domain's operator set.
  private var opsets: [String: Int] = [:]

  init(file: ModelFile) { self.file = file }

  mutating func add(_ model: ModelMessage) throws(FacenetError) {
    guard let message = model.graph else {
      throw FacenetError(.corrupt, "this is not an ONNX model: it holds no graph")
    }
    let opset = model.opsets[""] ?? 1
    opsets = model.opsets.merging(["": opset]) { $1 }
    guard Self.opsets.contains(opset) else {
      throw FacenetError(
        .unsupported, "operator set \(opset); \(Self.opsets.lowerBound) to \(Self.opsets.upperBound) are supported")
    }
    withUnsafeBytes(of: UInt64(opset).littleEndian) { fingerprint.append($0) }
    fingerprint.append(message.bytes)
    guard !message.hasSparseInitializers else { throw FacenetError(.unsupported, "sparse initializers") }
    for initializer in message.initializers {
      let tensor = try initializer.tensor(in: file)
      if initializer.isExternal { fingerprint.append(tensor.bytes) }
      graph.constants[try define(initializer.name)] = tensor
    }
    for input in message.inputs where values[input.name] == nil { try add(input) }
    for node in message.nodes { try add(node) }
    for output in message.outputs {
      guard let value = values[output.name] else {
        throw FacenetError(.corrupt, "no node makes the output '\(output.name)'")
      }
      let element = (try? StoredType(output.elementType).element) ?? .float32
      graph.outputs.append(.init(value: value, name: output.name, element: element, shape: output.shape))
    }
  }

  private mutating func define(_ name: String) throws(FacenetError) -> Graph.Value {
    guard values[name] == nil else { throw FacenetError(.corrupt, "the value '\(name)' is defined twice") }
    let value = graph.makeValue()
    values[name] = value
    return value
  }

  private mutating func add(_ input: ValueMessage) throws(FacenetError) {
    guard input.isTensor else { throw FacenetError(.unsupported, "input '\(input.name)' is not a tensor") }
    let element: ElementType
    do throws(FacenetError) {
      element = try StoredType(input.elementType).element
      _ = try TensorType.checked(element, input.shape?.map { $0 ?? 1 } ?? [])
    } catch {
      throw FacenetError(error.status, "input '\(input.name)': \(error.message)")
    }
    graph.inputs.append(
      .init(value: try define(input.name), name: input.name, element: element, shape: input.shape))
  }

  private mutating func add(_ node: NodeMessage) throws(FacenetError) {
    do throws(FacenetError) {
      let operation = try operation(node)
      var inputs: [Graph.Value?] = []
      for name in node.inputs { inputs.append(try read(name)) }
      var outputs: [Graph.Value?] = []
      for name in node.outputs { outputs.append(name.isEmpty ? nil : try define(name)) }
      while inputs.last == .some(nil) { inputs.removeLast() }
      while outputs.last == .some(nil) { outputs.removeLast() }
      graph.append(operation, name: node.name, inputs: inputs, outputs: outputs)
    } catch { throw FacenetError(error.status, "\(node.operation) '\(node.name)': \(error.message)") }
  }

  private func read(_ name: String) throws(FacenetError) -> Graph.Value? {
    if name.isEmpty { return nil }
    guard let value = values[name] else {
      throw FacenetError(.corrupt, "its input '\(name)' is made by no node before it")
    }
    return value
  }

  private func operation(_ node: NodeMessage) throws(FacenetError) -> any Operator {
    let definition = try definition(node)
    var attributes: [String: AttributeValue] = [:]
    for attribute in node.attributes { attributes[attribute.name] = try value(of: attribute) }
    let reader = NodeReader(
      operation: node.operation, name: node.name, opset: opsets[node.domain]!, inputCount: node.inputs.count,
      outputCount: node.outputs.count, attributes: attributes)
    let operation = try definition.make(reader)
    try reader.finish()
    return operation
  }

  /// - Throws: `unsupported` for an operator that neither we nor a plugin has, or only for newer files; `corrupt` where the
  ///   file does not say which version of the node's domain it uses.
  private func definition(_ node: NodeMessage) throws(FacenetError) -> OperatorDefinition {
    let domain = node.domain.isEmpty ? OperatorTable.domain : node.domain
    guard let definition = OperatorTable.registry.component("\(domain)::\(node.operation)") else {
      let place =
        node.domain.isEmpty
        ? "" : " of the domain \(node.domain): load the plugin that has it (facenet_plugin_load, facenet --plugin PATH)"
      throw FacenetError(.unsupported, "unknown operator\(place)")
    }
    guard let opset = opsets[node.domain] else {
      throw FacenetError(.corrupt, "the file does not say which version of the domain \(node.domain) it uses")
    }
    guard opset >= definition.since else {
      throw FacenetError(
        .unsupported,
        "the file uses version \(opset) of the domain \(domain), the operator is there from \(definition.since) on")
    }
    return definition
  }

  private func value(of attribute: AttributeMessage) throws(FacenetError) -> AttributeValue {
    switch attribute.kind {
    case 1: return .float(attribute.float)
    case 2: return .integer(attribute.integer)
    case 3: return .string(attribute.string)
    case 4:
      guard let tensor = attribute.tensor else {
        throw FacenetError(.corrupt, "the attribute '\(attribute.name)' has no tensor")
      }
      return .tensor(try tensor.tensor(in: file))
    case 6: return .floats(attribute.floats)
    case 7: return .integers(attribute.integers)
    case 8: return .strings(attribute.strings)
    case 5, 10: return .unsupported("a graph")
    default: return .unsupported("of kind \(attribute.kind)")
    }
  }
}
