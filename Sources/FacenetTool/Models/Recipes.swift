import Core
import Faces
import Glibc

/// The recipes that make models: Python scripts, in a checkout or installed with the program.
struct Recipes {
  /// Where `NAME.py` lies.
  let folder: String
  /// The script that makes the Python environment.
  private let environmentScript: String
  /// Where that environment is or will be.
  private let environmentFolder: String

  /// Models there is a recipe for.
  var names: [String] { ModelStore.knownNames.filter { Self.exists("\(folder)/\($0).py") } }

  /// The recipes of the checkout that holds the running program, or else those installed with it or by the system's
  /// packages. The current folder does not count: recipes are programs.
  /// - Throws: `notFound` where there are none.
  static func find() throws(FacenetError) -> Recipes {
    let start = programFolder() ?? "/"
    var folder = start
    while true {
      if exists("\(folder)/models/recipe.py") && exists("\(folder)/tools/environment.sh") {
        return Recipes(
          folder: "\(folder)/models", environmentScript: "\(folder)/tools/environment.sh",
          environmentFolder: "\(folder)/build/venv")
      }
      let parent = parentFolder(folder)
      if parent == folder || parent == "." { break }
      folder = parent
    }
    let places = ["\(parentFolder(start))/share/facenet/models", "/usr/share/facenet/models"]
    guard let installed = places.first(where: { exists("\($0)/recipe.py") }) else {
      throw FacenetError(
        .notFound, "there are no recipes: neither in \(places.joined(separator: " nor ")) nor in a checkout around the program")
    }
    return Recipes(
      folder: installed, environmentScript: "\(installed)/environment.sh",
      environmentFolder: try ModelFolders.cache() + "/venv")
  }

  /// Runs one recipe.
  /// - Throws: `inputOutput` when it fails; what went wrong has then been said on standard error.
  func make(_ name: String, at path: String) throws(FacenetError) {
    let failed = "the model \(name) could not be installed; the message above says why"
    let requirements = "\(folder)/requirements.txt"
    guard try run(["sh", environmentScript, environmentFolder, requirements]) == 0 else {
      throw FacenetError(.inputOutput, failed)
    }
    // -B: nothing is left behind among installed recipes.
    let command = ["\(environmentFolder)/bin/python", "-B", "\(folder)/\(name).py", "--output", path]
    guard try run(command) == 0 else {
      throw FacenetError(.inputOutput, failed)
    }
  }

  private static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }

  private static func programFolder() -> String? {
    guard let path = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(path) }
    return parentFolder(String(cString: path))
  }
}

/// Runs another program to its end, its standard output joined to our standard error.
/// - Returns: its exit status; 128 and the signal's number where a signal ended it.
/// - Throws: `notFound` or `inputOutput` when it cannot be started.
func run(_ command: [String]) throws(FacenetError) -> Int32 {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var heeded = sigset_t()
  sigemptyset(&heeded)
  sigaddset(&heeded, SIGPIPE)
  posix_spawnattr_setsigdefault(&attributes, &heeded)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
  var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
  defer { words.forEach { free($0) } }
  var process: pid_t = 0
  let status = posix_spawnp(&process, command[0], &actions, &attributes, &words, environ)
  guard status == 0 else {
    throw FacenetError(
      status == ENOENT ? .notFound : .inputOutput, "cannot run \(command[0]): \(String(cString: strerror(status)))")
  }
  var result: Int32 = 0
  while waitpid(process, &result, 0) < 0 && errno == EINTR {}
  let signal = result & 0x7F
  return signal == 0 ? result >> 8 & 0xFF : 128 + signal
}
