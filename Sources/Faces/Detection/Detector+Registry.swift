import Core

extension Detector {
  /// A search, what its detector is called, and where it comes from: a file, or "the plugin NAME".
  package typealias Opened = (name: String, origin: String, search: any FaceSearch)

  /// Opens a search; `location` is what followed the colon, "" without one.
  package typealias Opener =
    @Sendable (_ location: String, _ options: DetectorOptions) throws(FacenetError) -> Opened

  /// What detectors are opened by, by name: the known kinds of networks, and what plugins bring.
  package static let registry = Registry<Opener>(
    kind: "detector",
    builtIn: [
      "retinaface": opener(of: .retinaface), "yunet": opener(of: .yunet), "centerface": opener(of: .centerface),
      "mtcnn": opener(of: .mtcnn),
    ])

  /// Reads the file at the location, or else the installed model of the kind's name, as a network of that kind.
  private static func opener(of kind: DetectorKind) -> Opener {
    { location, options throws(FacenetError) in
      let file = try ModelFile(location.isEmpty ? kind.rawValue : location)
      return (file.name, file.model.name, try file.search(options, as: kind))
    }
  }
}
