/// Which steps may begin: a state machine over a plan, without time or effects.
///
/// Steps wait for all they come after. When one fails, everything that needs it is given up, and nothing else. The work of a
/// whole run grows with the steps and what they come after, not with their squares.
public struct Schedule: Sendable {
    public enum Status: Sendable, Equatable {
        case waiting, running, succeeded, failed
        /// Not begun, because a step it needs did not succeed.
        case givenUp
    }

    private struct Entry: Sendable {
        var step: PlanStep
        var status = Status.waiting
        /// How many of those it comes after have not succeeded.
        var missing = 0
        /// Those that come after it.
        var successors: [Int] = []
        /// How much is missing until it may begin early; `nil` where it may not.
        var missingEarly: Int?
        /// Those that may begin early after it.
        var earlySuccessors: [Int] = []
    }

    /// In the order of the plan, those of later plans behind; all other numbers in here are places in it.
    private var entries: [Entry] = []
    private var places: [Int: Int] = [:]
    private var ofService: [String: [Int]] = [:]
    /// Waiting for nothing any more.
    private var ready: Set<Int> = []
    /// The context keys that have been written.
    private var written: Set<String> = []
    /// Those that may begin early once a key is written.
    private var awaiting: [String: [Int]] = [:]
    private var lastID = 0
    private var isStopped = false

    public init(_ plan: Plan) { append(plan.steps) }

    /// The steps that may begin now, in the order of the plan; they count as running from here on.
    public mutating func begin() -> [PlanStep] {
        guard !isStopped, !ready.isEmpty else { return [] }
        var begun = ready.sorted()
        let early = begun.filter { entries[$0].missing > 0 }
        if !early.isEmpty {
            for place in early { settleEarly(place) }
            begun.removeAll { !ready.contains($0) }
        }
        ready = []
        for place in begun { entries[place].status = .running }
        return begun.map { entries[$0].step }
    }

    public mutating func succeeded(_ id: Int) {
        guard let place = running(id) else { return }
        finish(place, .succeeded)
        for successor in entries[place].successors { release(successor) }
        for successor in entries[place].earlySuccessors { releaseEarly(successor) }
    }

    /// The context keys of which it is worth telling when they are written.
    public var awaitedKeys: Set<String> { Set(awaiting.keys) }

    /// These context keys have a value now.
    public mutating func written(_ keys: some Sequence<String>) {
        for key in keys where written.insert(key).inserted {
            for place in awaiting.removeValue(forKey: key) ?? [] { releaseEarly(place) }
        }
    }

    /// The process that the running stop `id` is about has ended. The order of a stop asks for no more than that, so other
    /// services' stops don't wait for what the engine clears away behind it; all else does.
    public mutating func ended(_ id: Int) {
        guard let place = running(id), entries[place].step.kind == .stopContainer else { return }
        let service = entries[place].step.service
        let freed = entries[place].successors.filter { successor in
            let step = entries[successor].step
            return step.service != service && (step.kind == .preStop || step.kind == .stopContainer)
        }
        let isFreed = Set(freed)
        entries[place].successors.removeAll(where: isFreed.contains)
        for successor in freed { release(successor) }
    }

    /// - Returns: the steps given up because of it, in the order of the plan.
    @discardableResult
    public mutating func failed(_ id: Int) -> [PlanStep] {
        guard let place = running(id) else { return [] }
        finish(place, .failed)
        return giveUpSuccessors(of: [place])
    }

    /// A service failed outside its steps' order, or was cut off: whatever of it waits is given up.
    /// - Returns: its own steps, then those given up because of them, each in the order of the plan.
    @discardableResult
    public mutating func giveUp(service: String) -> [PlanStep] {
        let own = ofService[service, default: []].filter { entries[$0].status == .waiting && isOwn(entries[$0].step) }
        for place in own { giveUp(place) }
        return own.map { entries[$0].step } + giveUpSuccessors(of: own)
    }

    /// A pull or build may serve other services too, so it is not given up with the one it is named for.
    private func isOwn(_ step: PlanStep) -> Bool { step.kind != .pullImage && step.kind != .buildImage }

    /// Whether a step that brings the service up, or the question what is to become of it, is to come or under way.
    func isYetToRun(_ service: String) -> Bool {
        ofService[service, default: []].contains { place in
            [.waiting, .running].contains(entries[place].status)
                && [.startContainer, .unpauseContainer, .ping, .postStart, .reconsider].contains(entries[place].step.kind)
        }
    }

    /// Whether every step of the service has succeeded.
    func isDone(_ service: String) -> Bool { ofService[service, default: []].allSatisfy { entries[$0].status == .succeeded } }

    /// Puts `plan` in the place of the running step `id`; what came after that step comes after all of the new ones.
    public mutating func replace(_ id: Int, with plan: Plan) {
        guard let place = running(id) else { return }
        let offset = lastID
        let added = plan.steps.map { step in
            var step = step
            step.id += offset
            step.after = step.after.map { $0 + offset }
            step.early = step.early.map { EarlyBeginning(keys: $0.keys, after: $0.after.map { $0 + offset }) }
            return step
        }
        let followers = entries[place].successors.filter { entries[$0].status == .waiting }
        let first = entries.count
        append(added)
        for follower in followers {
            for new in first..<entries.count { entries[new].successors.append(follower) }
            entries[follower].step.after += added.map(\.id)
            entries[follower].missing += added.count
        }
        succeeded(id)
    }

    /// No step begins any more; those running go on.
    public mutating func stop() { isStopped = true }

    public func step(_ id: Int) -> PlanStep? { places[id].map { entries[$0].step } }

    public func status(of id: Int) -> Status? { places[id].map { entries[$0].status } }

    /// The steps that come right after `id` and have not begun.
    public func waiting(for id: Int) -> [PlanStep] {
        guard let place = places[id] else { return [] }
        return entries[place].successors.map { entries[$0] }.filter { $0.status == .waiting }.map(\.step)
    }

    private func running(_ id: Int) -> Int? {
        guard let place = places[id], entries[place].status == .running else { return nil }
        return place
    }

    private mutating func append(_ steps: [PlanStep]) {
        let first = entries.count
        for step in steps where places[step.id] == nil {
            places[step.id] = entries.count
            lastID = max(lastID, step.id)
            if let service = step.service { ofService[service, default: []].append(entries.count) }
            entries.append(Entry(step: step))
        }
        for place in first..<entries.count {
            // A step nobody knows keeps nobody waiting.
            for before in entries[place].step.after.compactMap({ places[$0] }) {
                entries[before].successors.append(place)
                entries[place].missing += 1
            }
            if entries[place].missing == 0 { ready.insert(place) } else { expectEarly(place) }
        }
    }

    private mutating func expectEarly(_ place: Int) {
        guard let early = entries[place].step.early else { return }
        let steps = early.after.compactMap { places[$0] }
        let keys = early.keys.subtracting(written)
        entries[place].missingEarly = steps.count + keys.count
        for before in steps { entries[before].earlySuccessors.append(place) }
        for key in keys { awaiting[key, default: []].append(place) }
        if steps.isEmpty, keys.isEmpty { ready.insert(place) }
    }

    /// The hook that would have come first comes behind a step that begins early. Where that hook is at work or about to be,
    /// the step waits for it.
    private mutating func settleEarly(_ place: Int) {
        let own = entries[place].step.after.compactMap { places[$0] }.filter { entries[$0].step.service == entries[place].step.service }
        let open = own.filter { [.waiting, .running].contains(entries[$0].status) && isOwn(entries[$0].step) }
        guard open.allSatisfy({ entries[$0].status == .waiting && !ready.contains($0) }) else {
            ready.remove(place)
            return
        }
        for before in open {
            entries[before].missing += 1
            entries[before].step.after.append(entries[place].step.id)
            entries[place].successors.append(before)
        }
    }

    private mutating func finish(_ place: Int, _ status: Status) {
        entries[place].status = status
    }

    private mutating func release(_ place: Int) {
        entries[place].missing -= 1
        if entries[place].missing == 0, entries[place].status == .waiting { ready.insert(place) }
    }

    private mutating func releaseEarly(_ place: Int) {
        guard let missing = entries[place].missingEarly else { return }
        entries[place].missingEarly = missing - 1
        if missing == 1, entries[place].status == .waiting { ready.insert(place) }
    }

    private mutating func giveUp(_ place: Int) {
        entries[place].status = .givenUp
        ready.remove(place)
    }

    private mutating func giveUpSuccessors(of lost: [Int]) -> [PlanStep] {
        var stack = lost
        var given: [Int] = []
        while let place = stack.popLast() {
            for successor in entries[place].successors where entries[successor].status == .waiting {
                giveUp(successor)
                given.append(successor)
                stack.append(successor)
            }
        }
        return given.sorted().map { entries[$0].step }
    }
}
