import Core

/// How an index searches: one of these, or what a plugin adds, by its name.
public struct IndexKind: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  /// The name.
  public let rawValue: String

  /// The kind of this name, which need not exist: an index of one that does not cannot be made.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Every vector is compared: exact.
  public static let flat = IndexKind(rawValue: "flat")
  /// 8-bit codes of every vector are compared, and the best of them again exactly.
  public static let flat8 = IndexKind(rawValue: "flat8")
  /// The maximum-likelihood approximate nearest neighbour method: distances to a few pivots tell which vectors to compare.
  public static let mlann = IndexKind(rawValue: "mlann")
  /// The kind and its parameters follow from the number of vectors, their dimension and the wanted recall.
  public static let auto = IndexKind(rawValue: "auto")

  /// The name.
  public var description: String { rawValue }
}

extension IndexKind {
  /// The kinds of indexes. Looked at when an index is made, opened, or chooses its kind; never by a search.
  package static let registry = Registry<MethodMaker>(
    kind: "index",
    builtIn: [
      flat.rawValue: MethodMaker(FlatMethod.self), flat8.rawValue: MethodMaker(Flat8Method.self),
      mlann.rawValue: MethodMaker(MLANNMethod.self), auto.rawValue: MethodMaker(AutoMethod.self),
    ])

  /// The library's own.
  package static let builtIn = [flat, flat8, mlann, auto]

  /// What makes the methods of this kind.
  /// - Throws: `invalidArgument` where there is no such kind.
  var maker: MethodMaker {
    get throws(FacenetError) {
      guard let maker = Self.registry.component(rawValue) else {
        let names = Self.registry.all.map(\.name).joined(separator: ", ")
        throw FacenetError(
          .invalidArgument, "there is no kind of index '\(rawValue)', but \(names); plugins bring others")
      }
      return maker
    }
  }
}

extension IndexOptions {
  /// What makes the method that an index with these options searches by.
  var maker: MethodMaker {
    get throws(FacenetError) { pivotChoice == .every ? MethodMaker(MatrixMethod.self) : try kind.maker }
  }
}

/// The kind's name, where a file's number for it says that it is a plugin's.
extension IndexKind {
  static let section = "kind"
  private static let longestName = 64

  /// - Throws: `corrupt` for what is no name, `unsupported` where no plugin that is loaded brought the kind.
  init(reading file: IndexFile) throws(FacenetError) {
    let bytes = try file.read(Self.section)
    guard (1...Self.longestName).contains(bytes.count), bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw FacenetError(.corrupt, "the section '\(Self.section)' holds no name")
    }
    rawValue = String(decoding: bytes, as: UTF8.self)
    guard !Self.builtIn.contains(self) else {
      throw FacenetError(.corrupt, "the section '\(Self.section)' holds '\(rawValue)', which has a number")
    }
    guard Self.registry.component(rawValue) != nil else {
      throw FacenetError(.unsupported, "the index is of the kind '\(rawValue)': load the plugin that brings it")
    }
  }

  /// The name as it is saved.
  /// - Throws: `tooLarge`.
  var savedName: IndexSection {
    get throws(FacenetError) {
      let memory = try AlignedBuffer(count: rawValue.utf8.count)
      memory.bytes.copyBytes(from: rawValue.utf8)
      return IndexSection(Self.section, UnsafeRawBufferPointer(memory.bytes), owner: memory)
    }
  }
}
