import CFacenet
import Core
import Gallery

/// A plugin's store as one of this library.
final class StoreAdapter: RecordStore {
  private let methods: Methods<facenet_store_methods>
  private let instance: PluginInstance

  /// What opens the store that the methods make.
  static func opener(_ component: PluginComponent, _ methods: facenet_store_methods) -> Gallery.StoreOpener {
    let methods = Methods(methods)
    return { location, isNew throws(FacenetError) in try StoreAdapter(component, methods, location, isNew) }
  }

  private init(
    _ component: PluginComponent, _ methods: Methods<facenet_store_methods>, _ location: String, _ isNew: Bool
  ) throws(FacenetError) {
    guard !location.utf8.contains(0) else {
      throw FacenetError(.invalidArgument, "a gallery's location has a zero byte")
    }
    self.methods = methods
    instance = try PluginInstance(
      component, open: { methods.table.open(component.pointer, location, isNew ? 1 : 0, $0) },
      close: methods.table.close)
  }

  func changes(after version: UInt64, to visitor: any RecordVisitor) throws(FacenetError) -> UInt64 {
    let visit = Visit(of: visitor, for: instance.component)
    var newest = UInt64.max
    let outcome = Result { () throws(FacenetError) in
      try instance.component.call {
        methods.table.changes(
          instance.pointer, version,
          { context, record in
            guard let context else { return 1 }
            return Unmanaged<Visit>.fromOpaque(context).takeUnretainedValue().see(record)
          }, Unmanaged.passUnretained(visit).toOpaque(), &newest)
      }
    }
    // What was refused says more than what the plugin makes of it.
    if let failure = visit.failure { throw failure }
    try outcome.get()
    guard newest <= UInt64(Int64.max) else {
      throw instance.component.broken(
        newest == .max ? "did not say which version its records are of" : "has the version \(newest)")
    }
    guard newest != 0 || visit.count == 0 else { throw instance.component.broken("has records and no version") }
    return newest
  }

  func commit(_ records: [StoreRecord], expected: UInt64) throws(FacenetError) -> Bool {
    var (bytes, starts): ([UInt8], [Int]) = ([], [])
    bytes.reserveCapacity(records.reduce(0) { $0 + ($1.bytes?.count ?? 0) })
    for record in records {
      starts.append(bytes.count)
      bytes += record.bytes ?? []
    }
    var committed: Int32 = -1
    try bytes.withBytes { bytes throws(FacenetError) in
      let given = zip(records, starts).map { record, start in
        facenet_record(
          key: record.key, bytes: record.bytes == nil ? nil : bytes.baseAddress?.advanced(by: start),
          count: record.bytes?.count ?? 0)
      }
      try instance.component.call {
        given.withUnsafeBufferPointer {
          methods.table.commit(instance.pointer, expected, $0.baseAddress, $0.count, &committed)
        }
      }
    }
    return try truth(committed, "whether it committed")
  }

  func isCurrent(_ version: UInt64) throws(FacenetError) -> Bool {
    guard let method = methods.table.is_current else { return false }
    var current: Int32 = -1
    try instance.component.call { method(instance.pointer, version, &current) }
    return try truth(current, "whether a version is current")
  }

  func compact() throws(FacenetError) {
    guard let method = methods.table.compact else { return }
    try instance.component.call { method(instance.pointer) }
  }

  private func truth(_ answer: Int32, _ what: String) throws(FacenetError) -> Bool {
    guard answer == 0 || answer == 1 else {
      throw instance.component.broken("says \(answer) where it should say \(what), 0 or 1")
    }
    return answer == 1
  }
}

/// One call of `changes`, which shows its records to a visitor. One thread at a time.
private final class Visit {
  private let visitor: any RecordVisitor
  private let component: PluginComponent
  private(set) var count = 0
  /// Why the plugin was told to stop.
  private(set) var failure: FacenetError?

  init(of visitor: any RecordVisitor, for component: PluginComponent) {
    (self.visitor, self.component) = (visitor, component)
  }

  /// - Returns: 0 to go on.
  func see(_ record: UnsafePointer<facenet_record>?) -> Int32 {
    guard failure == nil else { return 1 }
    count += 1
    do throws(FacenetError) {
      guard let record = record?.pointee else { throw component.broken("shows NULL for a record") }
      guard record.count <= StoreRecord.largest, record.bytes != nil || record.count == 0 else {
        throw component.broken("shows a record of \(UInt(bitPattern: record.count)) bytes")
      }
      try visitor.visit(record.key, record.bytes.map { UnsafeRawBufferPointer(start: $0, count: record.count) })
      return 0
    } catch {
      failure = error
      return 1
    }
  }
}
