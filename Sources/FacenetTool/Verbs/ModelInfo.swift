import Core
import Faces

/// `facenet model info`
let modelInfoVerb = Verb(
  name: "model info", summary: "Say what a model's file says about itself",
  details: [
    "Prints the model's role, its inputs and outputs, and the facts in its file: licence, source, preprocessing, metric, "
      + "thresholds and what they were measured on.",
    "--json prints one object: name, path, role (detector, embedder or null), inputs, outputs and metadata.",
  ],
  operands: [Operand("NAME|FILE.onnx", .one, "An installed model or a file.")],
  options: [.json],
  examples: [("facenet model info facenet", "The default embedder, its thresholds among the rest.")],
  work: { arguments, console in
    let card = try ModelCard(arguments.operands[0])
    if arguments.has("json") {
      try console.result(json(card).description)
    } else {
      for line in lines(card) { try console.result(line) }
    }
    return .done
  })

private func json(_ card: ModelCard) -> JSON {
  .object([
    ("name", .text(card.name)), ("role", card.role.map { .text($0.rawValue) } ?? .null),
    ("inputs", .texts(card.inputs)), ("outputs", .texts(card.outputs)),
    ("metadata", .object(card.metadata.map { ($0.key, .text($0.value)) })),
  ])
}

private func lines(_ card: ModelCard) -> [String] {
  var rows = [("name", card.name), ("role", card.role?.rawValue ?? "neither detector nor embedder")]
  rows += card.inputs.map { ("input", $0) } + card.outputs.map { ("output", $0) }
  rows += card.metadata.map { ($0.key, $0.value) }
  let width = rows.map(\.0.count).max() ?? 0
  return rows.map { padded($0.0, width) + "  " + $0.1 }
}
