import Reconciler

/// One check of `doctor`.
struct DoctorFinding: Equatable {
    enum State: String {
        case good = "ok"
        case warning
        /// Nothing is wrong, and something could be better.
        case advice
        case bad = "problem"
        case skipped
    }

    var check: String
    var state: State
    var finding: String
    var mend: String?

    init(_ check: String, _ state: State, _ finding: String, mend: String? = nil) {
        self.check = check
        self.state = state
        self.finding = finding
        self.mend = mend
    }

    var json: JSON {
        .members([
            "check": .string(check), "ok": .bool(state != .bad), "state": .string(state.rawValue), "finding": .string(finding),
            "mend": JSON(mend),
        ])
    }

    func lines(paint: Paint, width: Int?) -> [String] {
        let sign: (String, Paint.Colour?) =
            switch state {
            case .good: ("✔", .green)
            case .warning, .advice: ("!", .yellow)
            case .bad: ("✘", .red)
            case .skipped: ("–", nil)
            }
        // The sign takes the place of the label's margin.
        var lines = LabelledText.lines(check, SafeText.line(finding), width: width, labelWidth: 14)
        if let first = lines.first { lines[0] = paint(sign.0, sign.1) + " " + first.dropFirst(2) }
        if let mend { lines += LabelledText.lines("", SafeText.line(mend), width: width, labelWidth: 14) }
        return lines
    }
}
