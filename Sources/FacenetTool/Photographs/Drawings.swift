import Core
import Faces
import Glibc
import Imaging

/// A folder of photographs with their faces marked.
///
/// A drawing is called after its photograph, `.jpg` at the end; a name that is taken gets `-2`, `-3` and so on.
/// Immutable: any thread.
struct Drawings: Sendable {
  private let paths: [String]

  /// Makes the folder and those below it that the names need.
  /// - Throws: `invalidArgument` where a drawing would take the place of a file that is there: a drawing replaces nothing;
  ///   `inputOutput` or `notFound`, naming the folder.
  init(_ folder: String, _ photographs: [Photograph]) throws(FacenetError) {
    var taken: Set<String> = []
    var paths: [String] = []
    for photograph in photographs {
      let stem = Self.stem(photograph.name)
      var name = stem
      var number = 2
      while !taken.insert(name.lowercased()).inserted {
        name = "\(stem)-\(number)"
        number += 1
      }
      paths.append("\(folder)/\(name).jpg")
    }
    self.paths = paths
    for path in paths {
      var information = stat()
      guard lstat(path, &information) != 0 else {
        throw FacenetError(
          .invalidArgument, "\(path) is there already, and --draw replaces nothing: name another folder")
      }
    }
    try makeFolder(folder)
    for parent in Set(paths.map(parentFolder)) { try makeFolder(parent) }
    guard access(folder, W_OK) == 0 else {
      throw FacenetError(.inputOutput, "cannot write into \(folder): \(String(cString: strerror(errno)))")
    }
  }

  /// Writes the drawing of one of the photographs.
  /// - Parameter labels: a short text a face.
  func draw(_ faces: [Face], _ labels: [String], on bitmap: Bitmap, _ index: Int) throws(FacenetError) {
    let canvas = try Canvas(bitmap)
    for (face, label) in zip(faces, labels) { Self.mark(face, label, canvas) }
    try canvas.bitmap().write(to: paths[index])
  }

  private static func mark(_ face: Face, _ label: String, _ canvas: Canvas) {
    let green = Colour(red: 60, green: 220, blue: 90)
    let yellow = Colour(red: 255, green: 210, blue: 40)
    let black = Colour(red: 0, green: 0, blue: 0)
    let unit = max(1, min(face.width, face.height) / 60)
    canvas.outline(
      left: face.left, top: face.top, right: face.right, bottom: face.bottom, thickness: max(2, unit), green)
    for point in face.landmarks {
      canvas.disc(centre: point, radius: max(2, 1.6 * unit), black)
      canvas.disc(centre: point, radius: max(1.5, 1.1 * unit), yellow)
    }
    let scale = Int(min(max(1, unit.rounded()), 16))
    let height = Float(Canvas.textHeight(scale: scale) + 2 * scale)
    let top = face.top >= height ? face.top - height : face.top
    let right = face.left + Float(Canvas.textWidth(label, scale: scale) + 2 * scale)
    canvas.fill(left: face.left, top: top, right: right, bottom: top + height, green)
    canvas.text(label, at: Point(x: face.left + Float(scale), y: top + Float(scale)), scale: scale, black)
  }

  /// A name without its ending; a name that is nothing but an ending stays whole.
  private static func stem(_ name: String) -> String {
    let last = lastComponent(name)
    guard let dot = last.lastIndex(of: "."), dot != last.startIndex else { return name }
    return String(name.dropLast(last[dot...].count))
  }
}

/// Makes a folder and those above it where they are missing.
/// - Throws: `inputOutput` or `notFound`, naming the folder.
func makeFolder(_ path: String) throws(FacenetError) {
  guard !isFolder(path) else { return }
  let parent = parentFolder(path)
  if parent != path { try makeFolder(parent) }
  guard mkdir(path, 0o777) == 0 || errno == EEXIST && isFolder(path) else {
    throw FacenetError(.inputOutput, "cannot make the folder \(path): \(String(cString: strerror(errno)))")
  }
}

/// `a/b` of `a/b/c.jpg`, `.` of `c.jpg`, `/` of `/c.jpg`.
func parentFolder(_ path: String) -> String {
  var parts = path.split(separator: "/", omittingEmptySubsequences: false)
  while parts.count > 1 && parts.last == "" { parts.removeLast() }
  guard parts.count > 1 else { return path.hasPrefix("/") ? "/" : "." }
  let parent = parts.dropLast().joined(separator: "/")
  return parent.isEmpty ? "/" : parent
}
