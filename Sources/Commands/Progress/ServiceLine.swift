import Reconciler

/// One service as a live line.
struct ServiceLine: Sendable, Equatable {
    let name: String
    var dependencies: [String] = []
    private(set) var phase: ServicePhase?
    private(set) var detail = ""
    private var cause = ""
    /// Nanoseconds it was worked on, up to the last change of phase.
    private var worked: Int64 = 0
    private var lastChange: Int64?
    private var hooks: [String] = []
    /// The result stays on the line while what is left of the service is cleared away.
    private var isDecided = false

    init(name: String) { self.name = name }

    var isMoving: Bool { !isDecided && phase?.isWorkedOn == true }
    /// Nothing was seen of it yet.
    var isBlank: Bool { phase == nil }

    mutating func apply(_ fact: RecordedFact) {
        switch fact.event {
        case .stateChanged(let change): apply(change, at: fact.monoNs)
        case .stepIntended(let step) where !isDecided:
            switch step.step {
            case .createContainer, .startContainer, .unpauseContainer, .stopContainer, .removeContainer:
                if cause.isEmpty || step.step == .createContainer { cause = step.cause }
            case .pullImage, .buildImage: detail = step.target
            default: break
            }
        case .pingChanged(let ping) where !isDecided: detail = ping.succeeded ? "" : ping.error ?? "false"
        case .hookStarted(let hook) where !isDecided && hook.hook != .ping: detail = hook.hook.rawValue
        case .hookFinished(let hook) where hook.isWorthTelling:
            hooks.append("\(hook.hook.rawValue) \(hook.outcome == .succeeded ? "✔" : "✘") \(durationWords(hook.seconds))")
        default: break
        }
    }

    /// It has no part in this run.
    mutating func leaveOut() { phase = .excluded }

    mutating func remark(_ text: String) {
        if !isDecided { detail = text }
    }

    private mutating func apply(_ change: StateChanged, at time: Int64) {
        if let lastChange, isMoving { worked += max(0, time - lastChange) }
        lastChange = time
        switch change.trigger {
        case .planned:
            isDecided = false
        case .failed:
            decide("failed", change.failure?.summary ?? change.cause ?? "")
        case .interrupted: decide("interrupted", change.failure?.summary ?? change.cause ?? "")
        case .blocked: decide("blocked", (change.because?.last).map { "needs \($0)" } ?? "")
        default:
            guard !isDecided || change.to == .running else { return }
            isDecided = false
            if change.to != phase { detail = "" }
            if cause.isEmpty, let reason = change.cause { cause = reason }
        }
        phase = change.to
        if phase == .running { detail = hooks.joined(separator: "  ") }
    }

    private mutating func decide(_ word: String, _ words: String) {
        isDecided = true
        decidedWord = word
        detail = words
    }

    private var decidedWord = ""

    var word: String {
        if isDecided { return decidedWord }
        return switch phase {
        case nil: ""
        case .waiting: "waits"
        case .absent: "removed"
        case .priming: "post_start"
        case .preparing: "pre_start"
        case .some(let phase): phase.rawValue
        }
    }

    var sign: (text: String, colour: Paint.Colour?) {
        if isDecided { return decidedWord == "failed" ? ("✘", .red) : ("!", .yellow) }
        return switch phase {
        case .running, .stopped, .absent: ("✔", .green)
        case .excluded: ("–", nil)
        default: ("·", nil)
        }
    }

    /// Why something is done, in the words of one who looks at the result.
    var reason: String {
        if isDecided { return "" }
        if cause == PlanCause.noContainer { return "new container: none exists" }
        let why = PlanCause.whyReplaced(cause).map { "new container: \($0)" }
        return SafeText.line(why ?? cause)
    }

    /// Everything after the sign, not yet cut to the terminal.
    /// - Parameter reasonWidth: of the column of reasons.
    func text(nameWidth: Int, reasonWidth: Int, now: Int64, waitingFor: [String]) -> String {
        let going = isMoving ? lastChange.map { max(0, now - $0) } ?? 0 : 0
        let time = worked + going > 0 ? decimal(Double(worked + going) / 1e9, places: 1) + " s" : ""
        let shown =
            (phase == .waiting || phase == .created) && !isDecided && !waitingFor.isEmpty
            ? "for \(waitingFor.joined(separator: ", "))" : detail
        var text = DisplayWidth.padded(DisplayWidth.cut(SafeText.line(name), to: nameWidth), to: nameWidth)
        text += "  " + DisplayWidth.padded(word, to: 11) + DisplayWidth.paddedLeft(time, to: 8) + "   "
        text +=
            shown.isEmpty || reason.isEmpty
            ? reason : DisplayWidth.padded(DisplayWidth.cut(reason, to: reasonWidth), to: reasonWidth) + "  "
        return (text + SafeText.line(shown)).trimmedAtEnd
    }
}

extension HookFinished {
    /// One that nobody wrote takes no time, and says nothing.
    var isWorthTelling: Bool { outcome != .succeeded || seconds >= 0.01 }
}
