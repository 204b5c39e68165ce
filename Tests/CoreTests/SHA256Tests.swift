import Testing

@testable import Core

@Suite struct SHA256Tests {
  /// FIPS 180-4's examples and one of many blocks, as sha256sum prints them.
  @Test(arguments: [
    ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
  ])
  func digestsAreAsPublished(text: String, times: Int, digest: String) {
    let bytes = Array(String(repeating: text, count: times).utf8)
    for piece in [1, 63, 64, 65, 1 << 20] {
      var hash = SHA256()
      for start in stride(from: 0, to: bytes.count, by: piece) {
        bytes[start..<min(start + piece, bytes.count)].withUnsafeBytes { hash.append($0) }
      }
      #expect(hash.finish().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == digest)
    }
  }

  @Test func aFingerprintSeesEveryByteAndEveryBorder() {
    func text(_ pieces: [[UInt8]]) -> String {
      var fingerprint = Fingerprint()
      for piece in pieces { piece.withUnsafeBytes { fingerprint.append($0) } }
      return fingerprint.text
    }
    let bytes = (0..<200).map { UInt8($0) }
    var seen: Set = [text([bytes]), text([bytes, []]), text([Array(bytes[..<100]), Array(bytes[100...])])]
    for position in bytes.indices {
      var changed = bytes
      changed[position] ^= 1
      seen.insert(text([changed]))
    }
    #expect(seen.count == 203)
    #expect(text([bytes]) == text([bytes]))
  }
}
