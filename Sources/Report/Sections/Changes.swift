import Reconciler

extension Markup {
    /// What a service was made from otherwise than when it last ran.
    /// - Parameters:
    ///   - limit: of more than these only the number is told.
    ///   - lead: begins the line above several.
    mutating func changes(_ changes: [SpecChange], limit: Int = .max, lead: String = "since") {
        guard let run = changes.first?.run else { return }
        // Of several it is said once, not in each line.
        let isOne = changes.count == 1
        if !isOne { element("p", [:], "\(lead) run \(run), in which it worked:") }
        nest("ul", ["class": "changes"]) { page in
            for change in changes.prefix(limit) { page.nest("li", [:]) { $0.change(change, since: isOne ? run : nil) } }
            if changes.count > limit { page.element("li", ["class": "quiet"], "and \(changes.count - limit) more") }
        }
    }

    /// What a long value has in common with the one before is left out: the eye would not find the difference.
    private mutating func change(_ change: SpecChange, since run: Int?) {
        element("code", [:], change.field)
        say(run.map { " since run \($0), in which it worked: " } ?? " ")
        let (before, now) = differing(change.before, change.now)
        element("span", ["class": "quiet"], "was ")
        changedValue(before, "del")
        element("span", ["class": "quiet"], ", now ")
        changedValue(now, "ins")
    }

    private mutating func changedValue(_ text: String?, _ tag: StaticString) {
        guard let text else { return say("unset") }
        nest(tag, [:]) { $0.element("code", [:], text) }
    }
}

/// Two long texts cut down to where they differ, with a little of what surrounds it.
private func differing(_ before: String?, _ now: String?) -> (String?, String?) {
    let around = 24
    guard let before, let now, max(before.count, now.count) > 100 else { return (before, now) }
    let head = max(0, zip(before, now).prefix { $0 == $1 }.count - around)
    let rest = min(before.count, now.count) - head
    let tail = max(0, min(zip(before.reversed(), now.reversed()).prefix { $0 == $1 }.count, rest) - around)
    func cut(_ text: String) -> String {
        (head > 0 ? "…" : "") + text.dropFirst(head).dropLast(tail) + (tail > 0 ? "…" : "")
    }
    return (cut(before), cut(now))
}
