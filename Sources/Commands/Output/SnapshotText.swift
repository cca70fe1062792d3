import Reconciler

/// A group as it was, in words.
struct SnapshotText {
    var snapshot: GroupSnapshot
    /// The run's start, from which its times count; `nil` for an event that is older than any run's own.
    var start: RecordedFact?
    var paint: Paint
    var width: Int?

    func lines(group: String, now: CivilTime) -> [String] {
        let event = snapshot.event
        let line = TimelineLine(event, since: start ?? event)
        let place = [
            "\(group) after event \(event.seq)", "run \(event.run)", "+\(decimal(line.seconds, places: 3)) s",
            shownTime(event.at, now: now),
        ]
        let words = "\(line.service ?? "run") \(line.text)" + (line.remark.isEmpty ? "" : " (\(line.remark))")
        var lines = [fitted(place.joined(separator: " · "))] + LabelledText.lines("event", SafeText.line(words), width: width)
        lines += table
        lines += context
        for open in snapshot.openSteps {
            let step = "\(open.intent.step.rawValue) \(open.intent.target), meant by run \(open.run), has no outcome yet"
            lines += LabelledText.lines("open", SafeText.line(step), width: width)
        }
        return lines
    }

    private var table: [String] {
        guard !snapshot.services.isEmpty else { return ["no service is known yet"] }
        var table = TextTable(header: ["SERVICE", "STATE", "CONTAINER", "IMAGE", "REMARK"], wraps: true)
        table.rows = snapshot.services.map { name in
            let record = snapshot.state[name]
            let owed = record.owed.isEmpty ? "" : "owes \(record.owed.map(\.rawValue).joined(separator: ", "))"
            return [
                name, record.phase.rawValue, record.containerID.map(shortID) ?? "–", record.spec?.image ?? "–",
                record.phase == .failed ? record.failure?.summary ?? owed : owed,
            ].map(SafeText.line)
        }
        return table.lines(width: width).enumerated().map { $0 == 0 ? paint($1, .bold) : $1 }
    }

    private var context: [String] {
        snapshot.state.context.shown.sorted { $0.key < $1.key }.flatMap { key, value in
            LabelledText.lines("context", "\(SafeText.line(key)) = \(JSON(value).text)", width: width)
        }
    }

    private func fitted(_ line: String) -> String {
        let safe = SafeText.line(line)
        return width.map { DisplayWidth.cut(safe, to: $0) } ?? safe
    }
}
