import DockerClient
import Ledger

extension OperationError {
    /// The same, with who holds the lock of which group, and for how long, where that is what went wrong.
    init(ledger error: LedgerError, _ setting: RunSetting) {
        guard case .busy(let holder?) = error.code else {
            let isForeign = setting.ledgerPath != nil && error.isOfSomethingForeign(at: setting.ledgerLocation)
            if isForeign { self.init(.ledger, error.finding, next: LedgerExamination.foreignMend) } else { self.init(ledger: error) }
            return
        }
        let age = seconds(from: holder.startedAt, to: setting.clock.now()).map { ", for \(ageWords($0))" } ?? ""
        self.init(
            .busy, "another miniboss is at work on group \"\(setting.groupName)\": `\(holder.command)`, pid \(holder.pid)\(age).",
            next: "Wait for it, or end it with `kill -INT \(holder.pid)`; `miniboss history` can be read meanwhile.")
    }
}

/// By the wall clock, which is all that two processes share; `nil` where one is no RFC 3339.
private func seconds(from start: String, to end: String) -> Int? {
    guard let start = EngineTime(start), let end = EngineTime(end) else { return nil }
    return max(0, (end.nanoseconds - start.nanoseconds) / 1_000_000_000)
}

private func ageWords(_ seconds: Int) -> String {
    switch seconds {
    case ..<120: "\(seconds) s"
    case ..<7200: "\(seconds / 60) min"
    default: "\(seconds / 3600) h"
    }
}
