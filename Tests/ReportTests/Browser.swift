import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// A headless Chromium with one page, steered over the DevTools protocol through a pair of pipes.
///
/// https://chromedevtools.github.io/devtools-protocol/
final class Browser {
    private let place = TemporaryDirectory("report")
    private var directory: String { place.path }
    private var child = pid_t()
    private var commands: Int32 = -1
    private var replies: Int32 = -1
    private var unread: [UInt8] = []
    private var number = 0
    private var session = ""
    /// What the page logged as an error, refused requests and exceptions among it.
    private(set) var errors: [String] = []

    /// - Throws: where no browser is named `chromium`; such a test fails, it is not skipped.
    init(width: Int = 1200, height: Int = 800, isDark: Bool = false) throws {
        try launch()
        let target = try #require(try call("Target.createTarget", #"{"url":"about:blank"}"#).result?.targetId)
        session = try #require(try call("Target.attachToTarget", "{\"targetId\":\"\(target)\",\"flatten\":true}").result?.sessionId)
        for domain in ["Page", "Runtime", "Log"] { _ = try call("\(domain).enable") }
        _ = try call(
            "Emulation.setDeviceMetricsOverride", "{\"width\":\(width),\"height\":\(height),\"deviceScaleFactor\":1,\"mobile\":false}")
        _ = try call(
            "Emulation.setEmulatedMedia",
            "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"\(isDark ? "dark" : "light")\"}]}")
    }

    deinit {
        // Closed pipes tell it to end; it is killed should it not, and its helpers with it.
        close(commands)
        close(replies)
        // It may never have begun, and 0 would be this very process's group.
        guard child > 0 else { return }
        kill(-child, SIGKILL)
        while waitpid(child, nil, 0) < 0, errno == EINTR {}
    }

    /// Opens a page with this text and waits until it is loaded.
    func open(_ html: String, fragment: String = "") throws {
        let path = "\(directory)/page.html"
        let file = try #require(fopen(path, "we"))
        try #require(fputs(html, file) >= 0)
        try #require(fclose(file) == 0)
        // A page of the same name but for its fragment would not be loaded again.
        _ = try call("Page.navigate", #"{"url":"about:blank"}"#)
        number += 1
        try post("Page.navigate", "{\"url\":\"file://\(path)\(fragment)\"}")
        while try next().method != "Page.loadEventFired" {}
        // That of the blank page may have come late.
        _ = try value(
            "new Promise(done => document.readyState === 'complete' && location.protocol === 'file:' ? done() : addEventListener('load', done))"
        )
    }

    /// The value of a JavaScript expression as text; promises are awaited.
    func value(_ expression: String) throws -> String {
        let quoted = String(decoding: try JSONEncoder().encode("Promise.resolve(\(expression)).then(String)"), as: UTF8.self)
        let reply = try call("Runtime.evaluate", "{\"expression\":\(quoted),\"awaitPromise\":true,\"returnByValue\":true}")
        if let thrown = reply.result?.exceptionDetails {
            Issue.record("\(expression): \(thrown.text) \(thrown.exception?.description ?? "")")
        }
        return reply.result?.result?.value ?? ""
    }

    /// Presses a key: `ArrowDown`, `Tab`, `Enter`, `Escape`, …
    func press(_ key: String, code: Int) throws {
        for type in ["rawKeyDown", "keyUp"] {
            _ = try call(
                "Input.dispatchKeyEvent",
                "{\"type\":\"\(type)\",\"key\":\"\(key)\",\"code\":\"\(key)\",\"windowsVirtualKeyCode\":\(code)}")
        }
    }

    // MARK: The protocol

    private struct Message: Decodable {
        struct Result: Decodable {
            struct Value: Decodable { var value: String? }
            struct Thrown: Decodable {
                struct Exception: Decodable { var description: String? }
                var text: String
                var exception: Exception?
            }
            var targetId: String?
            var sessionId: String?
            var result: Value?
            var exceptionDetails: Thrown?
        }
        struct Parameters: Decodable {
            struct Entry: Decodable {
                var level: String
                var text: String
            }
            var entry: Entry?
            var exceptionDetails: Result.Thrown?
            var type: String?
        }
        struct Refusal: Decodable { var message: String }
        var id: Int?
        var method: String?
        var result: Result?
        var params: Parameters?
        var error: Refusal?
    }

    private func call(_ method: String, _ parameters: String = "{}") throws -> Message {
        number += 1
        try post(method, parameters)
        while true {
            let message = try next()
            guard message.id == number else { continue }
            if let error = message.error { Issue.record("\(method): \(error.message)") }
            return message
        }
    }

    private func post(_ method: String, _ parameters: String) throws {
        let place = session.isEmpty ? "" : ",\"sessionId\":\"\(session)\""
        var bytes = Array("{\"id\":\(number),\"method\":\"\(method)\",\"params\":\(parameters)\(place)}\0".utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(commands, $0.baseAddress, $0.count) }
            try #require(count > 0, "the browser ended")
            bytes = bytes.dropFirst(count)
        }
    }

    private func next() throws -> Message {
        while true {
            if let end = unread.firstIndex(of: 0) {
                let text = Data(unread[..<end])
                unread.removeFirst(end + 1)
                // Shapes of messages that nobody here reads are none of its business.
                guard let message = try? JSONDecoder().decode(Message.self, from: text) else { continue }
                note(message)
                return message
            }
            var ready = pollfd(fd: replies, events: Int16(POLLIN), revents: 0)
            try #require(poll(&ready, 1, 120_000) == 1, "the browser does not answer")
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = read(replies, &chunk, chunk.count)
            try #require(count > 0, "the browser ended: \((try? text(of: "\(directory)/err")) ?? "")")
            unread += chunk[..<count]
        }
    }

    private func note(_ message: Message) {
        switch message.method {
        case "Log.entryAdded" where message.params?.entry?.level == "error": errors.append(message.params?.entry?.text ?? "")
        case "Runtime.exceptionThrown":
            errors.append(message.params?.exceptionDetails?.exception?.description ?? message.params?.exceptionDetails?.text ?? "thrown")
        case "Runtime.consoleAPICalled" where message.params?.type == "error": errors.append("console.error")
        default: break
        }
    }

    // MARK: The process

    /// `--remote-debugging-pipe` reads from descriptor 3 and writes to 4.
    private func launch() throws {
        var down: [Int32] = [-1, -1]
        var up: [Int32] = [-1, -1]
        try #require(pipe(&down) == 0)
        try #require(pipe(&up) == 0)
        for end in down + up { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { for end in [down[0], up[1]] { close(end) } }
        (commands, replies) = (down[1], up[0])
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "\(directory)/err", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        // By way of high numbers: 3 or 4 may be one of the pipes' own.
        for (end, middle) in [(down[0], Int32(203)), (up[1], 204)] { posix_spawn_file_actions_adddup2(&actions, end, middle) }
        for (middle, end) in [(Int32(203), Int32(3)), (204, 4)] { posix_spawn_file_actions_adddup2(&actions, middle, end) }
        child = try spawn(
            [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-background-networking", "--remote-debugging-pipe", "--user-data-dir=\(directory)/profile", "about:blank",
            ], &actions)
    }

    private func spawn(_ words: [String], _ actions: inout posix_spawn_file_actions_t) throws -> pid_t {
        var pid = pid_t()
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for word in arguments { free(word) } }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own: its helpers outlive it by a moment, in which they write to its profile.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        let failure = posix_spawnp(&pid, words[0], &actions, &attributes, &arguments, environ)
        try #require(failure == 0, "\(words[0]): \(String(cString: strerror(failure))); scripts/test installs it")
        return pid
    }

    private func text(of path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }
}
