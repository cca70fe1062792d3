import Reconciler

/// A state as the page shows it: a sign and a word always, a colour beside them.
struct ShownState: Sendable, Equatable {
    /// The colour's name, from harmless to grave.
    enum Standing: Int, Sendable {
        case quiet, good, busy, warn, bad

        var name: String {
            switch self {
            case .quiet: "quiet"
            case .good: "good"
            case .busy: "busy"
            case .warn: "warn"
            case .bad: "bad"
            }
        }
    }

    var sign: String
    var word: String
    var standing: Standing

    init(sign: String, word: String, standing: Standing) {
        self.sign = sign
        self.word = word
        self.standing = standing
    }

    static let cutOff = ShownState(sign: "!", word: "cut off", standing: .warn)
    static let blocked = ShownState(sign: "○", word: "blocked", standing: .warn)

    static let noPart = ShownState(sign: "–", word: "no part", standing: .quiet)

    /// Dependents can't start.
    var isGivenUp: Bool { standing == .bad || self == .blocked || self == .cutOff }

    init(_ outcome: RunSummary.Outcome) {
        switch outcome {
        case .succeeded: self.init(sign: "✔", word: "succeeded", standing: .good)
        case .failed: self.init(sign: "✘", word: "failed", standing: .bad)
        case .interrupted: self.init(sign: "!", word: "interrupted", standing: .warn)
        case .crashed: self.init(sign: "↯", word: "crashed", standing: .bad)
        case .running: self.init(sign: "…", word: "running", standing: .busy)
        }
    }

    /// - Parameter result: `nil` for a service the run came to nothing for, or not yet.
    init(_ result: ServiceResult?, phases: ServicePhases?) {
        guard let result else {
            self =
                phases == nil
                ? .noPart : ShownState(sign: "…", word: "under way", standing: .busy)
            return
        }
        switch result.outcome {
        case .started: self.init(sign: "✔", word: "started", standing: .good)
        case .restarted: self.init(sign: "✔", word: "restarted", standing: .good)
        case .alreadyRunning: self.init(sign: "✔", word: "already running", standing: .good)
        case .failed where result.cutOffIn != nil || result.failure?.failureClass == .interrupted:
            self = .cutOff
        case .failed: self.init(sign: "✘", word: "failed", standing: .bad)
        case .blocked: self = .blocked
        case .stopped: self.init(sign: "■", word: "stopped", standing: .quiet)
        case .removed: self.init(sign: "–", word: "removed", standing: .quiet)
        case .excluded: self.init(sign: "–", word: "excluded", standing: .quiet)
        }
    }
}

extension Markup {
    /// The state's sign and word in its colour.
    mutating func state(_ state: ShownState) {
        nest("span", ["class": "state \(state.standing.name)"]) { markup in
            markup.element("span", ["class": "sign", "aria-hidden": "true"], state.sign)
            markup.say(" \(state.word)")
        }
    }
}
