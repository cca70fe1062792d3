/// One line of a `.dockerignore`, matched as moby/patternmatcher does.
///
/// `*` and `?` stay within a name, `**` crosses slashes, `[a-z]` is a class, `\` takes the next character as it is.
/// Matching walks all states at once, so no pattern takes more than its length times the path's.
struct IgnorePattern: Sendable {
    private enum Token: Sendable {
        case literal(Unicode.Scalar)
        case any
        case star
        /// `**/`, or `**` within: nothing, or anything up to and with a slash.
        case deep
        /// `**` at the end: anything.
        case rest
        case oneOf([ClosedRange<Unicode.Scalar>], negated: Bool)
    }

    /// A leading `!`: what matches is sent after all.
    let includes: Bool
    private let tokens: [Token]

    /// - Throws: `.badRequest` for an open class or a final backslash.
    init(_ pattern: String, includes: Bool) throws(DockerError) {
        self.includes = includes
        tokens = try Self.tokens(Array(pattern.unicodeScalars), in: pattern)
    }

    private static func tokens(_ scalars: [Unicode.Scalar], in pattern: String) throws(DockerError) -> [Token] {
        var tokens: [Token] = []
        var at = 0
        func malformed(_ why: String) -> DockerError { DockerError(.badRequest, message: ".dockerignore: `\(pattern)`: \(why)") }
        while at < scalars.count {
            let scalar = scalars[at]
            at += 1
            switch scalar {
            case "*" where at < scalars.count && scalars[at] == "*":
                while at < scalars.count, scalars[at] == "*" { at += 1 }
                if at < scalars.count, scalars[at] == "/" { at += 1 }
                tokens.append(at == scalars.count ? .rest : .deep)
            case "*": tokens.append(.star)
            case "?": tokens.append(.any)
            case "\\":
                guard at < scalars.count else { throw malformed("nothing follows the backslash") }
                tokens.append(.literal(scalars[at]))
                at += 1
            case "[":
                guard let close = scalars[at...].dropFirst().firstIndex(of: "]") else { throw malformed("`[` is not closed") }
                tokens.append(set(scalars[at..<close]))
                at = close + 1
            default: tokens.append(.literal(scalar))
            }
        }
        return tokens
    }

    private static func set(_ scalars: ArraySlice<Unicode.Scalar>) -> Token {
        var rest = scalars
        let negated = rest.first == "^"
        if negated { rest = rest.dropFirst() }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while let first = rest.popFirst() {
            if rest.first == "-", let last = rest.dropFirst().first, first <= last {
                ranges.append(first...last)
                rest = rest.dropFirst(2)
            } else {
                ranges.append(first...first)
            }
        }
        return .oneOf(ranges, negated: negated)
    }

    func matches(_ path: String) -> Bool {
        // A state is the number of tokens done; `inside` has those within a `deep` that has begun.
        var states = SmallNumbers(upTo: tokens.count)
        var inside = SmallNumbers(upTo: tokens.count)
        insert(0, into: &states)
        for scalar in path.unicodeScalars {
            var next = SmallNumbers(upTo: tokens.count)
            inside.forEach { if scalar == "/" { insert($0 + 1, into: &next) } }
            states.forEach { state in
                guard state < tokens.count else { return }
                switch tokens[state] {
                case .literal(let wanted): if scalar == wanted { insert(state + 1, into: &next) }
                case .any: if scalar != "/" { insert(state + 1, into: &next) }
                case .star: if scalar != "/" { insert(state, into: &next) }
                case .rest: insert(state, into: &next)
                case .deep:
                    inside.insert(state)
                    if scalar == "/" { insert(state + 1, into: &next) }
                case .oneOf(let ranges, let negated):
                    if scalar != "/", ranges.contains(where: { $0.contains(scalar) }) != negated { insert(state + 1, into: &next) }
                }
            }
            if next.isEmpty, inside.isEmpty { return false }
            states = next
        }
        return states.contains(tokens.count)
    }

    /// Adds a state, and those after it that need no further character.
    private func insert(_ state: Int, into states: inout SmallNumbers) {
        var state = state
        while states.insert(state), state < tokens.count {
            switch tokens[state] {
            case .star, .deep, .rest: state += 1
            default: return
            }
        }
    }
}
