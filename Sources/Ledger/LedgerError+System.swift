import Glibc

extension LedgerError {
    /// The error for an `errno` of the system.
    init(errno number: Int32, doing: String, path: String) {
        let words = String(cString: strerror(number))
        let place = "\(doing) \(path): \(words)"
        switch number {
        case EROFS: self.init(.readOnly, "\(place).", next: Self.goElsewhere)
        case EACCES, EPERM: self.init(.readOnly, "\(place).", next: "\(Self.checkMode) \(Self.goElsewhere)")
        case ENOSPC, EDQUOT:
            self.init(.full, "\(place).", next: Self.makeRoom)
        default:
            self.init(.io, "\(place).", next: "Check the path and the disk.")
        }
    }
}
