import Glibc

extension LedgerError {
    /// The error for an `errno` of the system.
    init(errno number: Int32, doing: String, path: String) {
        let words = String(cString: strerror(number))
        let place = "\(doing) \(path): \(words)"
        switch number {
        case EROFS:
            self.init(
                .readOnly, "\(place).",
                next: "Mount it for writing, or go on with a new ledger elsewhere: MINIBOSS_LEDGER=/some/where/ledger.sqlite")
        case EACCES, EPERM: self.init(.readOnly, "\(place).", next: Self.checkMode)
        case ENOSPC, EDQUOT:
            self.init(.full, "\(place).", next: Self.makeRoom)
        default:
            self.init(.io, "\(place).", next: "Check the path and the disk.")
        }
    }
}
