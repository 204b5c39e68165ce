// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names and their documentation are the header's.

import CFacenet
import Core
import Glibc
import Graph
import ONNX

/// A model and what C callers read of it as text.
final class ModelHandle: Handled {
  static var handleName: String { "facenet_model" }

  let model: Model
  let inputs: [CText]
  let outputs: [CText]
  let metadata: [String: CText]

  init(_ model: Model) throws(FacenetError) {
    self.model = model
    var inputs: [CText] = []
    for input in model.graph.inputs { inputs.append(try CText(input.name)) }
    var outputs: [CText] = []
    for output in model.graph.outputs { outputs.append(try CText(output.name)) }
    var metadata: [String: CText] = [:]
    for (key, value) in model.metadata { metadata[key] = try CText(value) }
    (self.inputs, self.outputs, self.metadata) = (inputs, outputs, metadata)
  }
}

/// Text that ends with a zero byte and stays in place. Immutable: any thread.
final class CText: @unchecked Sendable {
  let pointer: UnsafePointer<CChar>

  init(_ text: String) throws(FacenetError) {
    guard let copy = strdup(text) else { throw FacenetError(.tooLarge, "no memory for a text") }
    pointer = UnsafePointer(copy)
  }

  deinit { free(UnsafeMutablePointer(mutating: pointer)) }
}

extension [CText] {
  /// - Throws: `invalidArgument` for a position at which there is none.
  func text(at position: Int) throws(FacenetError) -> UnsafePointer<CChar> {
    guard indices.contains(position) else {
      throw FacenetError(.invalidArgument, "position is \(UInt(bitPattern: position)), there are \(count)")
    }
    return self[position].pointer
  }
}

@c @implementation
public func facenet_model_open(_ path: UnsafePointer<CChar>?, _ out: UnsafeMutablePointer<OpaquePointer?>?)
  -> facenet_status
{
  watched { () throws(FacenetError) in
    try give(out) { () throws(FacenetError) in try ModelHandle(Model(path: try text(path, "path"))) }
  }
}

@c @implementation
public func facenet_model_decode(
  _ bytes: UnsafeRawPointer?, _ count: Int, _ out: UnsafeMutablePointer<OpaquePointer?>?
) -> facenet_status {
  watched { () throws(FacenetError) in
    let out = try output(out)
    let model = try Model(decoding: try file(bytes, count), name: "model in memory")
    out.pointee = try HandleTable.shared.insert(try ModelHandle(model))
  }
}

@c @implementation
public func facenet_model_input_count(_ model: OpaquePointer?) -> Int {
  ask(model, "model", else: 0) { (model: ModelHandle) in model.inputs.count }
}

@c @implementation
public func facenet_model_output_count(_ model: OpaquePointer?) -> Int {
  ask(model, "model", else: 0) { (model: ModelHandle) in model.outputs.count }
}

@c @implementation
public func facenet_model_input_name(_ model: OpaquePointer?, _ position: Int) -> UnsafePointer<CChar>? {
  ask(model, "model", else: nil) { (model: ModelHandle) throws(FacenetError) in try model.inputs.text(at: position) }
}

@c @implementation
public func facenet_model_output_name(_ model: OpaquePointer?, _ position: Int) -> UnsafePointer<CChar>? {
  ask(model, "model", else: nil) { (model: ModelHandle) throws(FacenetError) in try model.outputs.text(at: position) }
}

@c @implementation
public func facenet_model_metadata(_ model: OpaquePointer?, _ key: UnsafePointer<CChar>?) -> UnsafePointer<CChar>? {
  guarded(else: nil) { () throws(FacenetError) in
    let model: ModelHandle = try HandleTable.shared.object(model, "model")
    let key = try text(key, "key")
    guard let value = model.metadata[key] else {
      throw FacenetError(.notFound, "\(model.model.name) says nothing under the key \(key)")
    }
    return value.pointer
  }
}

@c @implementation
public func facenet_model_free(_ model: OpaquePointer?) {
  release(model, as: ModelHandle.self, "model")
}
