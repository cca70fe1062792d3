import Digest
import Ledger
public import Reconciler

/// What came of mending a ledger.
public enum LedgerMend: Sendable, Equatable {
    /// It is sound, or there is none.
    case nothing
    /// Its events are sound; what is computed from them was computed anew.
    case rebuilt
    case setAside(LedgerSetAside)
}

/// Puts a damaged ledger away whole and begins a new one, whose first event cites it. No container is touched or asked about.
///
/// The context and the members that its good part tells of go over; what runs is found by its labels at the next start.
/// - Throws: `OperationError`: `.busy` when another miniboss is at work; `.ledger` for a ledger of a newer miniboss, and for
///   one that can't be read or moved for reasons that are not its own.
public func setAsideLedger(_ setting: RunSetting) throws(OperationError) -> LedgerMend {
    let holder = LockHolder(pid: setting.host.pid, command: setting.command, startedAt: setting.clock.now())
    do {
        let succession = try LedgerSuccession.begin(directory: setting.directory, path: setting.ledgerPath, holder: holder)
        let location = succession.location
        // Half-way on its way, it is still what the new one has to cite.
        let moved = try succession.finishMoving()
        let found = try LedgerExamination(directory: location.directory, path: moved ?? location.path)
        guard let found, moved != nil || !found.problems.isEmpty else { return .nothing }
        guard moved != nil || found.isBroken else {
            try succession.remake()
            return .rebuilt
        }
        if moved == nil, found.isForeign {
            throw OperationError(.ledger, "\(location.path) was left where it is: it is no ledger", next: found.mend)
        }
        var cited: LedgerSetAside?
        let time = setting.clock.now()
        _ = try succession.setAside(at: time) { directory in
            let body = LedgerSetAside(
                directory: directory, reason: found.problems.isEmpty ? "it was being set aside" : found.problems.joined(separator: "; "),
                lastSeq: found.head?.seq,
                lastHash: found.head.map { Hex.encode($0.hash) }, network: found.state.network, services: found.state.members)
            cited = body
            return try successorEvents(body, after: found, setting)
        }
        return cited.map { .setAside($0) } ?? .nothing
    } catch let error as OperationError {
        throw error
    } catch let error as LedgerError {
        throw OperationError(ledger: error, setting)
    } catch {
        throw OperationError(.defect, "\(error)")
    }
}

/// The run of this command as the new ledger tells it, with what later commands need: the context, what containers were made from
/// and which of it is secret, volumes that wait for their next container, and for which containers `postStart` has still to run.
private func successorEvents(_ cited: LedgerSetAside, after old: LedgerExamination, _ setting: RunSetting) throws -> [EventDraft] {
    var context = old.state.context
    var bodies: [any EventBody] = [
        cited,
        RunStarted(
            command: setting.command, arguments: setting.arguments, group: setting.groupName, network: cited.network ?? "",
            definition: nil, definitionPath: setting.definition?.path ?? setting.environment["MINIBOSS_DEFINITION"], engine: nil,
            engineID: nil, pid: setting.host.pid, services: []),
    ]
    // What was written after the last good event is there, but for secrets.
    if let saved = SavedContext(setting)?.read(), saved.values.contains(where: { context.values[$0.key] != $0.value }) {
        context.values.merge(saved.values) { $1 }
        bodies.append(NoteTaken(text: SavedContext.note))
    }
    for (key, value) in context.values.sorted(by: { $0.key < $1.key }) {
        bodies.append(ContextWritten(key: key, value: value, secret: context.secretKeys.contains(key), hook: nil))
    }
    func draft(_ body: any EventBody, of service: String? = nil) throws -> EventDraft {
        EventDraft(
            run: old.newestRun + 1, service: service, type: type(of: body).type, version: type(of: body).version,
            body: try EventCoding.body(of: body.event), at: setting.clock.now(), monoNs: setting.clock.monotonic())
    }
    var drafts = try bodies.map { try draft($0) }
    for (service, record) in old.state.services.sorted(by: { $0.key < $1.key }) {
        let name = PlanRequest.containerName(group: setting.groupName, service: service)
        if let spec = record.spec {
            let cause = "as the ledger before this one had it"
            drafts.append(try draft(StepIntended(step: .createContainer, cause: cause, target: name, spec: spec), of: service))
        }
        if !record.keptVolumes.isEmpty { drafts.append(try draft(VolumesKept(volumes: record.keptVolumes), of: service)) }
        for id in record.debts.filter(\.value.postStart).keys.sorted() {
            let made = StepSucceeded(step: .createContainer, target: name, result: id, seconds: 0, resolved: "adopted")
            drafts.append(try draft(made, of: service))
        }
    }
    return drafts + [try draft(RunFinished(outcome: .succeeded))]
}
