// Are two photographs of one person?  verify A.jpg B.jpg   exit status: 0 yes, 1 no, 2 undecided
import Facenet
@preconcurrency import Glibc

guard CommandLine.arguments.count == 3 else {
  fputs("usage: verify A.jpg B.jpg\n", stderr)
  exit(2)
}
do {
  let pipeline = try FacePipeline()
  let result = try pipeline.verify(
    Bitmap(path: CommandLine.arguments[1]), Bitmap(path: CommandLine.arguments[2]))
  let verdict = result.isSame ? "same person" : "different people"
  print("\(verdict): distance \(result.distance), threshold \(result.threshold)")
  exit(result.isSame ? 0 : 1)
} catch {
  fputs("verify: \(error)\n", stderr)
  exit(2)
}
