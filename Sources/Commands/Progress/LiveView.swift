import Reconciler

/// A run as a screenful: a header and one line a service. Pure, so that its look can be tested.
struct LiveView: Sendable {
    static let spinner = Array("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")

    private var header = ""
    /// Facts of others are those of killed runs being settled.
    private var run: Int?
    private var order: [String] = []
    private var services: [String: ServiceLine] = [:]
    private var groupDetail = ""
    /// Of something that does not answer: it is over with the next answer.
    private var isDetailOfSilence = false
    private(set) var latest: Int64 = 0
    /// Whether the user has interrupted the run.
    var isInterrupted = false

    mutating func apply(_ fact: RecordedFact) {
        latest = max(latest, fact.monoNs)
        if case .runStarted(let body) = fact.event {
            run = fact.run
            header = "\(body.group) · \(body.command) · run \(fact.run)"
            for member in body.services {
                line(member.name) {
                    $0.dependencies = member.dependencies
                    if body.excluded?.contains(member.name) == true { $0.leaveOut() }
                }
            }
        }
        guard fact.run == run else { return }
        if isDetailOfSilence, fact.event.isAnswer {
            groupDetail = ""
            isDetailOfSilence = false
        }
        if let service = fact.service {
            line(service) { $0.apply(fact) }
        } else if case .stepIntended(let step) = fact.event {
            groupDetail = "\(step.step.rawValue) \(step.target)"
        } else if case .noteTaken(let note) = fact.event {
            groupDetail = note.text
        } else if case .hookStarted(let hook) = fact.event {
            groupDetail = hook.hook.rawValue
        } else {
            groupDetail = ""
        }
    }

    mutating func remark(service: String?, _ text: String) {
        if let service { return line(service) { $0.remark(text) } }
        groupDetail = text
        isDetailOfSilence = true
    }

    private mutating func line(_ service: String, _ change: (inout ServiceLine) -> Void) {
        if services[service] == nil { order.append(service) }
        change(&services[service, default: ServiceLine(name: service)])
    }

    /// - Parameters:
    ///   - height: rows that may be used; `nil` for the last picture, which stays and shows every service.
    ///   - now: on the clock of the facts.
    func lines(width: Int, height: Int?, now: Int64, frame: Int, paint: Paint) -> [String] {
        guard !header.isEmpty else { return [] }
        let seen = order.compactMap { services[$0] }.filter { !$0.isBlank }
        let nameWidth = min(max(8, width / 4), seen.map { DisplayWidth.of($0.name) }.max() ?? 0)
        // Half of what is left for why, half for what goes on.
        let reasonWidth = min(36, seen.map { DisplayWidth.of($0.reason) }.max() ?? 0, max(14, (width - nameWidth - 28) / 2))
        var shown = seen
        var hidden = 0
        if let height, seen.count > max(1, height - 2) {
            let room = max(1, height - 2)
            // What moves is what one wants to see; settled lines give way and come back in the last picture.
            let moving = seen.filter(\.isMoving)
            let kept = Set((moving + seen.filter { !$0.isMoving }).prefix(room).map(\.name))
            shown = seen.filter { kept.contains($0.name) }
            hidden = seen.count - shown.count
        }
        var title = header
        if height != nil, isInterrupted {
            title += " · interrupted, settling what is under way; once more leaves at once"
        } else if height != nil, !groupDetail.isEmpty {
            title += " · \(groupDetail)"
        }
        var lines = [paint(DisplayWidth.cut(SafeText.line(title), to: width), .bold)]
        for service in shown {
            let waiting = service.dependencies.filter { services[$0]?.phase != .running }
            let rest = service.text(nameWidth: nameWidth, reasonWidth: reasonWidth, now: now, waitingFor: waiting)
            let sign =
                service.isMoving && height != nil
                ? (text: String(Self.spinner[frame % Self.spinner.count]), colour: Paint.Colour.cyan) : service.sign
            let margin = width >= 40 ? "  " : ""
            lines.append(margin + paint(sign.text, sign.colour) + " " + DisplayWidth.cut(rest, to: width - margin.count - 2))
        }
        if hidden > 0 { lines.append(DisplayWidth.cut("  … \(hidden) more", to: width)) }
        return lines
    }
}

extension Event {
    /// Whether it tells what became of a step.
    fileprivate var isAnswer: Bool {
        switch self {
        case .stepSucceeded, .stepFailed, .stepUnknown: true
        default: false
        }
    }
}
