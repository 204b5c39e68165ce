import Core
import Faces

/// Where the rows of `facenet embed` go: standard output, one CSV file, or an NPY file with a CSV file beside it.
@MainActor
final class EmbeddingTable {
  /// The file that was asked for; nil for standard output.
  let path: String?
  let dimension: Int
  private(set) var rows = 0
  private let console: Console
  private let matrix: NPYFile?
  private let table: OutputFile?

  /// Opens the output, which appears under its name with ``commit()``.
  /// - Throws: `UsageError` for a name that ends otherwise; `notFound` or `inputOutput`, naming the path.
  init(_ path: String?, dimension: Int, _ console: Console) throws {
    self.path = path
    self.dimension = dimension
    self.console = console
    guard let path else {
      (matrix, table) = (nil, nil)
      return
    }
    if path.hasSuffix(".npy") && lastComponent(path) != ".npy" {
      matrix = try NPYFile(path, columns: dimension)
      table = try OutputFile(path.dropLast(4) + ".csv")
    } else if path.hasSuffix(".csv") {
      matrix = nil
      table = try OutputFile(path)
    } else {
      throw UsageError("--output must end in .npy or .csv, got \(path)")
    }
    try table?.append(header.utf8)
  }

  /// Adds one face.
  func add(_ path: String, _ entry: EmbeddedPhotograph.Entry) throws {
    if table == nil && rows == 0 { try console.result(String(header.dropLast())) }
    let face = entry.face
    let edges = [face?.left, face?.top, face?.right, face?.bottom, face?.score].map { $0?.description ?? "" }
    let vector = matrix == nil ? entry.embedding.map(\.description) : []
    let line = csvLine([path, String(entry.number)] + edges + vector)
    try matrix?.append(entry.embedding)
    if let table { try table.append(line.utf8) } else { try console.result(String(line.dropLast())) }
    rows += 1
  }

  /// Puts the files under their names.
  func commit() throws(FacenetError) {
    try table?.commit()
    try matrix?.commit()
  }

  private var header: String {
    let vector = matrix == nil ? (0..<dimension).map { "e\($0)" } : []
    return csvLine(["path", "face", "left", "top", "right", "bottom", "score"] + vector)
  }
}
