import Core
import Imaging

/// Finds faces and their landmarks in pictures.
///
/// A picture is searched at the scale that makes the smallest face wanted large enough for the network, and at coarser
/// scales for near faces where that one is fine. A small picture in which nothing is found is looked at once more
/// enlarged, any other from further off. Boxes may reach a little beyond the picture, their centres do not.
/// Immutable: any thread, many at once.
public final class Detector: Sendable {
  /// The name of the detector that is used where none is asked for.
  public static let defaultName = "retinaface"

  /// The model's name, or the path it was read from.
  public let name: String
  /// As given when the detector was opened.
  public let options: DetectorOptions

  private let search: any FaceSearch

  /// Opens a detector: a plugin's by `NAME` or `NAME:LOCATION`, an installed model's name ("retinaface", "mtcnn",
  /// "yunet", "centerface") or an ONNX file's path.
  ///
  /// Anything else with a slash in it or that ends in `.onnx` is a path. `retinaface:FILE.onnx` reads a file that does
  /// not say so itself as the network of that kind.
  /// - Throws: `notFound` for a name that is not installed, saying how to install it; `unsupported` for a model that
  ///   is no detector of a known kind; whatever reading the file, or the plugin, throws.
  public convenience init(
    _ nameOrPath: String = Detector.defaultName, options: DetectorOptions = DetectorOptions()
  ) throws(FacenetError) {
    if let (open, location) = Self.registry.component(for: nameOrPath) {
      try self.init(try open(location, options), options: options)
    } else {
      try self.init(ModelFile(nameOrPath), options: options)
    }
  }

  /// Opens a detector whose ONNX file is in memory; `name` is what messages call it.
  public convenience init(
    decoding bytes: UnsafeRawBufferPointer, name: String = "model", options: DetectorOptions = DetectorOptions()
  ) throws(FacenetError) {
    try self.init(ModelFile(decoding: bytes, name: name), options: options)
  }

  /// Opens a detector whose ONNX file is in memory; `name` is what messages call it.
  public convenience init(
    decoding bytes: [UInt8], name: String = "model", options: DetectorOptions = DetectorOptions()
  ) throws(FacenetError) {
    try self.init(ModelFile(decoding: bytes, name: name), options: options)
  }

  package convenience init(_ file: ModelFile, options: DetectorOptions) throws(FacenetError) {
    try self.init((file.name, file.model.name, try file.search(options)), options: options)
  }

  private init(_ opened: Opened, options: DetectorOptions) throws(FacenetError) {
    (name, search) = (opened.name, opened.search)
    self.options = options
    Log.write(.information, "opened the detector \(name) (\(opened.origin))")
  }

  /// The faces in a picture, best score first.
  public func detect(_ image: ImageView) throws(FacenetError) -> [Face] {
    try search.faces(in: image)
  }

  /// The faces in a picture, best score first.
  public func detect(_ image: Bitmap) throws(FacenetError) -> [Face] {
    try image.withView { view throws(FacenetError) in try detect(view) }
  }

  /// The faces in a picture file, best score first, in pixels of the upright picture at its full size.
  ///
  /// Faster than decoding the whole picture first: a large JPEG is decoded no larger than the search needs.
  public func detect(path: String, limits: DecodeLimits = DecodeLimits()) throws(FacenetError) -> Detection {
    let options = DecodeOptions(limits: limits, minimumLongerSide: search.sufficientSide)
    let bitmap = try Bitmap(path: path, options: options)
    let faces = try detect(bitmap).map { $0.moved(bitmap.originalPoint) }
    return Detection(width: bitmap.originalWidth, height: bitmap.originalHeight, faces: faces)
  }
}

/// The faces of a picture and the size of that picture.
public struct Detection: Sendable, Hashable {
  /// The picture's width in pixels.
  public let width: Int
  /// The picture's height in pixels.
  public let height: Int
  /// Best score first.
  public let faces: [Face]
}
