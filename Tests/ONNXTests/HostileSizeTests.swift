import Testing

@testable import Core
@testable import Graph
@testable import ONNX

/// Images of sizes that nobody meant: the right answer or an error that says why.
@Suite struct HostileSizeTests {
  static let sizes = [(1, 1), (1, 2), (3, 1), (2, 2), (7, 5), (10000, 3), (3, 10000)]

  private func images(_ batch: Int, _ height: Int, _ width: Int) throws -> Tensor {
    let count = batch * 3 * height * width
    return try Tensor([batch, 3, height, width], (0..<count).map { Float(($0 &* 7919 &+ 13) % 255) / 255 })
  }

  /// Each image of a batch, on any number of threads, gives what it gives alone; an image that is too small is refused.
  @Test(arguments: ["embedder", "detector"], sizes) func anyImageIsAnsweredOrRefused(
    _ name: String, _ size: (Int, Int)
  ) throws {
    let model = try name == "embedder" ? SmallNetworks.embedder() : SmallNetworks.detector()
    let batch = try images(2, size.0, size.1)
    // A pool of 3x3 after a stride of 2 wants five pixels each way.
    if name == "embedder", min(size.0, size.1) < 5 {
      let error = #expect(throws: FacenetError.self) { try Session(model).run([batch]) }
      #expect(error?.message.hasPrefix("MaxPool 'v4':") == true, "\(error?.message ?? "")")
      return
    }
    let together = try Session(model, threads: 2).run([batch])
    let values = batch.values(as: Float.self)
    for image in 0..<2 {
      let count = values.count / 2
      let one = try Tensor([1, 3, size.0, size.1], Array(values[image * count..<(image + 1) * count]))
      for (all, alone) in zip(together, try Session(model).run([one])) {
        let own = all.values(as: Float.self)
        #expect(Array(own[image * alone.count..<(image + 1) * alone.count]) == Array(alone.values(as: Float.self)))
        #expect(alone.values(as: Float.self).allSatisfy { $0.isFinite })
      }
    }
  }

  /// A batch of none has outputs of none, or is refused; it is not run into a wall.
  @Test func aBatchOfNoneGivesNone() throws {
    for model in [try SmallNetworks.embedder(), try SmallNetworks.detector()] {
      do {
        for output in try Session(model, threads: 2).run([images(0, 32, 32)]) { #expect(output.count == 0) }
      } catch let error as FacenetError { #expect(error.message.contains("(test)"), "\(error.message)") }
    }
  }

  @Test func aSizeBelowNoneIsRefused() throws {
    #expect(throws: FacenetError.self) { try TensorType.checked(.float32, [1, 3, -4, 4]) }
    #expect(throws: FacenetError.self) { try Tensor([-1, 3, 4, 4], [Float]()) }
  }
}
