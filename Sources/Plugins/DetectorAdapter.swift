import CFacenet
import Core
import Faces
import Imaging

/// A plugin's detector as a search of this library.
final class DetectorAdapter: FaceSearch {
  /// Faces that there is room for at first.
  private static let usual = 64
  private static let most = 1 << 16

  private let methods: Methods<facenet_detector_methods>
  private let instance: PluginInstance
  private let minimumScore: Float

  /// What opens the detector that the methods make.
  static func opener(_ component: PluginComponent, _ methods: facenet_detector_methods) -> Detector.Opener {
    let methods = Methods(methods)
    return { location, options throws(FacenetError) in
      let name = location.isEmpty ? component.name : "\(component.name):\(location)"
      return (name, "the plugin \(component.provider.name)", try DetectorAdapter(component, methods, location, options))
    }
  }

  private init(
    _ component: PluginComponent, _ methods: Methods<facenet_detector_methods>, _ location: String,
    _ options: DetectorOptions
  ) throws(FacenetError) {
    self.methods = methods
    var given = try facenet_detector_options(options)
    minimumScore = given.minimum_score
    instance = try PluginInstance(
      component,
      open: methods.table.open.map { open in { open(component.pointer, location, &given, $0) } },
      close: methods.table.close)
  }

  /// How far off a face may be seen is the plugin's own matter.
  var sufficientSide: Int? { nil }

  func faces(in image: ImageView) throws(FacenetError) -> [Face] {
    try facenet_image.with(image) { image throws(FacenetError) in
      let first = try detect(image, capacity: Self.usual)
      guard first.count > Self.usual else { return try checked(first.faces.prefix(first.count)) }
      let again = try detect(image, capacity: first.count)
      guard again.count <= first.count else {
        throw instance.component.broken("found \(first.count) faces and then \(again.count) in the same picture")
      }
      return try checked(again.faces.prefix(again.count))
    }
  }

  private func detect(_ image: facenet_image, capacity: Int) throws(FacenetError) -> (faces: [facenet_face], count: Int)
  {
    var image = image
    var room = [facenet_face](repeating: facenet_face(), count: capacity)
    var count = -1
    try instance.component.call {
      room.withUnsafeMutableBufferPointer {
        methods.table.detect(instance.pointer, &image, $0.baseAddress, capacity, &count)
      }
    }
    guard (0...Self.most).contains(count) else {
      throw instance.component.broken(
        count == -1
          ? "did not say how many faces there are"
          : "found \(UInt(bitPattern: count)) faces, at most \(Self.most) may be")
    }
    return (room, count)
  }

  /// The faces whose score suffices.
  private func checked(_ given: ArraySlice<facenet_face>) throws(FacenetError) -> [Face] {
    var faces: [Face] = []
    for (position, face) in given.enumerated() {
      do throws(FacenetError) { faces.append(try Face(face)) } catch {
        throw instance.component.broken("gave a face \(position) that is none: \(error.message)")
      }
      guard (0...1).contains(face.score) else {
        throw instance.component.broken("gave the face \(position) the score \(face.score), which is not 0 to 1")
      }
      guard position == 0 || face.score <= faces[position - 1].score else {
        throw instance.component.broken("gave a face \(position) that is better than the one before it")
      }
    }
    return faces.filter { $0.score >= minimumScore }
  }
}

/// A plugin's table of methods, as it was copied. Immutable: any thread.
final class Methods<Table: BitwiseCopyable>: @unchecked Sendable {
  let table: Table

  init(_ table: Table) { self.table = table }
}

extension facenet_detector_options {
  /// All fields as a plugin reads them: 0 is its own choice, but of threads there is one or more.
  init(_ options: DetectorOptions) throws(FacenetError) {
    self.init()
    try checkThreads(options.threads)
    struct_size = UInt32(MemoryLayout<Self>.size)
    threads = options.threads == 0 ? .max : UInt32(options.threads)
    for (value, what) in [(options.minimumScore, "minimum score"), (options.overlap, "overlap")] {
      if let value, !(0...1).contains(value) {
        throw FacenetError(.invalidArgument, "the \(what) must be between 0 and 1, got \(value)")
      }
    }
    if let size = options.minimumSize, size < 1 {
      throw FacenetError(.invalidArgument, "the smallest face must have at least one pixel, got \(size)")
    }
    minimum_size = UInt32(clamping: options.minimumSize ?? 0)
    (minimum_score, overlap) = (options.minimumScore ?? 0, options.overlap ?? 0)
  }
}
