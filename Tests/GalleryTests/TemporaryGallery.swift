import Core
import Glibc
import Imaging

@testable import Gallery

/// A vector of length 1 along one of eight axes.
func unit(_ axis: Int, dimension: Int = 8) -> [Float] { (0..<dimension).map { $0 == axis ? 1 : 0 } }

func testModel(dimension: Int = 8) throws -> GalleryModel {
  try GalleryModel(
    name: "test", fingerprint: "0123", dimension: dimension, threshold: 1,
    thresholds: [(0.001, 0.8), (0.01, 1), (0.1, 1.2)])
}

/// Writes rows of the same length as a .npy file.
func writeMatrix(_ rows: [[Float]], to path: String) throws {
  let header = NPYHeader.make(rows: rows.count, columns: rows[0].count)
  try File.write(header + rows.flatMap { TemplateEncoding.float32.encode($0) }, to: path)
}

/// A picture file of so many bytes.
func picture(bytes: Int) throws -> [UInt8] {
  let picture = try Bitmap(width: 2, height: 2, rgb: [UInt8](repeating: 7, count: 12))
  let file = try picture.withView { view throws(FacenetError) in try view.encodedPNG() }
  return file + [UInt8](repeating: 7, count: bytes - file.count)
}

func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  var template = Array("/tmp/facenet-gallery-XXXXXX".utf8CString)
  let folder = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  defer {
    for file in (try? filesBeside(folder + "/x")) ?? [] { unlink(file) }
    rmdir(folder)
  }
  return try body(folder)
}

func withGallery<Result>(encoding: TemplateEncoding = .float32, _ body: (Gallery) throws -> Result) throws -> Result {
  try withFolder { folder in
    try body(Gallery(creating: folder + "/gallery.db", model: testModel(), encoding: encoding))
  }
}

/// The files in a file's folder.
func filesBeside(_ path: String) throws -> [String] {
  let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  guard let stream = opendir(folder) else { throw FacenetError(.notFound, folder) }
  defer { closedir(stream) }
  var files: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != ".", name != ".." { files.append("\(folder)/\(name)") }
  }
  return files
}

func found(_ bytes: [UInt8], beside path: String) throws -> Bool {
  try filesBeside(path).contains { file in
    let contents = try File.read(file)
    return contents.withUnsafeBytes { contents in
      (0..<max(0, contents.count - bytes.count + 1)).contains {
        memcmp(contents.baseAddress! + $0, bytes, bytes.count) == 0
      }
    }
  }
}

func mode(of path: String) throws -> UInt32 {
  var information = stat()
  guard stat(path, &information) == 0 else { throw FacenetError(.notFound, path) }
  return information.st_mode & 0o777
}
