import Reconciler

/// What the script works with.
struct PageData {
    let content: ReportContent

    /// Beyond this many bytes of logs only the end of each is put into the page.
    private static let logLimit = 16 * 1024 * 1024
    private static let shortTail = 40

    /// Services, names of kinds, and logs.
    var small: String {
        let size = content.captures.reduce(0) { $0 + $1.lines.reduce(0) { $0 + $1.utf8.count } }
        return ScriptData.object { data in
            data.member("run", content.run)
            data.member("startedAt", content.summary.startedAt)
            data.member("services", texts: content.services.map(\.name))
            data.member("kinds", texts: ReportedEvent.Kind.allCases.map(\.word))
            data.member("logs", objects: content.captures) { data, capture in
                let lines = size > Self.logLimit ? capture.lines.suffix(Self.shortTail) : capture.lines[...]
                data.member("service", capture.service)
                data.member("source", capture.source)
                data.member("lines", texts: lines)
                data.member("leftOut", capture.lines.count - lines.count)
                data.member("truncated", capture.truncatedBytes)
                data.member("failure", capture.failure ?? "")
            }
        }
    }

    /// The events in columns, each text once: a run repeats itself, and a hundred thousand objects are slow to read.
    var events: String {
        let indexes = Dictionary(content.services.map { ($0.name, $0.index) }, uniquingKeysWith: { first, _ in first })
        var texts: [String] = []
        var known: [String: Int] = [:]
        func number(_ text: String) -> Int {
            if let found = known[text] { return found }
            known[text] = texts.count
            texts.append(text)
            return texts.count - 1
        }
        let words = content.events.map { number($0.line.text) }
        let remarks = content.events.map { number($0.line.remark) }
        return ScriptData.object { data in
            data.member("seq", numbers: content.events.lazy.map(\.line.seq))
            data.member("micros", numbers: content.events.lazy.map { Int(($0.line.seconds * 1_000_000).rounded()) })
            data.member("service", numbers: content.events.lazy.map { $0.line.service.flatMap { indexes[$0] } ?? -1 })
            data.member("kind", numbers: content.events.lazy.map(\.kind.rawValue))
            data.member("standing", numbers: content.events.lazy.map(\.standing.rawValue))
            data.member("text", numbers: words)
            data.member("remark", numbers: remarks)
            data.member("texts", texts: texts)
        }
    }
}
