import Reconciler

/// Two runs beside each other in words: only what differs.
struct ComparisonText {
    var comparison: RunComparison
    var width: Int?

    func lines(now: CivilTime) -> [String] {
        var lines = [title(comparison.from, now), "  beside " + title(comparison.to, now)].map(fitted)
        lines += table([(nil, rows(comparison.changes) + total)] + comparison.services.map { ($0.service, rows($0)) })
        if lines.count == 2 { lines.append("nothing differs but the moment") }
        return lines
    }

    private func title(_ run: RunSummary, _ now: CivilTime) -> String {
        "run \(run.run) · \(run.command) · \(shownTime(run.startedAt, now: now)) · \(run.outcome.rawValue)"
    }

    private var total: [[String]] {
        comparison.seconds.isNotable ? [row(comparison.seconds)] : []
    }

    private func rows(_ service: RunComparison.Service) -> [[String]] {
        var rows = rows(service.changes)
        if service.seconds.isNotable { rows.append(row(service.seconds)) }
        // A step's time is of interest where the service's own changed, or a step came or went.
        rows += service.steps.filter(\.isNotable).map(row)
        return rows
    }

    private func rows(_ changes: [RunComparison.Change]) -> [[String]] {
        changes.map { change in
            // Masked on both sides: that something changed is all that may be said.
            if change.from == change.to { return [change.field, "has another secret in it"] }
            return [change.field, "\(shown(change.from)) → \(shown(change.to))"]
        }
    }

    private func row(_ timing: RunComparison.Timing) -> [String] {
        [timing.name, "\(timing.from.map(durationWords) ?? "–") → \(timing.to.map(durationWords) ?? "–")"]
    }

    private func shown(_ value: String?) -> String {
        guard let value else { return "–" }
        return value.isEmpty ? "\"\"" : value
    }

    private func table(_ blocks: [(owner: String?, rows: [[String]])]) -> [String] {
        let owners = blocks.filter { !$0.rows.isEmpty }
        let ownerWidth = min(24, owners.map { DisplayWidth.of(SafeText.line($0.owner ?? "run")) }.max() ?? 0)
        let fieldWidth = min(32, owners.flatMap(\.rows).map { DisplayWidth.of(SafeText.line($0[0])) }.max() ?? 0)
        return owners.flatMap { block in
            block.rows.enumerated().flatMap { index, row in
                let owner = index == 0 ? SafeText.line(block.owner ?? "run") : ""
                let head =
                    DisplayWidth.padded(owner, to: ownerWidth) + "  " + DisplayWidth.padded(SafeText.line(row[0]), to: fieldWidth) + "  "
                return LabelledText.hanging(head, SafeText.line(row[1]), width: width)
            }
        }
    }

    private func fitted(_ line: String) -> String {
        let safe = SafeText.line(line)
        return width.map { DisplayWidth.cut(safe, to: $0) } ?? safe
    }
}
