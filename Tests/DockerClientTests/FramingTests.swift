import TestSupport
import Testing

@testable import DockerClient

@Suite("Framing of streams")
struct FramingTests {
    @Test("Frames survive any cutting of the stream")
    func frames() throws {
        var random = PrintedSeed("frames")
        for _ in 0..<200 {
            let texts = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                (UInt8.random(in: 1...2, using: &random), String(repeating: "æ", count: Int.random(in: 1...30, using: &random)))
            }
            var framing = MultiplexedFraming()
            var seen: [MultiplexedFraming.Output] = []
            for piece in random.pieces(texts.flatMap { frame($0.0, $0.1) }) { seen += try framing.add(piece) }
            try framing.finish()
            let expected = texts.map {
                MultiplexedFraming.Output.frame(LogFrame(stream: $0.0 == 1 ? .standardOutput : .standardError, bytes: Array($0.1.utf8)))
            }
            #expect(seen == expected)
        }
    }

    @Test("A stream cut inside a frame is truncated, wherever it is cut")
    func truncated() throws {
        let bytes = frame(1, "hello")
        for count in 1..<bytes.count {
            var framing = MultiplexedFraming()
            _ = try framing.add(Array(bytes.prefix(count)))
            #expect(throws: MultiplexedFraming.Failure.truncated) { try framing.finish() }
        }
    }

    @Test("Monstrous lengths and unknown streams are refused, stream 3 is the engine's error")
    func monsters() throws {
        var framing = MultiplexedFraming()
        #expect(throws: MultiplexedFraming.Failure.tooLong(0xffff_ffff)) { try framing.add([1, 0, 0, 0, 255, 255, 255, 255]) }
        framing = MultiplexedFraming()
        #expect(throws: MultiplexedFraming.Failure.unknownStream(9)) { try framing.add([9, 0, 0, 0, 0, 0, 0, 1, 65]) }
        framing = MultiplexedFraming()
        #expect(try framing.add(frame(3, "daemon trouble")) == [.systemError("daemon trouble")])
    }

    @Test("Lines survive any cutting; long ones are cut and counted")
    func lines() {
        var random = PrintedSeed("lines")
        for _ in 0..<200 {
            let lines = (0..<8).map { _ in String(repeating: "ü", count: Int.random(in: 0...20, using: &random)) }
            var framing = LineFraming(limit: 100)
            var seen: [LineFraming.Line] = []
            for piece in random.pieces(Array(lines.joined(separator: "\r\n").utf8)) { seen += framing.add(piece) }
            if let rest = framing.finish() { seen.append(rest) }
            let expected = lines.last == "" ? lines.dropLast() : lines[...]
            #expect(seen.map { String(decoding: $0.bytes, as: UTF8.self) } == Array(expected))
        }
        var framing = LineFraming(limit: 10)
        #expect(framing.add([UInt8](repeating: 65, count: 25)) == [])
        #expect(framing.add([10]) == [LineFraming.Line(bytes: [UInt8](repeating: 65, count: 10), dropped: 15)])
    }

    @Test("Log lines come out of frames that split and share them")
    func logLines() async throws {
        let rig = try Rig()
        var random = PrintedSeed("logLines")
        let stream = frame(1, "one\ntw") + frame(2, "err") + frame(1, "o\n") + frame(2, "or\n") + frame(1, "three")
        rig.server.on("GET", "/containers/*/json", .reply(.json(200, #"{"Id":"a","Config":{"Tty":false}}"#)))
        rig.server.on("GET", "/containers/*/logs", .reply(.chunked(random.pieces(stream))))
        #expect(
            try await rig.docker.logTail("a", lines: 10) == [
                LogLine(stream: .standardOutput, text: "one"), LogLine(stream: .standardOutput, text: "two"),
                LogLine(stream: .standardError, text: "error"), LogLine(stream: .standardOutput, text: "three"),
            ])
        #expect(rig.server.requests("GET", "/containers/a/logs").first?.query["tail"] == ["10"])
    }

    @Test("A terminal's output is not taken for frames")
    func tty() async throws {
        let rig = try Rig()
        rig.server.on("GET", "/containers/*/json", .reply(.json(200, #"{"Id":"a","Config":{"Tty":true}}"#)))
        rig.server.on("GET", "/containers/*/logs", .reply(.chunked([Array("plain\r\n".utf8)])))
        #expect(try await rig.docker.logTail("a", lines: 1).map(\.text) == ["plain"])
    }

    @Test("Logs cut inside a frame, or inside a chunk, are truncated")
    func cutLogs() async throws {
        let rig = try Rig()
        var options = LogOptions()
        options.tty = false
        let stream = frame(1, "hello")
        rig.server.on("GET", "/containers/*/logs", .reply(ScriptedReply(200, pieces: [Array(stream.dropLast(2))], framing: .untilClose)))
        let inFrame = await failure { () async throws(DockerError) in for try await _ in try await rig.docker.logs("a", options) {} }
        #expect(inFrame?.code == .truncated)
        rig.server.on("GET", "/containers/*/logs", .cutBody(.chunked([stream, stream]), after: 20))
        let inChunk = await failure { () async throws(DockerError) in for try await _ in try await rig.docker.logs("a", options) {} }
        #expect(inChunk?.code == .truncated)
    }
}
