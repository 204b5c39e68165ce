import Testing

@testable import FacenetTool

@Suite struct BenchmarkTests {
  @Test(
    .enabled(if: Fixtures.hasModels, "default models not present"),
    arguments: [
      ("\(Int.max),3,320,320", "is larger than the limit of"), ("1,3,\(Int.max),2", "is larger than the limit of"),
      ("1,1,1,1,1,1,1,1,1", "exceeds the limit of 8 axes"), ("1,3", "input 'input' is float32(?,3,?,?)"),
      ("1,3,0,3", "--shape takes whole numbers"), ("1,3,99999999999999999999,3", "--shape takes whole numbers"),
    ])
  func shapesThatCannotBeAreOneSentence(shape: String, message: String) throws {
    let run = try ProgramRun(["benchmark", "retinaface", "--shape", shape, "--seconds", "0.01"])
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.messages.contains(message), "\(run.messages)")
    #expect(run.messages.split(separator: "\n").count == 1)
  }

  @Test(.enabled(if: Fixtures.hasModels, "default models not present"), arguments: [[], ["--layers"]])
  func theHelpNamesEveryMember(options: [String]) throws {
    let words = ["benchmark", "retinaface", "--shape", "1,3,64,64", "--seconds", "0.01", "--json"]
    let run = try ProgramRun(words + options)
    #expect(run.status == 0)
    let help = benchmarkVerb.details.joined(separator: " ")
    let members = [
      "batch", "threads", "instructionSet", "runs", "wallMilliseconds", "processorMilliseconds", "multiplyAdds",
      "gigaflops", "peakGigaflops",
    ]
    let layerMembers = ["node", "operator", "kernel", "output", "multiplyAdds", "wallMilliseconds"]
    for member in options.isEmpty ? members : layerMembers {
      #expect(run.output.contains("\"\(member)\":") && help.contains(member), "\(member)")
    }
  }

  @Test(.enabled(if: Fixtures.hasCascade, "the model mtcnn is not present"))
  func oneShapeIsNotForSeveralInputs() throws {
    let run = try ProgramRun(["benchmark", "mtcnn", "--shape", "1,3,48,48"])
    #expect(run.status == 2)
    #expect(run.messages == "facenet: --shape is for a model of one input, mtcnn has 3\n")
  }
}
