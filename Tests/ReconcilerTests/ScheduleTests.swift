import Reconciler
import TestSupport
import Testing

/// The schedule beside what it is meant to be, said as plainly as can be, over the plans of generated worlds.
@Suite struct ScheduleTests {
    /// The slow definition: everything is looked up anew each time.
    private struct SlowSchedule {
        var steps: [PlanStep]
        var status: [Int: Schedule.Status]

        init(_ plan: Plan) {
            steps = plan.steps
            status = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.id, .waiting) })
        }

        mutating func begin() -> [PlanStep] {
            let ready = steps.filter { step in
                status[step.id] == .waiting && step.after.allSatisfy { status[$0] == .succeeded || status[$0] == nil }
            }
            for step in ready { status[step.id] = .running }
            return ready
        }

        mutating func failed(_ id: Int) -> [PlanStep] {
            status[id] = .failed
            var given: [PlanStep] = []
            // In topological order, so that once through is enough.
            for step in steps where status[step.id] == .waiting {
                guard step.after.contains(where: { status[$0] == .failed || status[$0] == .givenUp }) else { continue }
                status[step.id] = .givenUp
                given.append(step)
            }
            return given
        }
    }

    @Test("B28: which steps begin, and which are given up, is what the slow definition says", arguments: 0..<20)
    func sameAsSlow(block: Int) {
        for seed in block * 20..<block * 20 + 20 {
            let request = GeneratedGroup(seed: UInt64(seed)).world.request
            for plan: Plan in [planStart(request), planStop(request.stop(removes: true))] {
                var numbers = SeededGenerator(seed: UInt64(seed))
                var schedule = Schedule(plan)
                var slow = SlowSchedule(plan)
                var running: [Int] = []
                while true {
                    let begun = schedule.begin()
                    #expect(begun == slow.begin(), "seed \(seed)")
                    running += begun.map(\.id)
                    guard let index = running.indices.randomElement(using: &numbers) else { break }
                    let id = running.remove(at: index)
                    if numbers.chance(15) {
                        #expect(schedule.failed(id) == slow.failed(id), "seed \(seed): step \(id) failed")
                    } else {
                        schedule.succeeded(id)
                        slow.status[id] = .succeeded
                    }
                }
                #expect(schedule.begin().isEmpty, "seed \(seed)")
                for step in plan.steps { #expect(schedule.status(of: step.id) == slow.status[step.id], "seed \(seed): \(step)") }
            }
        }
    }

    @Test("a step that is answered with others keeps those behind it waiting for all of them")
    func replaced() {
        func step(_ id: Int, after: [Int] = []) -> PlanStep {
            PlanStep(id: id, kind: .ping, service: "s\(id)", cause: "test", after: after, target: .service("s\(id)"))
        }
        var schedule = Schedule(Plan(steps: [step(1), step(2, after: [1])]))
        #expect(schedule.begin().map(\.id) == [1])
        schedule.replace(1, with: Plan(steps: [step(1), step(2)]))
        #expect(schedule.begin().map(\.id) == [3, 4])
        schedule.succeeded(3)
        #expect(schedule.begin().isEmpty)
        schedule.succeeded(4)
        #expect(schedule.begin().map(\.id) == [2])
    }

    // MARK: - rule 7: a container is made once the keys it takes are written

    /// Its own hook would come first, after the dependency's.
    private static let early = Plan(steps: [
        PlanStep(id: 1, kind: .createNetwork, service: nil, cause: "test", after: [], target: .network("n")),
        PlanStep(id: 2, kind: .postStart, service: "db", cause: "test", after: [], target: .service("db")),
        PlanStep(id: 3, kind: .preStart, service: "app", cause: "test", after: [1, 2], target: .service("app")),
        PlanStep(
            id: 4, kind: .createContainer, service: "app", cause: "test", after: [1, 3], target: .newContainer(name: "app"),
            early: EarlyBeginning(keys: ["user", "role"], after: [1])),
        PlanStep(id: 5, kind: .startContainer, service: "app", cause: "test", after: [3, 4], target: .newContainer(name: "app")),
    ])

    @Test("B31: it is made when the last of its keys and its network are there; its own pre_start then waits for it")
    func earlyBeginning() {
        var schedule = Schedule(Self.early)
        #expect(schedule.begin().map(\.id) == [1, 2])
        #expect(Set(schedule.awaitedKeys) == ["user", "role"])
        schedule.written(["user"])
        schedule.succeeded(1)
        #expect(schedule.begin().isEmpty)
        schedule.written(["user", "role"])
        #expect(schedule.awaitedKeys.isEmpty)
        #expect(schedule.begin().map(\.id) == [4])
        schedule.succeeded(2)
        #expect(schedule.begin().isEmpty, "its pre_start would run beside the making of its container")
        schedule.succeeded(4)
        #expect(schedule.begin().map(\.id) == [3])
        schedule.succeeded(3)
        #expect(schedule.begin().map(\.id) == [5])
    }

    @Test("B31: the keys may be there first, and the network last")
    func keysFirst() {
        var schedule = Schedule(Self.early)
        schedule.written(["user", "role"])
        #expect(schedule.begin().map(\.id) == [1, 2])
        schedule.succeeded(1)
        #expect(schedule.begin().map(\.id) == [4])
        #expect(schedule.failed(2).map(\.id) == [3, 5])
    }

    @Test("B31: once its pre_start is at work, or may be, it is made after that", arguments: [true, false])
    func preStartFirst(isAtWork: Bool) {
        var schedule = Schedule(Self.early)
        #expect(schedule.begin().map(\.id) == [1, 2])
        schedule.succeeded(1)
        schedule.succeeded(2)
        if isAtWork { #expect(schedule.begin().map(\.id) == [3]) }
        schedule.written(["user", "role"])
        #expect(schedule.begin().map(\.id) == (isAtWork ? [] : [3]))
        schedule.succeeded(3)
        #expect(schedule.begin().map(\.id) == [4])
    }

    @Test("B31: what stands in the place of a question knows the keys that are written, and has steps of its own before it")
    func earlyAnswer() {
        var schedule = Schedule(
            Plan(steps: [PlanStep(id: 1, kind: .reconsider, service: "x", cause: "test", after: [], target: .service("x"))]))
        schedule.written(["user", "role"])
        #expect(schedule.begin().map(\.id) == [1])
        schedule.replace(1, with: Self.early)
        #expect(schedule.begin().map(\.id) == [2, 3])
        schedule.succeeded(2)
        #expect(schedule.begin().map(\.id) == [5])
    }
}
