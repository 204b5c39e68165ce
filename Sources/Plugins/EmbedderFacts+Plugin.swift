import CFacenet
import Core
import Faces
import Imaging

extension EmbedderFacts {
  /// What a plugin's embedder says of itself, checked.
  /// - Throws: `pluginFailed`, naming what is out of range.
  init(_ given: facenet_embedder_description, _ component: PluginComponent, _ location: String) throws(FacenetError) {
    guard (1...UInt32(Self.largestDimension)).contains(given.dimension) else {
      throw component.broken("has \(given.dimension) dimensions, expected 1 to \(Self.largestDimension)")
    }
    guard (1...UInt32(Self.largestSide)).contains(given.side) else {
      throw component.broken("takes crops of \(given.side) pixels a side, expected 1 to \(Self.largestSide)")
    }
    guard given.threshold.isFinite, given.threshold >= 0 else {
      throw component.broken("has the threshold \(given.threshold), which is no distance")
    }
    self.init(
      name: location.isEmpty ? component.name : "\(component.name):\(location)",
      origin: "the plugin \(component.provider.name)",
      fingerprint: try Self.fingerprint(given, component, location), dimension: Int(given.dimension),
      side: Int(given.side), template: try Self.template(given, component),
      threshold: given.threshold == 0 ? Self.defaultThreshold : given.threshold,
      thresholds: try Self.thresholds(given, component))
  }

  /// Galleries are bound to the plugin, the component, its location and what it says of itself.
  private static func fingerprint(
    _ given: facenet_embedder_description, _ component: PluginComponent, _ location: String
  ) throws(FacenetError) -> String {
    let identity = elements(given.identity, of: UInt8.self)
    guard let end = identity.firstIndex(of: 0), end > 0 else {
      throw component.broken("has an identity that is not 1 to \(identity.count - 1) bytes and a zero")
    }
    var fingerprint = Fingerprint()
    for part in [component.provider.name, component.name, location].map({ Array($0.utf8) }) + [Array(identity[..<end])]
    {
      part.withUnsafeBytes { fingerprint.append($0) }
    }
    return fingerprint.text
  }

  private static func template(_ given: facenet_embedder_description, _ component: PluginComponent)
    throws(FacenetError) -> AlignmentTemplate
  {
    let side = Int(given.side)
    let points = elements(given.landmarks, of: facenet_point.self).map { Point($0.x, $0.y) }
    guard points.contains(where: { $0 != Point(0, 0) }) else { return try .arcFace(side: side) }
    guard points.allSatisfy({ $0.x.isFinite && $0.y.isFinite && abs($0.x) <= 65536 && abs($0.y) <= 65536 }),
      Set(points).count > 1
    else { throw component.broken("has landmarks that are not five places") }
    return try AlignmentTemplate(points, side: side)
  }

  private static func thresholds(_ given: facenet_embedder_description, _ component: PluginComponent)
    throws(FacenetError) -> [(falseAcceptRate: Float, threshold: Float)]
  {
    let all = elements(given.thresholds, of: facenet_measured_threshold.self)
    guard given.threshold_count <= all.count else {
      throw component.broken("has \(given.threshold_count) thresholds, at most \(all.count) may be")
    }
    let measured = all.prefix(Int(given.threshold_count))
    for (position, item) in measured.enumerated() {
      guard item.false_accept_rate > 0, item.false_accept_rate <= 1, item.distance.isFinite, item.distance >= 0 else {
        throw component.broken("has a threshold \(position) that is none")
      }
      guard position == 0 || measured[position - 1].false_accept_rate < item.false_accept_rate,
        position == 0 || measured[position - 1].distance <= item.distance
      else { throw component.broken("has thresholds that do not have the strictest first") }
    }
    return measured.map { (falseAcceptRate: $0.false_accept_rate, threshold: $0.distance) }
  }

  /// The elements of a C array, which Swift sees as a tuple.
  private static func elements<Tuple: BitwiseCopyable, Element: BitwiseCopyable>(_ array: Tuple, of _: Element.Type)
    -> [Element]
  {
    withUnsafeBytes(of: array) { bytes in bytes.bindMemory(to: Element.self).map { $0 } }
  }
}
