import CFacenet
import Core
import Glibc

/// What a plugin exports.
package typealias PluginEntry = @convention(c) (UnsafePointer<facenet_host>?, OpaquePointer?) -> facenet_status

/// Loads plugins: shared objects that bring detectors, embedders, decoders and more, which are then chosen by name.
///
/// A plugin is code and can do all that the process can. Nothing is loaded unless it is asked for, and what was loaded
/// stays until the process ends. Any thread: one plugin after another.
public enum PluginLoader {
  private static let symbol = "facenet_plugin_entry"
  private static let turn = Turn()
  /// The addresses of the entries that have succeeded.
  private static let entries = Lock<Set<UInt>>([])

  /// Loads a shared object and adds its components. One that is loaded already is a success that does nothing.
  /// - Throws: `notFound`, `inputOutput` where it cannot be loaded, `invalidArgument` for what is no regular file or
  ///   may be written by anybody, `corrupt` for what is no shared object, `pluginFailed` where the entry fails or the
  ///   plugin breaks its contract, `unsupported` for another ABI. Then nothing was added.
  public static func load(_ path: String) throws(FacenetError) {
    try alone { () throws(FacenetError) in try loadInTurn(path) }
  }

  /// Loads the files of a folder whose names end in `.so`, by name. All are tried.
  /// - Returns: how many of them are loaded now, and why the first of the others is not.
  /// - Throws: `notFound` or `inputOutput` where the folder cannot be read, `invalidArgument` where anybody may write it.
  public static func loadDirectory(_ path: String) throws(FacenetError) -> (count: Int, failure: FacenetError?) {
    let folder = try TrustedFile.resolve(path)
    var (count, failure): (Int, FacenetError?) = (0, nil)
    for name in try names(in: folder) {
      do throws(FacenetError) {
        try load("\(folder)/\(name)")
        count += 1
      } catch { failure = failure ?? error }
    }
    return (count, failure)
  }

  /// Adds the components of a plugin that is part of the process already; see ``load(_:)``.
  package static func attach(_ entry: @escaping PluginEntry) throws(FacenetError) {
    try alone { () throws(FacenetError) in try run(entry, file: nil) }
  }

  private static func alone(_ body: () throws(FacenetError) -> Void) throws(FacenetError) {
    try turn.take("loading plugins", body)
  }

  private static func loadInTurn(_ path: String) throws(FacenetError) {
    let file = try TrustedFile.resolve(path)
    try TrustedFile.requireFile(file)
    try SharedObject.requireWhole(file)
    // Where the plugin ends the process, this was the last that anybody was told.
    Log.write(.information, "loading the plugin \(file)")
    guard let handle = dlopen(file, RTLD_NOW | RTLD_LOCAL) else {
      let reason = dlerror().map { String(cString: $0) } ?? "for no reason"
      throw FacenetError(.inputOutput, "cannot load \(file): \(reason)")
    }
    guard let address = dlsym(handle, symbol) else {
      throw FacenetError(.pluginFailed, "\(file) is no plugin: it does not export \(symbol)")
    }
    try run(unsafeBitCast(address, to: PluginEntry.self), file: file)
  }

  private static func run(_ entry: @escaping PluginEntry, file: String?) throws(FacenetError) {
    let address = UInt(bitPattern: unsafeBitCast(entry, to: UnsafeRawPointer.self))
    guard !entries.withLock({ $0.contains(address) }) else { return }
    try Registrar.run(entry, file: file)
    entries.withLock { _ = $0.insert(address) }
  }

  private static func names(in folder: String) throws(FacenetError) -> [String] {
    guard let stream = opendir(folder) else { throw File.failure("load plugins of", folder) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".so") { names.append(name) }
    }
    return names.sorted()
  }
}
