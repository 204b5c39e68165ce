import Core
import Graph

/// The kinds of detectors that are understood. The raw values are those of `facenet.detector`.
package enum DetectorKind: String, Sendable, CaseIterable {
  case retinaface, yunet, centerface, mtcnn

  /// Tells a model without metadata apart by its outputs; nil for one that is no known detector.
  package init?(outputsOf graph: Graph) {
    let names = graph.outputs.map(\.name)
    if Set(names) == Set(YuNet.outputs) {
      self = .yunet
    } else if Set(names) == Set(CenterFace.outputs) {
      self = .centerface
    } else if Set(names) == Set(MTCNN.outputs) {
      self = .mtcnn
    } else if Self.retinaFaceOutputs(graph) != nil {
      self = .retinaface
    } else {
      return nil
    }
  }

  /// The names of RetinaFace's outputs for boxes, scores and landmarks, told apart by their last size; nil where they
  /// are others.
  static func retinaFaceOutputs(_ graph: Graph) -> [String]? {
    guard graph.outputs.count == 3 else { return nil }
    var names: [String] = []
    for size in [4, 2, 10] {
      let matches = graph.outputs.filter { $0.shape?.count == 3 && $0.shape?.last == size }
      guard matches.count == 1 else { return nil }
      names.append(matches[0].name)
    }
    return names
  }
}

extension ModelFile {
  /// The search that a detector's file describes.
  /// - Parameter kind: what it is; nil for what the file says or looks like.
  /// - Throws: `unsupported` for a model that is no detector of a known kind; `invalidArgument` for options out of range.
  package func search(_ options: DetectorOptions, as kind: DetectorKind? = nil) throws(FacenetError) -> any FaceSearch {
    try checkThreads(options.threads)
    return try Progress.part(1, of: 2) { () throws(FacenetError) in try makeSearch(options, kind) }
  }

  private func makeSearch(_ options: DetectorOptions, _ wanted: DetectorKind?) throws(FacenetError) -> any FaceSearch {
    if let role = try role(), role != .detector {
      throw FacenetError(.unsupported, "this model is an \(role.rawValue), not a detector (\(model.name))")
    }
    let stated = try metadata.choice("detector", DetectorKind.self)
    if let wanted, let stated, wanted != stated {
      throw FacenetError(.unsupported, "this model is a \(stated.rawValue), not a \(wanted.rawValue) (\(model.name))")
    }
    guard let kind = wanted ?? stated ?? DetectorKind(outputsOf: model.graph) else {
      let names = model.graph.outputs.prefix(12).map(\.name).joined(separator: ", ")
      throw FacenetError(.unsupported, "the outputs \(names) are not a known detector's (\(model.name))")
    }
    switch kind {
    case .retinaface:
      guard let outputs = DetectorKind.retinaFaceOutputs(model.graph) else {
        throw FacenetError(.corrupt, "RetinaFace has outputs of 4, 2 and 10 numbers an anchor (\(model.name))")
      }
      let rule = Normalization(order: .bgr, mean: [104, 117, 123], scale: [1, 1, 1])
      return try single(RetinaFace(metadata), outputs, rule, multiple: 1, score: 0.6, overlap: 0.4, options)
    case .yunet:
      let rule = Normalization(order: .bgr, mean: [0, 0, 0], scale: [1, 1, 1])
      return try single(YuNet(), YuNet.outputs, rule, multiple: 32, score: 0.6, overlap: 0.4, options)
    case .centerface:
      let rule = Normalization(order: .rgb, mean: [0, 0, 0], scale: [1, 1, 1])
      return try single(CenterFace(), CenterFace.outputs, rule, multiple: 32, score: 0.5, overlap: 0.3, options)
    case .mtcnn:
      return try MTCNN(self, options)
    }
  }

  /// - Parameters:
  ///   - rule: what holds where the file does not say; so are `multiple`, `score` and `overlap`.
  private func single(
    _ network: any SingleShotNetwork, _ outputs: [String], _ rule: Normalization, multiple: Int, score: Float,
    overlap: Float, _ options: DetectorOptions
  ) throws(FacenetError) -> SingleShotSearch {
    let multiple = try metadata.integer("input.multiple") ?? multiple
    guard multiple <= 1024 else {
      throw FacenetError(.corrupt, "facenet.input.multiple is \(multiple), at most 1024 was expected (\(model.name))")
    }
    return try SingleShotSearch(
      network, model: model.selecting(outputs: outputs), normalization: metadata.normalization() ?? rule,
      multiple: multiple, limits: SearchLimits(options, metadata, score: score, overlap: overlap),
      threads: options.threads)
  }
}
