import CFacenet
import Core
import Gallery
import Testing

@testable import Plugins

/// What the attached store of these tests does; they run one after another.
struct StoreBehaviour {
  var version: UInt64 = 0
  var newest: UInt64?
  var records: [UInt64: [UInt8]] = [:]
  var committed: Int32 = 1
  var current: Int32 = 1
  /// Shown in place of a record.
  var shown: facenet_record?
  var failing: String?
  var (opened, closed) = (0, 0)
  var (running, mostAtOnce) = (0, 0)
}

private let behaviour = Lock(StoreBehaviour())
private let host = Lock<UInt>(0)

private func fail(_ method: String) -> facenet_status {
  guard behaviour.withLock({ $0.failing == method }) else { return 0 }
  let table = UnsafePointer<facenet_host>(bitPattern: host.withLock { $0 })!
  return table.pointee.fail(facenet_status(FACENET_IO), "\(method) does not work")
}

private let entry: PluginEntry = { given, registrar in
  host.withLock { $0 = UInt(bitPattern: given) }
  var methods = facenet_store_methods()
  methods.struct_size = UInt32(MemoryLayout<facenet_store_methods>.size)
  methods.flags = UInt32(FACENET_ONE_THREAD)
  methods.open = { _, _, _, _ in
    behaviour.withLock { $0.opened += 1 }
    return fail("open")
  }
  methods.changes = { _, after, visit, context, version in
    let state = behaviour.withLock { $0 }
    for (key, bytes) in state.records {
      let stop = bytes.withUnsafeBytes { bytes in
        var record = state.shown ?? facenet_record(key: key, bytes: bytes.baseAddress, count: bytes.count)
        return visit!(context, &record)
      }
      if stop != 0 { return 0 }
    }
    if state.newest != .max { version!.pointee = state.newest ?? state.version }
    return fail("changes")
  }
  methods.commit = { _, expected, records, count, committed in
    let failure = fail("commit")
    guard failure == 0 else { return failure }
    behaviour.withLock { state in
      for record in UnsafeBufferPointer(start: records, count: count) {
        state.records[record.key] = record.bytes.map {
          Array(UnsafeRawBufferPointer(start: $0, count: record.count))
        }
      }
      state.version += 1
      committed!.pointee = state.committed
    }
    return 0
  }
  methods.is_current = { _, version, current in
    current!.pointee = behaviour.withLock { $0.version == version ? $0.current : 0 }
    return fail("is_current")
  }
  methods.compact = { _ in fail("compact") }
  methods.close = { _ in behaviour.withLock { $0.closed += 1 } }
  var description = facenet_plugin_description()
  description.struct_size = UInt32(MemoryLayout<facenet_plugin_description>.size)
  description.abi = UInt32(FACENET_PLUGIN_ABI)
  return "lies".withCString { name in
    (description.name, description.version, description.licence) = (name, name, name)
    let status = given!.pointee.describe(registrar, &description)
    return status == 0 ? given!.pointee.add_store(registrar, "lies", &methods, nil) : status
  }
}

@Suite(.serialized) struct StoreAdapterTests {
  private static let attached: Result<Void, FacenetError> = Result { () throws(FacenetError) in
    try PluginLoader.attach(entry)
  }
  private let label = "the store lies of the plugin lies"

  /// A gallery with Ada in a store that keeps its contract so far.
  private func gallery() throws -> Gallery {
    try Self.attached.get()
    behaviour.withLock { $0 = StoreBehaviour() }
    let model = try GalleryModel(
      name: "test", fingerprint: "0123", dimension: 8, threshold: 1, thresholds: [(0.001, 0.8), (0.01, 1)])
    let gallery = try Gallery(creating: "lies:there", model: model)
    try gallery.enrol("Ada", templates: [Template([1, 0, 0, 0, 0, 0, 0, 0])])
    return gallery
  }

  @Test func aPluginsStoreHoldsAGallery() throws {
    do {
      let gallery = try gallery()
      let other = try Gallery(path: "lies:there")
      #expect(try other.people() == gallery.people() && other.people().map(\.name) == ["Ada"])
      #expect(try other.identify([1, 0, 0, 0, 0, 0, 0, 0]).candidates.count == 1)
      try other.compact()
    }
    #expect(behaviour.withLock { $0.opened > 2 && $0.opened == $0.closed })
    #expect(ComponentListing.all.contains { $0.kind == "store" && $0.name == "lies" })
  }

  @Test func anAnswerThatIsNoneIsRefused() throws {
    let gallery = try gallery()
    behaviour.withLock { $0.committed = 2 }
    let expected = "\(label) says 2 where it should say whether it committed, 0 or 1"
    #expect(throws: FacenetError(.pluginFailed, expected)) { try gallery.enrol("Bob") }
    behaviour.withLock { ($0.committed, $0.current) = (1, -1) }
    let other = "\(label) says -1 where it should say whether a version is current, 0 or 1"
    behaviour.withLock { $0.version -= 1 }
    #expect(throws: FacenetError(.pluginFailed, other)) { try gallery.people() }
  }

  @Test func versionsAreChecked() throws {
    let gallery = try gallery()
    for (newest, expected) in [
      (UInt64.max, "did not say which version its records are of"), (1 << 63, "has the version 9223372036854775808"),
      (0, "has records and no version"),
    ] {
      behaviour.withLock { ($0.newest, $0.current) = (newest, 0) }
      #expect(throws: FacenetError(.pluginFailed, "\(label) \(expected)")) { try gallery.people() }
    }
    behaviour.withLock { $0.newest = nil }
    #expect(try gallery.people().map(\.name) == ["Ada"])
  }

  @Test func aRecordThatIsNoneIsRefused() throws {
    let gallery = try gallery()
    for record in [
      facenet_record(key: 1, bytes: nil, count: 5),
      facenet_record(key: 1, bytes: UnsafeRawPointer(bitPattern: 8), count: 16 << 20 + 1),
      facenet_record(key: 1, bytes: UnsafeRawPointer(bitPattern: 8), count: .max),
    ] {
      behaviour.withLock { ($0.shown, $0.current) = (record, 0) }
      let expected = "\(label) shows a record of \(record.count) bytes"
      #expect(throws: FacenetError(.pluginFailed, expected)) { try gallery.people() }
    }
    // It says that all is well, but its visitor had refused what it saw.
    behaviour.withLock { $0.shown = facenet_record(key: 0, bytes: nil, count: 0) }
    let error = #expect(throws: FacenetError.self) { try gallery.people() }
    #expect(error?.message == "a record of lies:there is none of a gallery: 0 is no key of a gallery's record")
  }

  @Test func failuresNameTheStore() throws {
    let gallery = try gallery()
    for (method, call) in [
      ("changes", { _ = try gallery.people() }), ("is_current", { _ = try gallery.people() }),
      ("commit", { try gallery.enrol("Bob") }), ("compact", { try gallery.compact() }),
      ("open", { _ = try Gallery(path: "lies:there") }),
    ] as [(String, () throws -> Void)] {
      behaviour.withLock { ($0.failing, $0.current) = (method, method == "changes" ? 0 : 1) }
      #expect(throws: FacenetError(.inputOutput, "\(method) does not work (\(label))")) { try call() }
    }
    behaviour.withLock { $0.failing = nil }
    #expect(try gallery.people().map(\.name) == ["Ada"])
  }
}
