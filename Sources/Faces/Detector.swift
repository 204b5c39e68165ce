import Core
import Graph
import Imaging

/// Finds faces and their landmarks in pictures.
///
/// Immutable: any thread, many at once.
public final class Detector: Sendable {
  /// The name of the detector that is used where none is asked for.
  public static let defaultName = "retinaface"

  /// The model's name, or the path it was read from.
  public let name: String
  /// As given when the detector was opened.
  public let options: DetectorOptions

  /// Opens a detector: an installed model's name ("retinaface", "mtcnn", "yunet", "centerface") or an ONNX file's path.
  ///
  /// Anything with a slash in it or that ends in `.onnx` is a path.
  /// - Throws: `notFound` for a name that is not installed, saying how to install it; `unsupported` for a model that
  ///   is no detector of a known kind; whatever reading the file throws.
  public init(_ nameOrPath: String = Detector.defaultName, options: DetectorOptions = DetectorOptions())
    throws(FacenetError)
  {
    throw FacenetError(.unsupported, "detectors are not built yet")
  }

  /// Opens a detector whose ONNX file is in memory; `name` is what messages call it.
  public init(bytes: UnsafeRawBufferPointer, name: String = "model", options: DetectorOptions = DetectorOptions())
    throws(FacenetError)
  {
    throw FacenetError(.unsupported, "detectors are not built yet")
  }

  /// The faces in a picture, best score first.
  public func detect(_ image: ImageView) throws(FacenetError) -> [Face] {
    throw FacenetError(.unsupported, "detectors are not built yet")
  }

  /// The faces in a picture, best score first.
  public func detect(_ image: Bitmap) throws(FacenetError) -> [Face] {
    try image.withView { view throws(FacenetError) in try detect(view) }
  }

  /// The faces in a picture file, best score first, in pixels of the upright picture at its full size.
  ///
  /// Faster than decoding the whole picture first: a large JPEG is decoded no larger than the search needs.
  public func detect(path: String, limits: DecodeLimits = DecodeLimits()) throws(FacenetError) -> Detection {
    throw FacenetError(.unsupported, "detectors are not built yet")
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
