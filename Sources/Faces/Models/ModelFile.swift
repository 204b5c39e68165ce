import Core
import Graph
import ONNX

/// A model as it comes out of its file, with the facts the file states about it. Reading it counts as half of opening what is
/// made of it.
package struct ModelFile: Sendable {
  package let model: Model
  package let metadata: ModelMetadata
  /// The name it gives itself, else what it was opened by.
  package let name: String

  /// Opens an installed model by name, or an ONNX file by path, told apart by ``ModelStore/path(ofNameOrPath:)``.
  package init(_ nameOrPath: String) throws(FacenetError) {
    let path = try ModelStore.path(ofNameOrPath: nameOrPath)
    try self.init(try Progress.part(0, of: 2) { () throws(FacenetError) in try Model(path: path) })
  }

  package init(decoding bytes: UnsafeRawBufferPointer, name: String) throws(FacenetError) {
    try self.init(try Progress.part(0, of: 2) { () throws(FacenetError) in try Model(decoding: bytes, name: name) })
  }

  package init(decoding bytes: [UInt8], name: String) throws(FacenetError) {
    try self.init(try Progress.part(0, of: 2) { () throws(FacenetError) in try Model(decoding: bytes, name: name) })
  }

  package init(_ model: Model) throws(FacenetError) {
    self.model = model
    metadata = try ModelMetadata(model.metadata, model: model.name)
    name = metadata.text("name") ?? model.name
  }

  package func role() throws(FacenetError) -> ModelCard.Role? { try metadata.choice("role") }
}

/// - Throws: `invalidArgument` for a number of threads that is none: 0 means one a processor.
package func checkThreads(_ count: Int) throws(FacenetError) {
  guard (0...1024).contains(count) else {
    throw FacenetError(.invalidArgument, "the number of threads must be 0 to 1024, got \(count)")
  }
}
