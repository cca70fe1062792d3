import ArgumentParser

/// How progress is shown on standard error.
enum ProgressMode: String, CaseIterable, ExpressibleByArgument, Sendable {
    case auto, tty, plain, json, quiet

    /// What `auto` means here: live lines on a terminal that can move its cursor, plain lines elsewhere.
    func resolved(isTerminal: Bool, term: String?) -> ProgressMode {
        guard self == .auto else { return self }
        return isTerminal && term != "dumb" && term?.isEmpty == false ? .tty : .plain
    }
}
