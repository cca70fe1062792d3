import Glibc

extension LedgerError {
    /// The error for an `errno` of the system.
    init(errno number: Int32, doing: String, path: String) {
        let words = String(cString: strerror(number))
        let place = "\(doing) \(path): \(words)"
        switch number {
        case EACCES, EPERM, EROFS:
            self.init(.readOnly, "\(place). Check the owner and mode of it and its directory.")
        case ENOSPC, EDQUOT:
            self.init(.full, "\(place). Free some space and run the command again.")
        default:
            self.init(.io, "\(place). Check the path and the disk.")
        }
    }
}
