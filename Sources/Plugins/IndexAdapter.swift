import CFacenet
import Core
import Search

/// A plugin's index as a source of candidates.
final class IndexAdapter: CandidateSource {
  private let methods: Methods<facenet_index_methods>
  private let instance: PluginInstance

  /// What makes the indexes that the methods make.
  static func opener(_ component: PluginComponent, _ methods: facenet_index_methods) -> CandidateOpener {
    let methods = Methods(methods)
    let open: CandidateOpener.Open = { dimension, options throws(FacenetError) in
      try IndexAdapter(component, methods, dimension, options)
    }
    guard methods.table.restore != nil else { return CandidateOpener(open: open, restore: nil) }
    return CandidateOpener(
      open: open,
      restore: { dimension, options, contents throws(FacenetError) in
        try IndexAdapter(component, methods, dimension, options, contents)
      })
  }

  private init(
    _ component: PluginComponent, _ methods: Methods<facenet_index_methods>, _ dimension: Int, _ options: IndexOptions,
    _ contents: CandidateOpener.Contents? = nil
  ) throws(FacenetError) {
    self.methods = methods
    var given = facenet_index_options(options)
    instance = try PluginInstance(
      component,
      open: { out in
        guard let contents else { return methods.table.open(component.pointer, UInt32(dimension), &given, out) }
        return methods.table.restore(
          component.pointer, UInt32(dimension), &given, contents.numbers, contents.vectors, contents.numbers.count,
          contents.saved.baseAddress, contents.saved.count, out)
      }, close: methods.table.close)
  }

  var canRemove: Bool { methods.table.remove != nil }

  func add(_ numbers: [Int64], _ vectors: UnsafePointer<Float>) throws(FacenetError) {
    try instance.component.call { methods.table.add(instance.pointer, numbers, vectors, numbers.count) }
  }

  func remove(_ numbers: [Int64]) throws(FacenetError) {
    guard let remove = methods.table.remove else { return }
    try instance.component.call { remove(instance.pointer, numbers, numbers.count) }
  }

  func search(_ query: UnsafePointer<Float>, into room: UnsafeMutableBufferPointer<Int64>) throws(FacenetError) -> Int {
    var count = -1
    try instance.component.call {
      methods.table.search(instance.pointer, query, room.baseAddress, room.count, &count)
    }
    guard (0...room.count).contains(count) else {
      throw broken(
        count == -1
          ? "did not say how many candidates there are"
          : "gave \(UInt(bitPattern: count)) candidates where there was room for \(room.count)")
    }
    return count
  }

  func saved() throws(FacenetError) -> Column<UInt8>? {
    guard let save = methods.table.save else { return nil }
    let gathering = Gathering(try Column())
    try withExtendedLifetime(gathering) { () throws(FacenetError) in
      do throws(FacenetError) {
        try instance.component.call {
          save(
            instance.pointer, { Gathering.take($0, $1, $2) }, Unmanaged.passUnretained(gathering).toOpaque())
        }
      } catch { throw gathering.failure ?? error }
      guard gathering.failure == nil else { throw broken("went on saving when it was told to stop") }
    }
    return gathering.bytes
  }

  func broken(_ how: String) -> FacenetError { instance.component.broken(how) }
}

/// What a plugin hands over, piece by piece. One thread at a time.
private final class Gathering {
  /// More cannot be an index.
  private static let most = 1 << 42

  let bytes: Column<UInt8>
  private(set) var failure: FacenetError?

  init(_ bytes: Column<UInt8>) { self.bytes = bytes }

  /// - Returns: 0 to go on.
  static func take(_ context: UnsafeMutableRawPointer?, _ start: UnsafeRawPointer?, _ count: Int) -> Int32 {
    guard let context else { return 1 }
    return Unmanaged<Gathering>.fromOpaque(context).takeUnretainedValue().take(start, count)
  }

  private func take(_ start: UnsafeRawPointer?, _ count: Int) -> Int32 {
    if failure != nil { return 1 }
    if count == 0 { return 0 }
    do throws(FacenetError) {
      guard let start, (0...Self.most - bytes.count).contains(count) else {
        throw FacenetError(
          .pluginFailed, "a plugin's index saves \(UInt(bitPattern: count)) bytes at once, or from NULL")
      }
      try Progress.reached(0)
      try bytes.reserve(bytes.count + count)
      (bytes.writable + bytes.count).update(from: start.assumingMemoryBound(to: UInt8.self), count: count)
      bytes.setCount(bytes.count + count)
      return 0
    } catch {
      failure = error
      return 1
    }
  }
}

extension facenet_index_options {
  /// All fields as a plugin reads them; what belongs to mlann is 0.
  init(_ options: IndexOptions) {
    self.init()
    struct_size = UInt32(MemoryLayout<Self>.size)
    kind = options.kind.number ?? 0
    threads = options.threads == 0 ? .max : UInt32(options.threads)
    recall = options.recall == 0 ? 0.99 : options.recall
    seed = UInt32(truncatingIfNeeded: options.seed)
  }
}

extension IndexKind {
  private static let own: [IndexKind] = [.auto, .flat, .flat8, .mlann]

  /// What C calls it; nil for one that is not there.
  package var number: Int32? {
    if let place = Self.own.firstIndex(of: self) { return Int32(place) }
    let position = ComponentListing.all.firstIndex { $0.kind == Self.registry.kind && $0.name == rawValue }
    return position.map { Int32($0) + Int32(FACENET_INDEX_PLUGIN) }
  }

  /// The kind that C calls so; nil where there is none.
  package init?(number: Int32) {
    if Self.own.indices.contains(Int(number)) {
      self = Self.own[Int(number)]
      return
    }
    let (position, all) = (Int(number) - Int(FACENET_INDEX_PLUGIN), ComponentListing.all)
    guard all.indices.contains(position), all[position].kind == Self.registry.kind else { return nil }
    self.init(rawValue: all[position].name)
  }
}
