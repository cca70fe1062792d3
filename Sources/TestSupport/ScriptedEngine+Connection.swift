import Glibc
import Synchronization

extension ScriptedEngine {
    func serve(_ file: Int32) {
        let refused = state.withLock { state in
            guard !state.stopped else { return true }
            state.accepted += 1
            return false
        }
        if refused {
            close(file)
            return
        }
        connections.add(file)
        ScriptedThread.start { [weak self, connections] in
            var reader = ScriptedReader(file: file)
            while let request = reader.request() {
                // Not held while waiting for the next request: the engine ends with its last owner.
                guard let engine = self, engine.answer(request, file) else { break }
            }
            connections.close(file)
        }
    }

    /// True when the connection stays open.
    private func answer(_ request: ScriptedRequest, _ file: Int32) -> Bool {
        let (action, resumed) = state.withLock { state in
            state.requests.append(request)
            let ready = state.waiters.filter { Self.count(state, $0.method, $0.pattern) >= $0.count }
            state.waiters = state.waiters.filter { Self.count(state, $0.method, $0.pattern) < $0.count }
            let resumed = ready.map(\.resume)
            return (Self.next(&state, request), resumed)
        }
        for resume in resumed { resume() }
        return perform(action, request, file)
    }

    private static func next(_ state: inout State, _ request: ScriptedRequest) -> ScriptedAction {
        for index in state.scripts.indices {
            let script = state.scripts[index]
            guard script.method == request.method, ScriptedPath.matches(request.path, script.pattern), let action = script.actions.first
            else { continue }
            if script.actions.count > 1 { state.scripts[index].actions.removeFirst() }
            return action
        }
        if request.path == "/_ping" { return .reply(ScriptedReply(200, headers: ["Api-Version": "1.41"])) }
        return .reply(.error(501, "no script for \(request.method) \(request.path)"))
    }

    private func perform(_ action: ScriptedAction, _ request: ScriptedRequest, _ file: Int32) -> Bool {
        switch action {
        case .reply(let reply): return send(reply, to: request, file)
        case .hold(let gate, let reply):
            gate.wait(file)
            return send(reply, to: request, file)
        case .holdBody(let gate, let reply):
            guard ScriptedSocket.write(file, reply.head) else { return false }
            gate.wait(file)
            return sendBody(reply, file)
        case .close: return false
        case .cut(let reply, let count):
            let all = reply.head + reply.pieces.flatMap { reply.wire($0) } + reply.tail
            _ = ScriptedSocket.write(file, Array(all.prefix(count)))
            return false
        case .cutBody(let reply, let count):
            let body = reply.pieces.flatMap { reply.wire($0) } + reply.tail
            _ = ScriptedSocket.write(file, reply.head + body.prefix(count))
            return false
        case .raw(let bytes):
            _ = ScriptedSocket.write(file, bytes)
            return false
        case .follow(let feed, let interest):
            let reply = ScriptedReply.chunked([], headers: ["Content-Type": "application/json"])
            guard ScriptedSocket.write(file, reply.head) else { return false }
            feed.follow(file, interest)
            return false
        case .relay(let path, let turn):
            let relay = { ScriptedRelay(request, to: path)?.answer(file, toItsEnd: turn != nil) }
            if let turn { turn.take { _ = relay() } } else { _ = relay() }
            return false
        case .relayThenClose(let path, let turn, let work):
            turn.take {
                ScriptedRelay(request, to: path)?.swallow()
                work()
            }
            return false
        case .act(let work): return perform(work(request), request, file)
        }
    }

    private func send(_ reply: ScriptedReply, to request: ScriptedRequest, _ file: Int32) -> Bool {
        guard ScriptedSocket.write(file, reply.head) else { return false }
        return request.method == "HEAD" ? reply.framing != .untilClose : sendBody(reply, file)
    }

    private func sendBody(_ reply: ScriptedReply, _ file: Int32) -> Bool {
        for piece in reply.pieces {
            guard ScriptedSocket.write(file, reply.wire(piece)) else { return false }
        }
        return ScriptedSocket.write(file, reply.tail) && reply.framing != .untilClose
    }
}

/// Reads requests off one connection.
struct ScriptedReader {
    let file: Int32
    private let peer: Int32
    private var pending: [UInt8] = []

    init(file: Int32) {
        self.file = file
        peer = ScriptedSocket.peer(of: file)
    }

    mutating func request() -> ScriptedRequest? {
        guard let head = line(endingWith: [13, 10, 13, 10]) else { return nil }
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        guard let words = lines.first?.split(separator: " "), words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for field in lines.dropFirst() {
            guard let colon = field.firstIndex(of: ":") else { continue }
            headers[field[..<colon].lowercased()] = String(field[field.index(after: colon)...].drop { $0 == " " })
        }
        var body: [UInt8] = []
        if headers["transfer-encoding"] == "chunked" {
            while let size = line(endingWith: [13, 10]).flatMap({ Int(String(decoding: $0, as: UTF8.self), radix: 16) }) {
                guard let piece = take(size), take(2) != nil else { return nil }
                if size == 0 { break }
                body += piece
            }
        } else if let length = headers["content-length"].flatMap({ Int($0) }) {
            guard let bytes = take(length) else { return nil }
            body = bytes
        }
        let target = words[1].split(separator: "?", maxSplits: 1)
        let (version, path) = ScriptedPath.split(ScriptedPath.decoded(target[0]))
        var query: [String: [String]] = [:]
        for pair in target.count > 1 ? target[1].split(separator: "&") : [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[ScriptedPath.decoded(sides[0]), default: []].append(sides.count > 1 ? ScriptedPath.decoded(sides[1]) : "")
        }
        return ScriptedRequest(
            method: String(words[0]), path: path, version: version, query: query, headers: headers, body: body, target: String(words[1]),
            peer: peer)
    }

    private mutating func line(endingWith end: [UInt8]) -> [UInt8]? {
        while true {
            if let range = pending.firstRange(of: end) {
                defer { pending.removeSubrange(..<range.upperBound) }
                return Array(pending[..<range.lowerBound])
            }
            guard fill() else { return nil }
        }
    }

    private mutating func take(_ count: Int) -> [UInt8]? {
        while pending.count < count { guard fill() else { return nil } }
        defer { pending.removeFirst(count) }
        return Array(pending.prefix(count))
    }

    private mutating func fill() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            pending += buffer[..<count]
            return true
        }
    }
}
