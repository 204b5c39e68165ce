// Runs any ONNX network once on zeros.  network MODEL.onnx   prints a line an output: name, type, shape, sum of its values
import Facenet
@preconcurrency import Glibc

/// As many zeros as an input takes; an axis of open size gets `size`.
func zeros(_ input: Model.Port, size: Int) throws(FacenetError) -> Tensor {
  let shape = (input.shape ?? []).map { $0 ?? size }
  guard input.elementType == .float32 else {
    throw FacenetError(.unsupported, "the input \(input.name) is of \(input.elementType), this program feeds float32")
  }
  return try Tensor(shape, [Float](repeating: 0, count: shape.reduce(1, *)))
}

guard CommandLine.arguments.count == 2 else {
  fputs("usage: network MODEL.onnx\n", stderr)
  exit(2)
}
do {
  let model = try Model(path: CommandLine.arguments[1])
  let session = try Session(model)
  var inputs: [Tensor] = []
  for input in model.inputs { inputs.append(try zeros(input, size: 1)) }
  for (port, tensor) in zip(model.outputs, try session.run(inputs)) {
    let values: [Float] = try tensor.array()
    print(port.name, tensor.elementType, tensor.shape, values.reduce(0, +))
  }
} catch {
  fputs("network: \(error)\n", stderr)
  exit(1)
}
