/// Where a process dies: fault points are counted, and the one with the chosen number kills.
///
/// There is one before and one after each append and each engine call.
// Unchecked: the process has one thread (see `Scheduler`).
package final class FaultPlan: @unchecked Sendable {
    package private(set) var passed = 0
    /// The fault point that kills; `nil` for none.
    package var lethal: Int?
    /// What stood at the point that killed.
    package private(set) var place = ""
    private let scheduler: Scheduler

    package init(scheduler: Scheduler) { self.scheduler = scheduler }

    /// A new process begins: its points count from 1.
    package func begin(lethal: Int?) {
        passed = 0
        place = ""
        self.lethal = lethal
    }

    /// Passes a fault point.
    /// - Returns: whether the process is dead.
    package func isHit(_ name: @autoclosure () -> String) -> Bool {
        if scheduler.isKilled { return true }
        passed += 1
        guard passed == lethal else { return false }
        place = name()
        scheduler.kill()
        return true
    }
}
