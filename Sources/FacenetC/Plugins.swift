// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation
// The names and their documentation are the header's.

import CFacenet
import Core
import Plugins

@c @implementation
public func facenet_plugin_load(_ path: UnsafePointer<CChar>?) -> facenet_status {
  guarded { () throws(FacenetError) in try PluginLoader.load(try text(path, "path")) }
}

@c @implementation
public func facenet_plugin_load_directory(
  _ path: UnsafePointer<CChar>?, _ count: UnsafeMutablePointer<Int>?
) -> facenet_status {
  guarded { () throws(FacenetError) in
    let found = try PluginLoader.loadDirectory(try text(path, "path"))
    count?.pointee = found.count
    if let failure = found.failure { throw failure }
  }
}

@c @implementation
public func facenet_plugin_attach(
  _ entry: (@convention(c) (UnsafePointer<facenet_host>?, OpaquePointer?) -> facenet_status)?
) -> facenet_status {
  guarded { () throws(FacenetError) in
    guard let entry else { throw FacenetError(.invalidArgument, "entry is NULL") }
    try PluginLoader.attach(entry)
  }
}

@c @implementation
public func facenet_plugin_component_count() -> Int { ComponentListing.all.count }

@c @implementation
public func facenet_plugin_component(_ position: Int, _ out: UnsafeMutablePointer<facenet_component>?)
  -> facenet_status
{
  guarded { () throws(FacenetError) in
    let out = try output(out)
    out.pointee = try ComponentTexts.component(at: position)
  }
}

/// The texts of components as C callers read them, made when they are first asked for and kept.
private enum ComponentTexts {
  private static let made = Lock<[Int: [CText]]>([:])

  static func component(at position: Int) throws(FacenetError) -> facenet_component {
    let all = ComponentListing.all
    guard all.indices.contains(position) else {
      throw FacenetError(
        .invalidArgument, "position is \(UInt(bitPattern: position)), there are \(all.count) components")
    }
    let component = try made.withLock { made throws(FacenetError) in
      if let known = made[position] { return known }
      let new = try texts(of: all[position])
      made[position] = new
      return new
    }
    return facenet_component(
      kind: component[0].pointer, name: component[1].pointer, plugin: component[2].pointer,
      version: component[3].pointer,
      licence: component[4].pointer, file: component[5].pointer)
  }

  private static func texts(of listing: ComponentListing) throws(FacenetError) -> [CText] {
    var made: [CText] = []
    for text in [
      listing.kind, listing.name, listing.plugin, listing.version, listing.licence, listing.file,
    ] { made.append(try CText(text)) }
    return made
  }
}
