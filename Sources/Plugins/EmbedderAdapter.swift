import CFacenet
import Core
import Faces
import Imaging

/// A plugin's embedder as one of this library.
final class EmbedderAdapter: FaceEmbedding {
  /// Crops of one call.
  private static let batch = 16

  let facts: EmbedderFacts
  private let methods: Methods<facenet_embedder_methods>
  private let instance: PluginInstance

  /// What opens the embedder that the methods make.
  static func opener(_ component: PluginComponent, _ methods: facenet_embedder_methods) -> Embedder.Opener {
    let methods = Methods(methods)
    return { location, options throws(FacenetError) in
      try EmbedderAdapter(component, methods, location, options)
    }
  }

  private init(
    _ component: PluginComponent, _ methods: Methods<facenet_embedder_methods>, _ location: String,
    _ options: EmbedderOptions
  ) throws(FacenetError) {
    guard options.normalization == nil else {
      throw FacenetError(.invalidArgument, "\(component.label) takes pixels as they are: no normalization can be set")
    }
    var given = try facenet_embedder_options(options)
    let instance = try PluginInstance(
      component,
      open: methods.table.open.map { open in { open(component.pointer, location, &given, $0) } },
      close: methods.table.close)
    var description = facenet_embedder_description()
    description.struct_size = UInt32(MemoryLayout<facenet_embedder_description>.size)
    try component.call { methods.table.describe(instance.pointer, &description) }
    facts = try EmbedderFacts(description, component, location)
    (self.methods, self.instance) = (methods, instance)
  }

  func batch(of left: Int) -> Int { min(left, Self.batch) }

  func embed(_ crops: ArraySlice<ImageView>, into vectors: UnsafeMutableBufferPointer<Float>) throws(FacenetError) {
    // What the plugin leaves as it is shows.
    vectors.update(repeating: .nan)
    try withImages(crops, []) { images throws(FacenetError) in
      try instance.component.call {
        images.withUnsafeBufferPointer {
          methods.table.embed(instance.pointer, $0.baseAddress, $0.count, vectors.baseAddress)
        }
      }
    }
    for (row, position) in crops.indices.enumerated() {
      let vector = vectors[row * facts.dimension..<(row + 1) * facts.dimension]
      let square = vector.reduce(0.0) { $0 + Double($1) * Double($1) }
      guard square.isFinite else {
        throw instance.component.broken("gave an embedding of crop \(position) that is not of finite numbers")
      }
      guard square > 1e-20 else {
        throw instance.component.broken("gave an embedding of crop \(position) that is zero")
      }
    }
  }

  /// Lends all crops at once.
  private func withImages(
    _ crops: ArraySlice<ImageView>, _ lent: [facenet_image], _ body: ([facenet_image]) throws(FacenetError) -> Void
  ) throws(FacenetError) {
    guard let first = crops.first else { return try body(lent) }
    try facenet_image.with(first, gapless: true) { image throws(FacenetError) in
      try withImages(crops.dropFirst(), lent + [image], body)
    }
  }
}

extension facenet_embedder_options {
  /// All fields as a plugin reads them: 0 is its own choice, but of threads there is one or more.
  init(_ options: EmbedderOptions) throws(FacenetError) {
    self.init()
    try checkThreads(options.threads)
    struct_size = UInt32(MemoryLayout<Self>.size)
    threads = options.threads == 0 ? .max : UInt32(options.threads)
    threshold = options.threshold ?? 0
  }
}
