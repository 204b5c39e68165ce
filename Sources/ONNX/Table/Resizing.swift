import Core
import Graph

/// Resize, Upsample.
let resizingOperators: [String: OperatorMaker] = [
  "Upsample": { node throws(FacenetError) in
    let word = try node.string("mode", default: "nearest")
    guard word == "nearest" || word == "linear" else { throw FacenetError(.unsupported, "mode '\(word)'") }
    return Resize(
      ResizeSampling(word == "nearest" ? .nearest(.floor) : .linear, coordinates: .asymmetric),
      inputs: .init(scales: 1), scales: try node.floats("scales"), name: "Upsample")
  },
  "Resize": { node throws(FacenetError) in
    if node.opset < 11 {
      let isNearest = try node.string("mode", default: "nearest") == "nearest"
      return Resize(
        ResizeSampling(isNearest ? .nearest(.floor) : .linear, coordinates: .asymmetric), inputs: .init(scales: 1))
    }
    let policy = try word(
      "keep_aspect_ratio_policy", node, "stretch",
      ["stretch": Resize.AspectRatio.stretch, "not_larger": .notLarger, "not_smaller": .notSmaller])
    return Resize(
      try sampling(node), inputs: .init(region: 1, scales: 2, sizes: 3), axes: try node.integers("axes"),
      aspectRatio: policy)
  },
]

private func sampling(_ node: NodeReader) throws(FacenetError) -> ResizeSampling {
  let rounding = try word(
    "nearest_mode", node, "round_prefer_floor",
    [
      "round_prefer_floor": ResizeSampling.Rounding.preferFloor, "round_prefer_ceil": .preferCeiling, "floor": .floor,
      "ceil": .ceiling,
    ])
  let a = try node.float("cubic_coeff_a", default: -0.75)
  let method = try word(
    "mode", node, "nearest",
    ["nearest": ResizeSampling.Method.nearest(rounding), "linear": .linear, "cubic": .cubic(a: a)])
  let coordinates = try word(
    "coordinate_transformation_mode", node, "half_pixel",
    [
      "half_pixel": ResizeSampling.Coordinates.halfPixel, "half_pixel_symmetric": .halfPixelSymmetric,
      "pytorch_half_pixel": .pytorchHalfPixel, "align_corners": .alignCorners, "asymmetric": .asymmetric,
      "tf_half_pixel_for_nn": .halfPixelForNearest, "tf_crop_and_resize": .cropAndResize,
    ])
  return ResizeSampling(
    method, coordinates: coordinates, excludesOutside: try node.flag("exclude_outside", default: false),
    antialiases: try node.flag("antialias", default: false),
    outsideValue: try node.float("extrapolation_value", default: 0))
}

/// An attribute that is one of a few words.
private func word<Value>(_ name: String, _ node: NodeReader, _ fallback: String, _ words: [String: Value])
  throws(FacenetError) -> Value
{
  let word = try node.string(name, default: fallback)
  guard let value = words[word] else {
    throw FacenetError(.unsupported, "\(name) is '\(word)', wanted \(words.keys.sorted().joined(separator: ", "))")
  }
  return value
}
