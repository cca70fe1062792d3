import Glibc
import Reconciler

extension ObservedGroup {
    /// Another ledger remembers containers of this group: two directories have a group of the same name.
    ///
    /// One that is gone or was moved here has no say any more.
    /// - Throws: `OperationError` naming it.
    func requireOwned(by ledger: String, group: String) throws(OperationError) {
        for container in containers + oneOffs {
            guard let other = container.ledger, other != ledger, isAnother(other, than: ledger) else { continue }
            throw OperationError(
                .usage, "the group \"\(group)\" is that of another ledger, \(other): its container \(container.name) exists",
                next: "End that group where it was started (`miniboss stop --remove`), or give one of the two another name.")
        }
    }

    private func isAnother(_ other: String, than own: String) -> Bool {
        var theirs = stat()
        var ours = stat()
        guard stat(other, &theirs) == 0 else { return errno != ENOENT && errno != ENOTDIR }
        guard stat(own, &ours) == 0 else { return true }
        return theirs.st_dev != ours.st_dev || theirs.st_ino != ours.st_ino
    }
}
