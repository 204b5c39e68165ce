import Glibc

/// Standard input, output and error as the caller has left them.
enum StandardStreams {
  /// Puts something into the place of each stream that is closed, from or to which nothing can be read or written: the
  /// next file that is opened would take the place, and results or messages would go into it.
  static func holdClosed() {
    for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)] {
      if fcntl(descriptor, F_GETFD) == -1 && errno == EBADF { _ = open("/dev/null", mode) }
    }
  }
}
