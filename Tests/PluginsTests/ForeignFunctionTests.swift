import Core
import ForeignFunctions
import Graph
import ONNX
import TestSupport
import Testing

@testable import Plugins

/// C functions as operators of models, each called as its signature says.
@Suite struct ForeignFunctionTests {
  private let x = [-2, -1, 0, 1, 2, 3].map(Float.init)

  @Test func passesAnAttribute() throws {
    let name = try operatorOf("leaky_relu", "XYnf", attributes: "alpha=0.25")
    var model = OperatorModel(operation: name, inputs: [try Tensor([2, 3], x)])
    #expect(try model.run()[0].array(of: Float.self) == [-0.5, -0.25, 0, 1, 2, 3])
    #expect(try model.run()[0].shape == [2, 3])
    model.attributes = ["alpha": .float(2)]
    #expect(try model.run()[0].array(of: Float.self) == [-4, -2, 0, 1, 2, 3])
  }

  @Test func takesTwoInputsA32BitSizeAndADouble() throws {
    let name = try operatorOf("add_scaled", "XXYwng", attributes: "scale")
    var model = OperatorModel(operation: name, inputs: [try Tensor([6], x), try Tensor([6], x)])
    model.attributes = ["scale": .float(10)]
    #expect(try model.run()[0].array(of: Float.self) == x.map { 11 * $0 })
  }

  @Test func takesWholeNumbersAndReportsItsStatus() throws {
    let name = try operatorOf("take_rows", "!XSY n1 wm0 c0", shape: "[1.0,0.1]")
    let table = try Tensor([3, 2], x)
    let model = OperatorModel(operation: name, inputs: [table, try Tensor([4], [Int64(2), 0, 2, 1])])
    let rows = try model.run()[0]
    #expect(rows.shape == [4, 2])
    #expect(try rows.array(of: Float.self) == [2, 3, -2, -1, 2, 3, 0, 1])
    let beyond = OperatorModel(operation: name, inputs: [table, try Tensor([1], [Int64(3)])])
    let sentence =
      "\(name) 'node': the operator com.example::\(name) of the plugin test failed (invalidArgument) (test.onnx)"
    #expect(throws: FacenetError(.invalidArgument, sentence)) { try beyond.run() }
  }

  @Test func passesRowsAndTheirStride() throws {
    let name = try operatorOf("row_sums", "X m c s Y", shape: "[0.0*0.1]")
    let sums = try OperatorModel(operation: name, inputs: [try Tensor([3, 1, 2], x)]).run()[0]
    #expect(sums.shape == [3])
    #expect(try sums.array(of: Float.self) == [-3, 1, 5])
  }

  @Test func passesEverySizeThereIs() throws {
    let name = try operatorOf("describe", "X T n0 m0 wc0 s0 wr0 h0 d0.1 k-5 wk-2147483648", shape: "[9]")
    let numbers = try OperatorModel(operation: name, inputs: [try Tensor([1, 3, 2], x)]).run()[0]
    #expect(try numbers.array(of: Int64.self) == [6, 3, 2, 2, 3, 2, 3, -5, -2_147_483_648])
  }

  @Test func sizesAreOfTheTensorBeforeThemOrOfTheFirst() throws {
    let name = try operatorOf("row_sums", "X m0 c s0 Y", shape: "[0.0]")
    let signature = try OperatorSignature("n X n S h Y d.0 m1")
    let places = signature.parameters.compactMap { parameter -> OperatorSignature.Place? in
      switch parameter.meaning {
      case .size(_, let place), .shape(let place): place
      default: nil
      }
    }
    #expect(places == [.input(0), .input(0), .input(1), .output(0), .input(1)])
    #expect(try OperatorModel(operation: name, inputs: [try Tensor([2, 3], x)]).run()[0].count == 2)
  }

  @Test func passesTheComponent() throws {
    let calls = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    calls.initialize(to: 0)
    let name = try operatorOf("count_calls", "pXYn", component: calls)
    let model = OperatorModel(operation: name, inputs: [try Tensor([6], x)])
    let session = try Session(try model.load())
    for count in 1...3 {
      #expect(try session.run(model.inputs)[0].array(of: Float.self) == x)
      #expect(calls.pointee == count)
    }
  }

  /// Nobody cancelled it, and there are no such statuses as 77.
  @Test(arguments: [(4, Status.corrupt), (8, .internal), (9, .pluginFailed), (77, .pluginFailed), (-1, .pluginFailed)])
  func turnsAStatusIntoAnError(code: Int, status: Status) throws {
    let name = try operatorOf("status_of", "!XYni", attributes: "status=0")
    var model = OperatorModel(operation: name, inputs: [try Tensor([2], [Float(1), 2])])
    #expect(try model.run()[0].array(of: Float.self) == [7, 7])
    model.attributes = ["status": .integer(code)]
    let error = #expect(throws: FacenetError.self) { try model.run() }
    #expect(error?.status == status)
    #expect(error?.message.contains("the operator com.example::\(name) of the plugin test") == true)
  }

  @Test func passesMoreArgumentsThanRegistersHold() throws {
    let signature = "=Y X i f wi g i f wi f i g wi f i f wi f f f g"
    let letters = Array("ifjgifjfigjfifjfffg")
    let names = letters.indices.map { "a\($0)" }
    let name = try operatorOf("many", signature, attributes: names.joined(separator: ","), shape: "[]")
    var model = OperatorModel(operation: name, inputs: [try Tensor([1], [Float(0.5)])])
    var (expected, wholes) = (0.5, 0)
    for (index, letter) in letters.enumerated() {
      if letter == "i" || letter == "j" {
        wholes += 1
        expected += Double(wholes * (index - 9))
        model.attributes[names[index]] = .integer(index - 9)
      } else {
        expected += Double(index) / 4
        model.attributes[names[index]] = .float(Float(index) / 4)
      }
    }
    let sum = try model.run()[0]
    #expect(sum.shape == [])
    #expect(try sum.array(of: Float.self) == [Float(expected)])
  }

  @Test func takesWhatAFunctionReturns() throws {
    let word = try operatorOf("largest", "=wT X wn", shape: "[]")
    let tensor = try Tensor([6], x.map { -abs($0 - 1) })
    #expect(try OperatorModel(operation: word, inputs: [tensor]).run()[0].array(of: Int64.self) == [3])
    let none = OperatorModel(operation: word, inputs: [try Tensor([0], [Float]())])
    #expect(try none.run()[0].array(of: Int64.self) == [-1])
    let long = try operatorOf("far_number", "=T n X", shape: "[1,1]")
    let far = try OperatorModel(operation: long, inputs: [tensor]).run()[0]
    #expect(far.shape == [1, 1])
    #expect(try far.array(of: Int64.self) == [6 << 40])
  }

  @Test func worksInPlaceOnACopy() throws {
    let name = try operatorOf("sort_floats", "Zn")
    let tensor = try Tensor([6], Array(x.reversed()))
    let model = OperatorModel(operation: name, inputs: [tensor])
    #expect(try model.run()[0].array(of: Float.self) == x)
    #expect(try tensor.array(of: Float.self) == x.reversed())
  }

  @Test func callsForEachElement() throws {
    let name = try operatorOf("both", "*XYY")
    var model = OperatorModel(operation: name, inputs: [try Tensor([3, 2], x)], outputCount: 2)
    let outputs = try model.run()
    for (index, value) in x.enumerated() {
      #expect(abs(try outputs[0].array(of: Float.self)[index] - Float(sine(value))) < 1e-6)
      #expect(abs(try outputs[1].array(of: Float.self)[index] - Float(sine(value + .pi / 2))) < 1e-6)
    }
    model.outputCount = 1
    #expect(try model.run()[0].array(of: Float.self) == outputs[0].array(of: Float.self))
  }

  @Test func repeatsAnInputOfOneElement() throws {
    let name = try operatorOf("add_numbers", "*=TSS")
    let numbers = try Tensor([3], [Int64(1), -2, 1 << 40])
    let model = OperatorModel(operation: name, inputs: [numbers, try Tensor([1, 1], [Int64(5)])])
    #expect(try model.run()[0].array(of: Int64.self) == [6, 3, 5 + 1 << 40])
  }

  @Test func refusesElementsThat32BitsDoNotHold() throws {
    let name = try operatorOf("scaled_by_power", "*=YXwS")
    let (threes, powers) = (try Tensor([2], [Float(3), 3]), try Tensor([2], [Int64(4), -1]))
    let right = OperatorModel(operation: name, inputs: [threes, powers])
    #expect(try right.run()[0].array(of: Float.self) == [48, 1.5])
    let wrong = OperatorModel(operation: name, inputs: [threes, try Tensor([1], [Int64(1) << 31])])
    let error = #expect(throws: FacenetError.self) { try wrong.run() }
    #expect(error?.message.contains("element 0 of input 1 is 2147483648, too large for 32 bits") == true)
  }

  @Test func outputsThatNobodyReadsAreWrittenAllTheSame() throws {
    let name = try operatorOf("both", "*XYY")
    let model = OperatorModel(operation: name, inputs: [try Tensor([100], [Float](repeating: 0, count: 100))])
    #expect(try model.run()[0].array(of: Float.self) == [Float](repeating: 0, count: 100))
  }

  @Test func twoSessionsRunAtOnce() async throws {
    let name = try operatorOf("add_scaled", "XXYwng", attributes: "scale")
    let tensor = try Tensor([1000], (0..<1000).map(Float.init))
    let made = OperatorModel(operation: name, inputs: [tensor, tensor], attributes: ["scale": .float(3)])
    let model = try made.load()
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let session = try Session(model)
          return try (0..<500).allSatisfy { _ in
            try session.run([tensor, tensor])[0].array(of: Float.self) == (0..<1000).map { Float(4 * $0) }
          }
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
  }

  /// The function counts without a lock.
  @Test func callsWaitForEachOtherWhereOneThreadIsAskedFor() async throws {
    let calls = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    calls.initialize(to: 0)
    let name = try operatorOf("count_calls", "pXYn", component: calls, isOneThread: true)
    let tensor = try Tensor([6], x)
    let model = try OperatorModel(operation: name, inputs: [tensor]).load()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let session = try Session(model)
          for _ in 0..<5000 { _ = try session.run([tensor]) }
        }
      }
      try await group.waitForAll()
    }
    #expect(calls.pointee == 20000)
  }

  /// The Taylor series of the sine, in double precision.
  private func sine(_ x: Float) -> Double {
    var (term, sum) = (Double(x), Double(x))
    for index in 1..<20 {
      term *= -Double(x) * Double(x) / Double((2 * index) * (2 * index + 1))
      sum += term
    }
    return sum
  }
}
