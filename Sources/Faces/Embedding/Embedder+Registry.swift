import Core

extension Embedder {
  /// Opens an embedding; `location` is what followed the colon, "" without one.
  package typealias Opener =
    @Sendable (_ location: String, _ options: EmbedderOptions) throws(FacenetError) -> any FaceEmbedding

  /// What embedders are opened by, by name: an ONNX network, and what plugins bring.
  package static let registry = Registry<Opener>(kind: "embedder", builtIn: ["onnx": openNetwork])

  /// An installed model's name or a file's path.
  static let openNetwork: Opener = { nameOrPath, options throws(FacenetError) in
    try NetworkEmbedding(ModelFile(nameOrPath), options: options)
  }
}
