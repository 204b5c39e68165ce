// swift-tools-version: 6.3
import PackageDescription

/// A library target. What it may import is what it lists; `make floors` checks that the list only points down.
func floor(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies)
}

/// Arithmetic is optimised in debug builds too, or `swift test` would take minutes.
let optimized: SwiftSetting = .unsafeFlags(["-O"], .when(configuration: .debug))

/// A module compiled for one instruction set: it holds nothing but a table of kernels.
func kernels(_ instructionSet: String, _ flags: [String]) -> Target {
  .target(
    name: "Kernels" + instructionSet, dependencies: ["KernelCore"],
    swiftSettings: [.unsafeFlags(flags.flatMap { ["-Xcc", $0] }), optimized])
}

#if arch(x86_64)
  let instructionSets = [
    kernels("Baseline", []),
    kernels("AVX2", ["-mavx2", "-mfma"]),
    kernels("AVX512", ["-march=x86-64-v4", "-mprefer-vector-width=512"]),
  ]
#else
  let instructionSets = [kernels("Baseline", [])]
#endif

/// libfacenet.so: nothing of Swift needed at run time, exactly the header's symbols, all bound at load, never unloaded.
/// They stand on a target of their own because flags on a target with code would reach the test bundle too.
let sharedLibraryFlags =
  ["-static-stdlib", "-no-toolchain-stdlib-rpath", "-use-ld=lld"]
  + [
    "-soname=libfacenet.so.0", "--version-script=\(Context.packageDirectory)/Sources/SharedLibrary/exports.map",
    "--no-undefined", "-z", "relro", "-z", "now", "-z", "nodelete", "-z", "noexecstack", "--as-needed",
  ].flatMap { ["-Xlinker", $0] }

/// `make sanitize` sets this: the sanitizers' run time cannot be linked into a library that leaves nothing undefined, and
/// they watch the borders of memory that comes from the allocator alone.
let isSanitized = Context.environment["FACENET_SANITIZE"] != nil

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(name: name + "Tests", dependencies: [.init(stringLiteral: name), "TestSupport"] + dependencies)
}

let package = Package(
  name: "libfacenet",
  products: [
    .library(name: "Facenet", targets: ["Facenet"]),
    // The program `facenet`; two products whose names differ by case alone would be one file.
    .executable(name: "facenet-tool", targets: ["FacenetTool"]),
    .library(name: "FacenetC", type: .dynamic, targets: ["FacenetC"] + (isSanitized ? [] : ["SharedLibrary"])),
  ],
  targets: [
    .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CFFI", pkgConfig: "libffi", providers: [.apt(["libffi-dev"])]),
    .target(name: "CPNGReader", dependencies: ["CPNG"]),
    .target(name: "CSystem"),
    .target(name: "CThread"),
    .target(
      name: "Core", dependencies: ["CSystem", "CThread"], swiftSettings: isSanitized ? [.define("SANITIZED")] : []),
    .target(name: "KernelCore", swiftSettings: [optimized]),
    .target(
      name: "Kernels",
      dependencies: ["Core", "CSystem", "KernelCore"] + instructionSets.map { .init(stringLiteral: $0.name) },
      swiftSettings: [optimized]),
    floor("Graph", ["Core", "Kernels"]),
    .target(
      name: "Imaging", dependencies: ["Core", "CTurboJPEG", "CPNG", "CPNGReader"],
      swiftSettings: [optimized]),
    .target(name: "Search", dependencies: ["Core", "Kernels"], swiftSettings: [optimized]),
    floor("ONNX", ["Core", "Graph"]),
    floor("Faces", ["Core", "Graph", "Imaging", "ONNX"]),
    floor("Evaluation", ["Core", "Imaging", "Faces"]),
    floor("Gallery", ["CSQLite", "Core", "Imaging", "Faces", "Search"]),
    floor(
      "Plugins", ["CFFI", "CFacenet", "CThread", "Core", "Faces", "Gallery", "Graph", "Imaging", "ONNX", "Search"]),
    floor("Facenet", ["Core", "Graph", "Imaging", "Search", "ONNX", "Faces", "Gallery", "Plugins"]),
    .executableTarget(
      name: "FacenetTool",
      dependencies: ["Core", "Evaluation", "Faces", "Gallery", "Graph", "Imaging", "Kernels", "ONNX", "Plugins"]),
    .systemLibrary(name: "CFacenet", path: "include"),
    floor(
      "FacenetC",
      ["CFacenet", "CThread", "Core", "Graph", "Imaging", "Search", "ONNX", "Faces", "Gallery", "Plugins", "Facenet"]),
    .target(
      name: "SharedLibrary", exclude: ["exports.map"], linkerSettings: [.unsafeFlags(sharedLibraryFlags)]),
    .target(name: "TestSupport", dependencies: ["Core"], path: "Tests/TestSupport"),
    tests("Core"),
    tests("Kernels", ["Core", "KernelCore"]),
    tests("Graph", ["Core"]),
    tests("Imaging", ["Core", "CTurboJPEG"]),
    tests("Search", ["Core", "Kernels"]),
    tests("ONNX", ["Core", "Graph"]),
    tests("Faces", ["Core", "Facenet", "Graph", "Imaging"]),
    tests("Evaluation", ["Core", "Faces", "Imaging"]),
    tests("Gallery", ["CSQLite", "Core", "Faces", "Imaging", "Search"]),
    .target(name: "ForeignFunctions", path: "Tests/ForeignFunctions"),
    tests("Plugins", ["CFFI", "CFacenet", "Core", "ForeignFunctions", "Gallery", "Graph", "ONNX", "Search"]),
    tests("FacenetTool"),
  ] + instructionSets
)
