import Core
import Graph
import Imaging

/// Three networks in a row: the first proposes boxes over a pyramid of scales, the second refuses and corrects them,
/// the third does so again and adds landmarks.
///
/// Source: Zhang et al., "Joint face detection and alignment using multi-task cascaded convolutional networks", 2016.
/// The arithmetic in whole pixels, with boxes that count both edges, is that of the published implementations, since
/// the networks were trained with it. So are the pixels: window means that are not rounded to bytes, since rounding
/// changes which proposals remain, and a face's box follows from the proposal it began with.
final class MTCNN: FaceSearch {
  /// All outputs of a file, three networks side by side.
  static let outputs = proposal + refinement + output
  private static let proposal = ["pnet_boxes", "pnet_scores"]
  private static let refinement = ["rnet_boxes", "rnet_scores"]
  private static let output = ["onet_boxes", "onet_scores", "onet_landmarks"]

  /// Pixels between neighbouring places of the first network, and the side of what it sees.
  private static let step: Float = 2
  private static let cell: Float = 12
  /// Crops that the second and third network take at once.
  private static let batch = 32
  /// Proposals of one scale that are looked at.
  private static let mostProposals = 5000

  private let stages: [SessionPool]
  private let normalizer: PixelNormalizer
  /// The score to reach, a stage.
  private let scores: [Float]
  /// The overlap above which boxes are one: within a scale, between scales, after each of the other stages.
  private let overlaps: [Float]
  /// From one scale of the pyramid to the next.
  private let pyramid: Double
  private let minimumSize: Int?

  let sufficientSide: Int? = nil

  init(_ file: ModelFile, _ options: DetectorOptions) throws(FacenetError) {
    let metadata = file.metadata
    let limits = try SearchLimits(options, metadata, score: 0.7, overlap: 0.7)
    var scores = try metadata.numbers("detector.scores", count: 3) ?? [0.6, 0.7, 0.7]
    if options.minimumScore != nil { scores[2] = limits.score }
    var overlaps = try metadata.numbers("detector.overlaps", count: 4) ?? [0.5, 0.7, 0.7, 0.7]
    if options.overlap != nil { overlaps[3] = limits.overlap }
    pyramid = try metadata.number("detector.pyramid", as: Double.self) ?? 0.709
    guard pyramid > 0.1, pyramid < 0.95 else {
      throw FacenetError(
        .corrupt, "facenet.detector.pyramid is \(pyramid), 0.1 to 0.95 was expected (\(metadata.model))")
    }
    let rule = Normalization(
      order: .rgb, mean: [127.5, 127.5, 127.5], scale: [1 / 128, 1 / 128, 1 / 128])
    normalizer = try PixelNormalizer(metadata.normalization() ?? rule)
    var stages: [SessionPool] = []
    for outputs in [Self.proposal, Self.refinement, Self.output] {
      stages.append(SessionPool(try file.model.selecting(outputs: outputs), threads: options.threads))
    }
    self.stages = stages
    self.scores = scores
    self.overlaps = overlaps
    minimumSize = options.minimumSize
  }

  func faces(in image: ImageView) throws(FacenetError) -> [Face] {
    guard image.format == .rgb8 else {
      let copy = try Bitmap(copying: image)
      return try copy.withView { view throws(FacenetError) in try faces(in: view) }
    }
    let proposals = try Progress.part(from: 0, to: 0.6) { () throws(FacenetError) in try propose(image) }
    let refined = try Progress.part(from: 0.6, to: 0.8) { () throws(FacenetError) in try refine(proposals, image) }
    return try Progress.part(from: 0.8, to: 1) { () throws(FacenetError) in try finish(refined, image) }
  }

  private func propose(_ image: ImageView) throws(FacenetError) -> [Proposal] {
    var proposals: [Proposal] = []
    let scales = scales(width: image.width, height: image.height)
    for (index, scale) in scales.enumerated() {
      let found = try Progress.part(index, of: scales.count) { () throws(FacenetError) in
        try propose(image, scale: scale)
      }
      proposals += keep(found, overlaps[0])
    }
    return keep(proposals, overlaps[1]).map { proposal in
      Proposal(box: proposal.box.corrected(proposal.correction, extra: 0).squared, score: proposal.score)
    }
  }

  /// The pyramid: at the first scale the smallest face fills the first network's view, at the last the whole picture.
  private func scales(width: Int, height: Int) -> [Double] {
    let longer = max(width, height)
    let smallest = minimumSize ?? max(20, longer / 40)
    var scale = Double(Self.cell) / Double(max(smallest, 6))
    var shorter = Double(min(width, height)) * scale
    var scales: [Double] = []
    while shorter >= Double(Self.cell) {
      scales.append(scale)
      scale *= pyramid
      shorter *= pyramid
    }
    return scales
  }

  private func propose(_ image: ImageView, scale: Double) throws(FacenetError) -> [Proposal] {
    let (width, height) = (Int(Double(image.width) * scale + 1), Int(Double(image.height) * scale + 1))
    let scale = Float(scale)
    return try stages[0].run([1, 3, height, width]) { input throws(FacenetError) in
      try write(image, width: width, height: height, to: input)
    } read: { maps throws(FacenetError) in
      guard maps[1].shape.count == 4 else { throw FacenetError(.corrupt, "P-Net's scores are no map") }
      let (rows, columns) = (maps[1].shape[2], maps[1].shape[3])
      try maps[0].expect([1, 4, rows, columns])
      try maps[1].expect([1, 2, rows, columns])
      let plane = rows * columns
      var found: [Proposal] = []
      for place in 0..<plane where maps[1][plane + place] >= scores[0] {
        let x = Self.step * Float(place % columns)
        let y = Self.step * Float(place / columns)
        let box = Box(
          ((x + 1) / scale).rounded(.down), ((y + 1) / scale).rounded(.down),
          ((x + Self.cell) / scale).rounded(.down), ((y + Self.cell) / scale).rounded(.down))
        found.append(
          Proposal(
            box: box, score: maps[1][plane + place],
            correction: SIMD4(
              maps[0][place], maps[0][plane + place], maps[0][2 * plane + place], maps[0][3 * plane + place])))
      }
      return found
    }
  }

  private func refine(_ proposals: [Proposal], _ image: ImageView) throws(FacenetError) -> [Proposal] {
    var passed: [Proposal] = []
    try run(1, proposals, side: 24, image) { proposal, maps, row in
      let score = maps[1][2 * row + 1]
      guard score > scores[1] else { return }
      passed.append(Proposal(box: proposal.box, score: score, correction: maps[0].vector(row)))
    }
    return keep(passed, overlaps[2]).map { proposal in
      Proposal(box: proposal.box.corrected(proposal.correction, extra: 1).squared, score: proposal.score)
    }
  }

  private func finish(_ proposals: [Proposal], _ image: ImageView) throws(FacenetError) -> [Face] {
    var faces: [Face] = []
    try run(2, proposals, side: 48, image) { proposal, maps, row in
      let score = maps[1][2 * row + 1]
      guard score > scores[2] else { return }
      let box = proposal.box
      let landmarks = (0..<5).map { point in
        Point(
          (box.width + 1) * maps[2][10 * row + point] + box.left - 1,
          (box.height + 1) * maps[2][10 * row + 5 + point] + box.top - 1)
      }
      let corrected = box.corrected(maps[0].vector(row), extra: 1)
      if let face = Face.checked(corrected, score: score, landmarks: landmarks) { faces.append(face) }
    }
    let kept = nonMaximumSuppression(
      faces.map(\.box), scores: faces.map(\.score), limit: overlaps[3], measure: .smaller, inclusive: true)
    return kept.map { faces[$0] }
  }

  /// Runs a stage on crops of the picture and hands each crop's row of the outputs to `visit`, in order.
  private func run(
    _ stage: Int, _ proposals: [Proposal], side: Int, _ image: ImageView,
    visit: (Proposal, [FeatureMap], Int) -> Void
  ) throws(FacenetError) {
    let visible = proposals.filter { $0.box.pixels(in: image) != nil }
    for start in stride(from: 0, to: visible.count, by: Self.batch) {
      let batch = start..<min(start + Self.batch, visible.count)
      try Progress.part(batch, of: visible.count) { () throws(FacenetError) in
        try run(stage, batch: visible[batch], side: side, image, visit: visit)
      }
    }
  }

  private func run(
    _ stage: Int, batch: ArraySlice<Proposal>, side: Int, _ image: ImageView,
    visit: (Proposal, [FeatureMap], Int) -> Void
  ) throws(FacenetError) {
    try stages[stage].run([batch.count, 3, side, side]) { input throws(FacenetError) in
      for (row, proposal) in batch.enumerated() {
        guard let area = proposal.box.pixels(in: image) else { continue }
        let crop = try image.cropped(x: area.x, y: area.y, width: area.width, height: area.height)
        try write(crop, width: side, height: side, to: input + 3 * side * side * row)
      }
    } read: { maps throws(FacenetError) in
      for (map, size) in zip(maps, [4, 2, 10]) { try map.expect([batch.count, size]) }
      for (row, proposal) in batch.enumerated() { visit(proposal, maps, row) }
    }
  }

  /// Writes a picture at the size that a network takes as that network's input.
  private func write(
    _ image: ImageView, width: Int, height: Int, to input: UnsafeMutablePointer<Float>
  ) throws(FacenetError) {
    try image.writeResized(width: width, height: height, filter: .windowMean, to: input)
    normalizer.normalize(input, count: width * height)
  }

  private func keep(_ proposals: [Proposal], _ limit: Float) -> [Proposal] {
    nonMaximumSuppression(
      proposals.map(\.box), scores: proposals.map(\.score), limit: limit, atMost: Self.mostProposals
    ).map { proposals[$0] }
  }
}

/// A box on its way through the stages.
private struct Proposal {
  var box: Box
  var score: Float
  /// Shares of width and height to add to left, top, right and bottom.
  var correction: SIMD4<Float> = .zero
}

extension FeatureMap {
  /// Row `row` of a table with four columns.
  fileprivate func vector(_ row: Int) -> SIMD4<Float> {
    SIMD4(values[4 * row], values[4 * row + 1], values[4 * row + 2], values[4 * row + 3])
  }
}

extension Box {
  /// Each edge moved by its share of the size, which counts `extra` pixels more.
  fileprivate func corrected(_ shares: SIMD4<Float>, extra: Float) -> Box {
    let (width, height) = (width + extra, height + extra)
    return Box(
      left + shares[0] * width, top + shares[1] * height, right + shares[2] * width, bottom + shares[3] * height)
  }

  /// A square as large as the longer side, with the same centre.
  fileprivate var squared: Box {
    let side = max(width, height)
    let (x, y) = (left + width / 2 - side / 2, top + height / 2 - side / 2)
    return Box(x, y, x + side, y + side)
  }

  /// The whole pixels of a picture that a box with 1 as its first pixel covers, both edges included; nil for none.
  fileprivate func pixels(in image: ImageView) -> (x: Int, y: Int, width: Int, height: Int)? {
    guard [left, top, right, bottom].allSatisfy({ $0.isFinite && abs($0) < 1e9 }) else { return nil }
    let (x, y) = (max(Int(left), 1), max(Int(top), 1))
    let (endX, endY) = (min(Int(right), image.width), min(Int(bottom), image.height))
    return endX >= x && endY >= y ? (x - 1, y - 1, endX - x + 1, endY - y + 1) : nil
  }
}
