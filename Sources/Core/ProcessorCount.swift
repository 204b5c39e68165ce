import CSystem

extension ThreadPool {
  /// Processors this process may use: its affinity mask, or less where its control group allows less. At least 1.
  package static let processors = max(
    1, min(Int(facenet_processor_count()), ProcessorQuota.current().map { Int($0.rounded(.up)) } ?? .max))
}

/// How much processor time the control groups of Linux allow, in processors; what containers are limited by.
///
/// Source: the kernel's documentation of cgroup v2 (`cpu.max`) and v1 (`cpu.cfs_quota_us`).
enum ProcessorQuota {
  /// The tightest limit of the process's groups; nil for none.
  static func current(root: String = "/sys/fs/cgroup", membership: String = "/proc/self/cgroup") -> Double? {
    var limits: [Double] = []
    for line in text(membership).split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      if fields[0] == "0" {
        limits += folders(root, fields[2]).compactMap { unified(text($0 + "/cpu.max")) }
      } else if fields[1].split(separator: ",").contains("cpu") {
        limits += folders(root + "/cpu", fields[2]).compactMap {
          divided(text($0 + "/cpu.cfs_quota_us"), text($0 + "/cpu.cfs_period_us"))
        }
      }
    }
    return limits.min()
  }

  /// A group's folder and those above it. Inside a container the root is the group itself.
  private static func folders(_ root: String, _ path: Substring) -> [String] {
    var folders = [root]
    for part in path.split(separator: "/") where part != ".." {
      folders.append(folders[folders.count - 1] + "/" + part)
    }
    return folders
  }

  /// `max 100000` or `150000 100000`: microseconds in each period.
  private static func unified(_ text: String) -> Double? {
    let words = text.split { $0 == " " || $0 == "\n" }
    return words.count == 2 ? divided(String(words[0]), String(words[1])) : nil
  }

  private static func divided(_ quota: String, _ period: String) -> Double? {
    let number = { (text: String) in Double(text.filter { $0 != "\n" }) }
    guard let quota = number(quota), let period = number(period), quota > 0, period > 0 else { return nil }
    return quota / period
  }

  /// Files of the kernel have no size, so they are read until their end.
  private static func text(_ path: String) -> String {
    String(decoding: (try? File.readStream(path, limit: 1 << 16)) ?? [], as: UTF8.self)
  }
}
