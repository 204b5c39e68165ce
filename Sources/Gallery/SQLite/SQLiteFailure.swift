import CSQLite
import Core
import Glibc

/// What SQLite says of a call that failed.
struct SQLiteFailure {
  let code: Int32
  let handle: OpaquePointer?
  let path: String
  let action: String

  var error: FacenetError {
    let system = code & 0xFF == SQLITE_CANTOPEN ? handle.map { sqlite3_system_errno($0) } ?? 0 : 0
    let said = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
    let reason = system == 0 ? said : String(cString: strerror(system))
    switch code & 0xFF {
    case SQLITE_BUSY, SQLITE_LOCKED:
      return FacenetError(.inputOutput, "cannot \(action) \(path): another process is writing to it")
    // Our statements are constants: one that fails is one for another database.
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_ERROR:
      return FacenetError(.corrupt, "\(path) is not a sound gallery: \(reason)")
    case SQLITE_READONLY:
      return FacenetError(.inputOutput, "cannot \(action) \(path): this process may only read it")
    case SQLITE_INTERRUPT: return FacenetError(.cancelled, "the caller's progress function stopped it")
    case SQLITE_FULL: return FacenetError(.inputOutput, "cannot \(action) \(path): the disk is full")
    case SQLITE_NOMEM, SQLITE_TOOBIG: return FacenetError(.tooLarge, "cannot \(action) \(path): \(reason)")
    case SQLITE_CONSTRAINT: return FacenetError(.invalidArgument, "cannot \(action) \(path): \(reason)")
    case SQLITE_MISUSE, SQLITE_RANGE:
      return FacenetError(.internal, "cannot \(action) \(path): \(reason)")
    default:
      return FacenetError(.inputOutput, "cannot \(action) \(path): \(reason)")
    }
  }
}
