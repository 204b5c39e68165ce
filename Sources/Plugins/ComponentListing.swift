import CFacenet
import Core
import Faces
import Imaging
import Search

/// A component that can be chosen by name, for people: what is built in, or a plugin's.
public struct ComponentListing: Sendable, Hashable {
  /// "detector", "embedder", "decoder", ...
  public let kind: String
  /// What it is chosen by.
  public let name: String
  /// Nil where it is built in.
  package let provider: Provider?

  /// The plugin's name; "" where it is built in.
  public var plugin: String { provider?.name ?? "" }
  /// The plugin's, or the library's.
  public var version: String { provider?.version ?? Self.ownVersion }
  /// The plugin's, or the library's.
  public var licence: String { provider?.licence ?? "Apache-2.0" }
  /// The plugin's; "" where it is built in or was attached.
  public var file: String { provider?.file ?? "" }

  private static let ownVersion = "\(FACENET_VERSION_MAJOR).\(FACENET_VERSION_MINOR).\(FACENET_VERSION_PATCH)"

  /// All components: those that are built in, by kind and name, then plugins' in the order in which they came.
  public static var all: [ComponentListing] { loaded.withLock { builtIn + $0 } }

  static func append(_ listings: [ComponentListing]) { loaded.withLock { $0 += listings } }

  private static let loaded = Lock<[ComponentListing]>([])

  private static let builtIn =
    builtIn(in: PictureDecoders.registry) + builtIn(in: Detector.registry) + builtIn(in: Embedder.registry)
    + builtIn(in: IndexKind.registry)

  private static func builtIn<Component>(in registry: Registry<Component>) -> [ComponentListing] {
    registry.all.filter { $0.provider == nil }.map {
      ComponentListing(kind: registry.kind, name: $0.name, provider: nil)
    }
  }
}
