// swift-tools-version: 6.3
import PackageDescription

/// A program of one file. `import Facenet` is all it needs.
func program(_ name: String) -> Target {
  .executableTarget(
    name: name, dependencies: [.product(name: "Facenet", package: "libfacenet")],
    swiftSettings: [.enableUpcomingFeature("MemberImportVisibility")])
}

let package = Package(
  name: "facenet-examples",
  // From elsewhere: .package(url: "https://…/libfacenet.git", from: "0.1.0")
  dependencies: [.package(name: "libfacenet", path: "../..")],
  targets: ["verify", "detect", "embed", "network"].map(program)
)
