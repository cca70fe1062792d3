extension GroupState {
    /// What an event means to the fold.
    private enum Meaning: Sendable {
        case runStarted, runFinished, stateChanged, stepIntended, stepSucceeded, stepFailed, contextWritten, contextCleared
        /// Read in full: rare.
        case rare
    }

    private static let meanings = WordTable<Meaning>([
        (RunStarted.type, .runStarted), (RunFinished.type, .runFinished), (StateChanged.type, .stateChanged),
        (StepIntended.type, .stepIntended), (StepSucceeded.type, .stepSucceeded), (StepFailed.type, .stepFailed),
        (ContextWritten.type, .contextWritten), (ContextCleared.type, .contextCleared), (LedgerSetAside.type, .rare),
        (EngineReached.type, .rare), (StepUnknown.type, .rare), (RunInterrupted.type, .rare), (VolumesKept.type, .rare),
    ])

    /// Adds one event as `apply` does, straight from the text in the ledger and without decoding what the fold does not read.
    ///
    /// - parameter version: of the body. Only those of today are read here.
    /// - Returns: `false`, with the state unchanged, when the text is not of the usual form: it must be decoded and applied.
    /// - Throws: `IllegalHistory` as `apply` does.
    public mutating func replay(
        seq: Int, run: Int, type: UnsafeBufferPointer<UInt8>, version: Int, service: @autoclosure () -> String?,
        operation: @autoclosure () -> String?, body: UnsafeBufferPointer<UInt8>
    ) throws(IllegalHistory) -> Bool {
        // Types that the fold has no use for, and those this version does not know.
        guard let meaning = Self.meanings[type] else { return true }
        guard version == 1, meaning != .rare else { return false }
        var illegal: IllegalHistory?
        do throws(JSONText.Unusual) {
            switch meaning {
            case .runStarted:
                let start = try Start(body)
                begin(
                    run, group: start.group, command: start.command, members: start.members, network: start.network,
                    engineID: start.engineID)
            case .runFinished: end(run)
            case .stateChanged:
                guard let service = service() else { return true }
                let change = try StateChanged(replayed: body)
                do { try move(service, change) } catch { illegal = IllegalHistory(seq: seq, service: service, transition: error) }
            case .stepIntended: intend(try StepIntended(replayed: body), run: run, service: service(), operation: operation())
            case .stepSucceeded: succeed(try StepSucceeded(replayed: body), service: service(), operation: operation())
            case .stepFailed: settle(operation())
            case .contextWritten:
                let written = try ContextWritten(replayed: body)
                write(written)
            case .contextCleared: clearContext()
            case .rare: return false
            }
        } catch { return false }
        if let illegal { throw illegal }
        return true
    }
}

extension GroupState {
    /// What the fold reads of a `run.started`.
    private struct Start {
        var group = ""
        var command = ""
        var network = ""
        var engineID: String?
        var members: [RunStarted.Member] = []

        init(_ body: UnsafeBufferPointer<UInt8>) throws(JSONText.Unusual) {
            var text = try JSONText(body)
            var found = 0
            try text.object { (text, key) throws(JSONText.Unusual) in
                if isWord(key, "command") {
                    command = try text.string()
                } else if isWord(key, "group") {
                    group = try text.string()
                } else if isWord(key, "network") {
                    network = try text.string()
                } else if isWord(key, "engine_id") {
                    engineID = try text.optionalString()
                    return
                } else if isWord(key, "services") {
                    try text.array { (text) throws(JSONText.Unusual) in members.append(try RunStarted.Member(replayed: &text)) }
                } else {
                    return try text.skip()
                }
                found += 1
            }
            guard found == 4 else { throw JSONText.Unusual() }
        }
    }
}

extension RunStarted.Member {
    fileprivate init(replayed text: inout JSONText) throws(JSONText.Unusual) {
        self.init(name: "", dependencies: [], typeName: "", image: "")
        var found = 0
        try text.object { (text, key) throws(JSONText.Unusual) in
            if isWord(key, "name") {
                name = try text.string()
            } else if isWord(key, "dependencies") {
                dependencies = try text.strings()
            } else if isWord(key, "type_name") {
                typeName = try text.string()
            } else if isWord(key, "image") {
                image = try text.string()
            } else if isWord(key, "origin") {
                origin = try text.optionalString()
                return
            } else if isWord(key, "reads") {
                var reads: [String: [String]] = [:]
                try text.object { (text, field) throws(JSONText.Unusual) in
                    reads[String(decoding: field, as: UTF8.self)] = try text.strings()
                }
                self.reads = reads
                return
            } else {
                return try text.skip()
            }
            found += 1
        }
        guard found == 4 else { throw JSONText.Unusual() }
    }
}

extension StateChanged {
    private static let phases = WordTable<ServicePhase>()
    private static let events = WordTable<ServiceEvent>()

    /// Without what the fold does not read; with a failure it is read in full.
    fileprivate init(replayed body: UnsafeBufferPointer<UInt8>) throws(JSONText.Unusual) {
        var text = try JSONText(body)
        var (from, to, event, id): (ServicePhase?, ServicePhase?, ServiceEvent?, String?)
        try text.object { (text, key) throws(JSONText.Unusual) in
            if isWord(key, "from") {
                from = Self.phases[try text.plainBytes()]
            } else if isWord(key, "to") {
                to = Self.phases[try text.plainBytes()]
            } else if isWord(key, "event") {
                event = Self.events[try text.plainBytes()]
            } else if isWord(key, "container_id") {
                id = try text.optionalString()
            } else if isWord(key, "failure") {
                throw JSONText.Unusual()
            } else {
                try text.skip()
            }
        }
        guard let from, let to, let event else { throw JSONText.Unusual() }
        self.init(from: from, to: to, event: event, containerID: id)
    }
}

extension StepKind {
    fileprivate static let words = WordTable<StepKind>()
}

extension StepIntended {
    fileprivate init(replayed body: UnsafeBufferPointer<UInt8>) throws(JSONText.Unusual) {
        var text = try JSONText(body)
        var (step, cause, target, spec): (StepKind?, String?, String?, SpecSummary?)
        try text.object { (text, key) throws(JSONText.Unusual) in
            if isWord(key, "step") {
                step = StepKind.words[try text.plainBytes()]
            } else if isWord(key, "cause") {
                cause = try text.string()
            } else if isWord(key, "target") {
                target = try text.string()
            } else if isWord(key, "spec") {
                spec = text.takeWord("null") ? nil : try SpecSummary(replayed: &text)
            } else {
                try text.skip()
            }
        }
        guard let step, let cause, let target else { throw JSONText.Unusual() }
        self.init(step: step, cause: cause, target: target, spec: spec)
    }
}

/// An object whose values are strings.
private func words(_ text: inout JSONText) throws(JSONText.Unusual) -> [String: String] {
    var values: [String: String] = [:]
    try text.object { (text, key) throws(JSONText.Unusual) in values[String(decoding: key, as: UTF8.self)] = try text.string() }
    return values
}

extension SpecSummary {
    fileprivate init(replayed text: inout JSONText) throws(JSONText.Unusual) {
        self.init(ServiceSpec(name: "", image: ""), imageID: nil, network: "")
        var found = 0
        try text.object { (text, key) throws(JSONText.Unusual) in
            switch key.first {
            case UInt8(ascii: "i") where isWord(key, "image"): image = try text.string()
            case UInt8(ascii: "i") where isWord(key, "image_id"):
                imageID = try text.optionalString()
                return
            case UInt8(ascii: "e") where isWord(key, "env"): env = try words(&text)
            case UInt8(ascii: "e") where isWord(key, "entrypoint"):
                entrypoint = try text.optionalStrings()
                return
            case UInt8(ascii: "s") where isWord(key, "secret_keys"): secretKeys = try text.strings()
            case UInt8(ascii: "s") where isWord(key, "secret_marks"):
                secretMarks = text.takeWord("null") ? nil : try words(&text)
                return
            case UInt8(ascii: "s") where isWord(key, "stop_signal"): stopSignal = try text.string()
            case UInt8(ascii: "p") where isWord(key, "ports"): ports = try text.strings()
            case UInt8(ascii: "v") where isWord(key, "volumes"): volumes = try text.strings()
            case UInt8(ascii: "c") where isWord(key, "cmd"):
                command = try text.optionalStrings()
                return
            case UInt8(ascii: "u") where isWord(key, "user"):
                user = try text.optionalString()
                return
            case UInt8(ascii: "n") where isWord(key, "network"): network = try text.string()
            default: return try text.skip()
            }
            found += 1
        }
        guard found == 7 else { throw JSONText.Unusual() }
    }
}

extension StepSucceeded {
    /// Only the step and what came of it.
    fileprivate init(replayed body: UnsafeBufferPointer<UInt8>) throws(JSONText.Unusual) {
        var text = try JSONText(body)
        var (step, result): (StepKind?, String?)
        try text.object { (text, key) throws(JSONText.Unusual) in
            if isWord(key, "step") {
                step = StepKind.words[try text.plainBytes()]
            } else if isWord(key, "result") {
                result = try text.optionalString()
            } else {
                try text.skip()
            }
        }
        guard let step else { throw JSONText.Unusual() }
        self.init(step: step, target: "", result: result, seconds: 0)
    }
}

extension ContextWritten {
    /// Strings, whole numbers, booleans and null; other values are read in full.
    fileprivate init(replayed body: UnsafeBufferPointer<UInt8>) throws(JSONText.Unusual) {
        var text = try JSONText(body)
        var (key, value, secret): (String?, ContextValue?, Bool?)
        try text.object { (text, name) throws(JSONText.Unusual) in
            if isWord(name, "key") {
                key = try text.string()
            } else if isWord(name, "secret") {
                secret = try text.bool()
            } else if isWord(name, "value") {
                if text.isAtString() {
                    value = .string(try text.string())
                } else if text.takeWord("null") {
                    value = .null
                } else if text.takeWord("true") {
                    value = .bool(true)
                } else if text.takeWord("false") {
                    value = .bool(false)
                } else {
                    value = .int(try text.int())
                }
            } else {
                try text.skip()
            }
        }
        guard let key, let value, let secret else { throw JSONText.Unusual() }
        self.init(key: key, value: value, secret: secret, hook: nil)
    }
}
