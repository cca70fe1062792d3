import Reconciler

/// A plan as `plan` prints it: one line a step, each with its cause.
struct PlanText {
    var plan: Plan
    var width: Int?
    var json: Bool
    var address = GroupAddress()

    var text: String {
        json ? JSON.array(plan.steps.map(JSON.init)).lines + "\n" : lines.map { $0 + "\n" }.joined()
    }

    var lines: [String] {
        let numberWidth = String(plan.steps.last?.id ?? 0).count
        let kindWidth = plan.steps.map { $0.kind.rawValue.count }.max() ?? 0
        let nameWidth = plan.steps.map { DisplayWidth.of(owner($0)) }.max() ?? 0
        var causes: [String?: String] = [:]
        var lines = plan.steps.flatMap { step in
            // One cause often leads to many steps: it is told once.
            let isKnown = causes.updateValue(step.cause, forKey: step.service) == step.cause && !step.after.isEmpty
            let after = step.order
            let reason = isKnown ? after : SafeText.line(step.cause) + (after.isEmpty ? "" : " (\(after))")
            let head = [
                DisplayWidth.paddedLeft(String(step.id), to: numberWidth), DisplayWidth.padded(step.kind.rawValue, to: kindWidth),
                DisplayWidth.padded(owner(step), to: nameWidth), " ",
            ].joined(separator: " ")
            return LabelledText.hanging(head, reason, width: width)
        }
        let busy = Set(plan.steps.compactMap(\.service))
        let idle = plan.outlooks.map(\.service).filter { !busy.contains($0) }
        var rest = idle.isEmpty ? [] : ["\(SafeText.line(idle.joined(separator: ", "))): nothing to do"]
        rest += plan.former.map { "\(SafeText.line($0)): \(address(PlanCause.former))" }
        lines += rest.flatMap { LabelledText.hanging("", $0, width: width) }
        if lines.isEmpty { lines.append("nothing to do") }
        return lines.map { line in width.map { DisplayWidth.cut(line, to: $0) } ?? line }
    }

    private func owner(_ step: PlanStep) -> String { SafeText.line(step.service ?? step.target.text) }
}
