/// Tells large pieces of data apart, as fast as memory is read: ``MixedLanes``, which in the end go through SHA-256.
package struct Fingerprint {
  private var lanes = MixedLanes()

  package init() {}

  /// Takes in a piece and its length, so that pieces do not run together.
  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    lanes.append(bytes)
    withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { lanes.append($0) }
  }

  /// 64 hexadecimal digits.
  package var text: String {
    var bytes: [UInt8] = []
    for lane in 0..<8 { withUnsafeBytes(of: lanes.lanes[lane].littleEndian) { bytes += $0 } }
    return SHA256.digest(bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
