import Core
import Glibc

/// A tensor's values in a file beside the model's (ONNX IR specification, external tensor data).
struct ExternalData {
  private let location: String
  private let offset: Int
  private let length: Int?

  init(_ entries: [String: String]) throws(FacenetError) {
    location = entries["location"] ?? ""
    offset = try Self.number(entries["offset"] ?? "0", "offset")
    length = try entries["length"].map { text throws(FacenetError) in try Self.number(text, "length") }
  }

  private static func number(_ text: String, _ name: String) throws(FacenetError) -> Int {
    guard let value = Int(text), value >= 0 else {
      throw FacenetError(.corrupt, "external data: \(name) is '\(text)', wanted a number")
    }
    return value
  }

  /// Reads `count` bytes of values from inside `folder`; a path that leads out of it, by name or by link, is refused.
  func load(_ count: Int, from folder: String?) throws(FacenetError) -> AlignedBuffer {
    guard let folder else {
      throw FacenetError(.unsupported, "external data '\(location)' of a model that was given as bytes")
    }
    guard length == nil || length == count else {
      throw FacenetError(.corrupt, "external data: length is \(length ?? 0), wanted \(count) bytes")
    }
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    guard !location.isEmpty, !parts.contains(where: { $0.isEmpty || $0 == ".." }) else {
      throw FacenetError(.corrupt, "external data must lie beside the model, got '\(location)'")
    }
    let path = folder + "/" + location
    guard let real = Self.resolved(path) else { throw FacenetError(.notFound, "there is no file \(path)") }
    guard let home = Self.resolved(folder), real.hasPrefix(home == "/" ? home : home + "/") else {
      throw FacenetError(.corrupt, "external data '\(location)' is a link out of the model's folder")
    }
    return try File.load(real, offset: offset, count: count)
  }

  private static func resolved(_ path: String) -> String? {
    guard let pointer = realpath(path, nil) else { return nil }
    defer { free(pointer) }
    return String(cString: pointer)
  }
}
