import DockerClient
import Glibc
import Ledger

extension RunSetting {
    /// The engine the environment names, where no other ledger has containers of this group.
    /// - Throws: `OperationError` with `.engine`, or `.usage` naming the other ledger.
    func connect() async throws(OperationError) -> EngineConnection {
        let connection = try await host.connect(environment)
        do {
            if let refusal = try await refusal(by: connection.engine) { throw refusal }
        } catch let error as OperationError { throw error } catch let error as DockerError {
            throw connection.lost(error)
        } catch { throw OperationError(.defect, "\(error)") }
        return connection
    }

    /// Why the group on this engine is not this setting's to work on: two directories have a group of the same name.
    /// - Returns: `nil` when it is. A ledger that is gone, was moved here or can't be written any more has no say.
    func refusal(by engine: any ContainerEngine) async throws(DockerError) -> OperationError? {
        for container in try await engine.containers(labels: [GroupLabels.filter(group: groupName)]) {
            guard let other = container.labels[GroupLabels.ledger], isAnother(other) else { continue }
            return OperationError(
                .usage, "the group \"\(groupName)\" is that of another ledger, \(other): its container \(container.name) exists",
                next: ledgerPath == nil
                    ? "End that group where it was started (`miniboss stop --remove`), or give one of the two another name."
                    : "End that group with the ledger it was started with (`miniboss stop --remove`), or use that one here.")
        }
        return nil
    }

    private func isAnother(_ other: String) -> Bool {
        let own = ledgerLocation.path
        var theirs = stat()
        var ours = stat()
        guard other != own else { return false }
        guard stat(other, &theirs) == 0 else { return errno != ENOENT && errno != ENOTDIR }
        if faccessat(AT_FDCWD, other, W_OK, AT_EACCESS) != 0, errno == EROFS { return false }
        guard stat(own, &ours) == 0 else { return true }
        return theirs.st_dev != ours.st_dev || theirs.st_ino != ours.st_ino
    }
}
