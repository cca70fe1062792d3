import Orchestrator
import Reconciler
import Synchronization

/// Sees to it that the program is remembered that did something to the group last, at its first step: it may be killed at the second.
final class ProgramMemory: RunObserver {
    private let environment: [String: String]
    private let next: any RunObserver
    private let isDone = Atomic(false)

    init(environment: [String: String], next: any RunObserver) {
        self.environment = environment
        self.next = next
    }

    func recorded(_ fact: RecordedFact) {
        if case .stepIntended = fact.event { remember() }
        next.recorded(fact)
    }

    func remark(service: String?, _ text: String) { next.remark(service: service, text) }

    func remember() {
        guard !isDone.exchange(true, ordering: .relaxed) else { return }
        FormerProgram.rememberThisOne(environment)
    }
}
