import Foundation
import Glibc
import Testing

@testable import FacenetTool

/// Standard output that is closed, full or a terminal, and signals.
@Suite struct StreamTests {
  @Test func aReaderThatHasLeftEndsTheProgramQuietly() throws {
    let folder = try TemporaryFolder()
    let script = "\"$1\" --help 2>\(folder.file("messages")) | true; echo ${PIPESTATUS[0]} >\(folder.file("status"))"
    // Whether the reader leaves before the program writes is chance, so it is given time to.
    let slow = script.replacingOccurrences(of: "\"$1\"", with: "(sleep 0.3; exec \"$1\" --help)")
      .replacingOccurrences(of: ") --help", with: ")")
    let run = try ProgramRun(["-c", slow, "bash", ProgramRun.program], program: "/bin/bash")
    #expect(run.status == 0)
    #expect(try String(contentsOfFile: folder.file("status"), encoding: .utf8) == "\(128 + SIGPIPE)\n")
    #expect(try String(contentsOfFile: folder.file("messages"), encoding: .utf8).isEmpty)
  }

  @Test func aFullDiskIsSaid() throws {
    let run = try ProgramRun(["--help"], output: "/dev/full")
    #expect(run.status == 2)
    #expect(run.messages == "facenet: cannot write to standard output: No space left on device\n")
  }

  /// No file of the program's own takes the place of a stream that is closed.
  @Test(.enabled(if: Fixtures.canRecognise, "default models or samples not present"))
  func closedStreamsGetNothing() throws {
    let folder = try TemporaryFolder()
    let words = ["embed", "--json", try Fixtures.sample("obama.jpg"), folder.file("none.jpg"), "--output"]
    let plain = try ProgramRun(words + [folder.file("plain.npy")])
    #expect(plain.status == 1)
    for (closed, status) in [(">&-", 2), ("2>&-", 1), ("<&- >&- 2>&-", 2)] as [(String, Int32)] {
      let script = "exec \"$0\" \"$@\" \(closed)"
      let output = folder.file("closed.npy")
      let run = try ProgramRun(["-c", script, ProgramRun.program] + words + [output], program: "/bin/sh")
      #expect(run.status == status, "\(closed)")
      let isQuiet = closed.contains("2>&-")
      #expect(run.messages.contains("cannot write to standard output: Bad file descriptor") == !isQuiet)
      for ending in ["npy", "csv"] {
        let files = try ["plain", "closed"].map {
          try Data(contentsOf: URL(fileURLWithPath: folder.file("\($0).\(ending)")))
        }
        #expect(files[0] == files[1], "\(closed)")
      }
    }
  }

  @Test(.enabled(if: Fixtures.canRecognise, "default models or samples not present"))
  func anInterruptLeavesNothingHalfWritten() throws {
    let folder = try TemporaryFolder()
    try folder.copies(of: Fixtures.sample("obama.jpg"), count: 300)
    let output = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: ProgramRun.program)
    process.arguments = ["embed", folder.path, "--output", output.file("all.npy")]
    process.standardError = FileHandle.nullDevice
    try process.run()
    while output.contents().isEmpty && process.isRunning { usleep(1000) }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
    #expect(process.terminationStatus == SIGINT)
    #expect(output.contents().isEmpty)
  }

  @Test(.enabled(if: Fixtures.hasModels, "default models not present"), arguments: [SIGINT, SIGTERM])
  func aMeasurementEndsByTheSignal(number: Int32) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: ProgramRun.program)
    process.arguments = ["benchmark", "retinaface", "--seconds", "600"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    try Self.waitUntilCaught(number, process)
    kill(process.processIdentifier, number)
    // Far from the 600 seconds asked for, and far above what opening the model and a run take on a busy machine.
    for _ in 0..<6000 where process.isRunning { usleep(10_000) }
    let isLate = process.isRunning
    if isLate { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    #expect(!isLate)
    #expect(process.terminationReason == .uncaughtSignal)
    #expect(process.terminationStatus == number)
  }

  @Test(.enabled(if: Fixtures.canRecognise, "default models or samples not present"))
  func anEvaluationEndsByTheSignal() throws {
    let folder = try TemporaryFolder()
    for (person, count) in [("A", 200), ("B", 100)] {
      try folder.write("images/\(person)/none")
      for number in 1...count {
        let file = "images/\(person)/\(person)_\(String("\(10_000 + number)".dropFirst())).jpg"
        try FileManager.default.createSymbolicLink(
          atPath: folder.file(file), withDestinationPath: Fixtures.sample("obama.jpg"))
      }
    }
    let same = (1...100).map { "A\t\(2 * $0 - 1)\t\(2 * $0)" }
    let different = (1...100).map { "A\t\($0)\tB\t\($0)" }
    try folder.write("pairs.txt", Array((["1\t100"] + same + different).joined(separator: "\n").utf8))
    let output = try TemporaryFolder()
    try output.write("output")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: ProgramRun.program)
    process.arguments = ["evaluate", "pairs", folder.file("images"), "--pairs", folder.file("pairs.txt")]
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output.file("output")))
    process.standardError = FileHandle.nullDevice
    try process.run()
    try Self.waitUntilCaught(SIGINT, process)
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
    #expect(process.terminationStatus == SIGINT)
    #expect(try Data(contentsOf: URL(fileURLWithPath: output.file("output"))).isEmpty)
  }

  /// Waits until a process has a handler of its own for a signal: before, the system ends it (Linux, proc(5)).
  private static func waitUntilCaught(_ number: Int32, _ process: Process) throws {
    while process.isRunning {
      let text = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
      let caught = text.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }?.dropFirst(7)
      let mask = caught.flatMap { UInt64($0.trimmingCharacters(in: .whitespaces), radix: 16) } ?? 0
      if mask & (1 << UInt64(number - 1)) != 0 { return }
      usleep(1000)
    }
  }

  @Test(.enabled(if: Fixtures.canRecognise, "default models or samples not present"))
  func aBarShowsOnATerminalOnceASecondHasPassed() throws {
    let folder = try TemporaryFolder()
    try folder.copies(of: Fixtures.sample("obama.jpg"), count: 60)
    let drawings = try TemporaryFolder()
    let (terminal, name) = try Self.openTerminal()
    defer { close(terminal) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: ProgramRun.program)
    process.arguments = ["detect", folder.path, "--draw", drawings.path, "--threads", "1"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: name))
    try process.run()
    // Stopped in the middle of the work for a second, so that how fast the machine is does not matter.
    while drawings.contents().isEmpty && process.isRunning { usleep(1000) }
    kill(process.processIdentifier, SIGSTOP)
    usleep(1_100_000)
    kill(process.processIdentifier, SIGCONT)
    // Read all along: a terminal holds a few kilobytes only.
    var screen: [UInt8] = []
    var bytes = [UInt8](repeating: 0, count: 1 << 12)
    var isOver = false
    while !isOver {
      isOver = !process.isRunning
      while case let count = read(terminal, &bytes, bytes.count), count > 0 { screen += bytes.prefix(count) }
      usleep(2000)
    }
    #expect(process.terminationStatus == 0)
    let shown = String(decoding: screen, as: UTF8.self)
    #expect(shown.contains("/60 photographs"))
    #expect(shown.contains("/s") && shown.contains(" left"))
    #expect(shown.contains("60 photographs: 60 faces"))
  }

  /// A pseudo-terminal: the end to read from, and the name of the end to write to (Linux, pty(7)).
  private static func openTerminal() throws -> (descriptor: Int32, name: String) {
    let (setLock, getNumber) = (UInt(0x4004_5431), UInt(0x8004_5430))
    let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK)
    var number: Int32 = 0
    var lock: Int32 = 0
    try #require(terminal >= 0 && ioctl(terminal, setLock, &lock) == 0 && ioctl(terminal, getNumber, &number) == 0)
    return (terminal, "/dev/pts/\(number)")
  }
}

extension TemporaryFolder {
  /// Fills the folder with links to one photograph, each under a name of its own.
  func copies(of path: String, count: Int) throws {
    for index in 0..<count {
      try FileManager.default.createSymbolicLink(atPath: file("\(1000 + index).jpg"), withDestinationPath: path)
    }
  }
}
