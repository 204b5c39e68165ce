import Core
import Graph
import Imaging
import Testing

@testable import Faces

/// Networks that are no trouble to run and answer with less than their users count on.
@Suite struct CraftedModelTests {
  /// Takes any number of crops and gives one number for all of them together.
  private func merging() throws -> Model {
    var graph = Graph()
    let (crops, mean) = (graph.makeValue(), graph.makeValue())
    graph.inputs = [.init(value: crops, name: "x", element: .float32, shape: [nil, 3, 8, 8])]
    graph.append(Reduce(.mean), name: "mean", inputs: [crops], outputs: [mean])
    graph.outputs = [.init(value: mean, name: "y", element: .float32, shape: nil)]
    return try Model(graph: graph, name: "merging.onnx")
  }

  @Test func anEmbedderThatMergesItsCropsIsRefused() throws {
    let embedder = try Embedder(
      NetworkEmbedding(ModelFile(merging()), options: EmbedderOptions()), options: EmbedderOptions())
    let crop = try Bitmap(width: 8, height: 8, rgb: [UInt8](repeating: 200, count: 192))
    #expect(try embedder.embed([crop]) == [[1]])
    #expect {
      try embedder.embed([crop, crop, crop])
    } throws: { error in
      let error = error as? FacenetError
      return error?.status == .corrupt && error?.message.contains("merging.onnx") == true
    }
  }

  /// Beyond 2^24 a float has no odd numbers, and a picture may not outgrow the input it is written to.
  @Test func picturesAreMadeNoLargerThanAFixedInput() {
    for limit in (1 << 24)..<(1 << 24) + 20 {
      for side in [limit - 1, limit, limit + 1, 3 * limit] {
        let scaled = SingleShotSearch.scaled(side, by: min(2, Float(limit) / Float(side)), limit: limit)
        #expect(scaled <= limit && scaled > limit - 4)
      }
    }
    #expect(SingleShotSearch.scaled(1, by: 1e-9, limit: nil) == 1)
    #expect(SingleShotSearch.scaled(300, by: 0.5, limit: nil) == 150)
  }
}
