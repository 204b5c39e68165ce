import Core
import Faces
import ONNX

/// `facenet model info`
let modelInfoVerb = Verb(
  name: "model info", summary: "Say what a model is and what its file says about itself",
  details: [
    "Prints the model's role, inputs and outputs, what it holds, how an embedder's distances are judged, and the facts in "
      + "its file: licence, source, preprocessing, what the thresholds were measured on.",
    "--json prints one object: name, path, role (detector, embedder or null), opset, parameters, operators (the count of "
      + "nodes by operator), inputs, outputs, metadata, and for an embedder dimension, side, metric, threshold and "
      + "thresholds (falseAcceptRate and threshold each).",
  ],
  operands: [Operand("NAME|FILE.onnx", .one, "An installed model or a file.")],
  options: [.json],
  examples: [("facenet model info facenet", "The default embedder, its thresholds among the rest.")],
  work: { arguments, console in
    let facts = try ModelFacts(arguments.operands[0])
    if arguments.has("json") {
      try console.result(facts.json.description)
    } else {
      for line in facts.lines { try console.result(line) }
    }
    return .done
  })

/// What is known of a model.
private struct ModelFacts {
  let path: String
  let card: ModelCard
  let summary: ModelSummary
  /// nil for what is no embedder.
  let embedder: Embedder?

  init(_ nameOrPath: String) throws(FacenetError) {
    path = try ModelStore.path(ofNameOrPath: nameOrPath)
    summary = try ModelSummary(path: path)
    card = try ModelCard(path)
    // A file that does not state its role may still be one that an embedder can be made of.
    embedder =
      switch card.role {
      case .embedder: try Embedder(path)
      case .detector: nil
      case nil: try? Embedder(path)
      }
  }

  private var role: String {
    if let role = card.role { return role.rawValue }
    return embedder == nil ? "neither detector nor embedder" : "not stated; taken as an embedder"
  }

  var lines: [String] {
    var rows = [("name", card.name), ("file", path), ("role", role)]
    if let embedder {
      rows += [
        ("embedding", "\(embedder.dimension) numbers from a crop of \(embedder.side)x\(embedder.side) pixels"),
        ("metric", embedder.metric.rawValue), ("threshold", "\(embedder.threshold)"),
      ]
      rows += embedder.thresholds.map { ("threshold at FAR \($0.falseAcceptRate)", "\($0.threshold)") }
    }
    rows += card.inputs.map { ("input", $0) } + card.outputs.map { ("output", $0) }
    rows += [
      ("opset", "\(summary.opset)"), ("parameters", "\(summary.parameters)"),
      ("operators", summary.operators.map { "\($0.name) \($0.count)" }.joined(separator: ", ")),
    ]
    rows += card.metadata.map { ($0.key, $0.value) }
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { padded($0.0, width) + "  " + $0.1 }
  }

  var json: JSON {
    var members: [(String, JSON)] = [
      ("name", .text(card.name)), ("path", .text(path)), ("role", card.role.map { .text($0.rawValue) } ?? .null),
      ("opset", .integer(summary.opset)), ("parameters", .integer(summary.parameters)),
      ("operators", .object(summary.operators.map { ($0.name, .integer($0.count)) })),
      ("inputs", .texts(card.inputs)), ("outputs", .texts(card.outputs)),
      ("metadata", .object(card.metadata.map { ($0.key, .text($0.value)) })),
    ]
    if let embedder {
      members += [
        ("dimension", .integer(embedder.dimension)), ("side", .integer(embedder.side)),
        ("metric", .text(embedder.metric.rawValue)), ("threshold", .number(embedder.threshold)),
        ("thresholds", .list(embedder.thresholds.map(Self.json))),
      ]
    }
    return .object(members)
  }

  private static func json(_ entry: (falseAcceptRate: Float, threshold: Float)) -> JSON {
    .object([("falseAcceptRate", .number(entry.falseAcceptRate)), ("threshold", .number(entry.threshold))])
  }
}
