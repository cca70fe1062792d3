import FoundationEssentials
import Reconciler
import Testing

@Suite("Redaction") struct RedactionTests {
    @Test(
        "B54: a secret is masked wherever it stands, also as JSON and URLs spell it",
        arguments: [
            ("key=s3cr\"et/pä key", "key=****** key"),
            ("s3cr\"et/päs3cr\"et/pä", "************"),
            (#"{"k":"s3cr\"et/pä"}"#, #"{"k":"******"}"#),
            ("http://u:s3cr%22et%2Fp%C3%A4@h", "http://u:******@h"),
            ("s3cr\"et/p", "s3cr\"et/p"),
            ("", ""),
        ])
    func masks(text: String, expected: String) {
        #expect(Redaction(["s3cr\"et/pä"])(text) == expected)
    }

    @Test(
        "B54: nor does it matter how Swift prints it, or an encoder that is careful",
        arguments: [
            #"E(m: "s3'c<r>e&t/ü\t")"#: #"E(m: "******")"#, #"s3\u0027c\u003cr\u003ee\u0026t/\u00fc\t"#: "******",
            #"s3'c\u003cr\u003ee\u0026t/ü\t"#: "******",
            #"s3'c<r>e&t/\u00fc\t"#: "******", #"s3\u0027c\u003Cr\u003Ee\u0026t/\u00FC\t"#: "******",
        ])
    func spellings(text: String, expected: String) {
        #expect(Redaction(["s3'c<r>e&t/ü\t"])(text) == expected)
        struct Printed: Error { let text = "s3'c<r>e&t/ü\t" }
        #expect(!Redaction(["s3'c<r>e&t/ü\t"])("\(Printed())").contains("s3"))
    }

    @Test("B54: a secret that is written over, or ends with the context, goes on being one") func former() throws {
        var state = GroupState()
        let secret = { (value: String) in Event.contextWritten(ContextWritten(key: "tok", value: .string(value), secret: true, hook: nil)) }
        for (seq, event) in [secret("first"), secret("first"), secret("second"), .contextCleared(ContextCleared(cause: "x"))].enumerated() {
            try state.apply(RecordedFact(seq: seq + 1, run: 1, at: "", monoNs: 0, service: nil, operation: nil, event: event))
        }
        #expect(state.formerSecrets == ["first", "second"])
        #expect(state.context.values.isEmpty)
    }

    @Test("B54: a secret in the reference of an image is in no step") func imageTarget() {
        let hide = Redaction(["canary-image"])
        let intent = StepIntended(step: .pullImage, cause: "", target: "r.example/canary-image:1")
        #expect(
            Event.stepIntended(intent).concealed(by: hide)
                == .stepIntended(StepIntended(step: .pullImage, cause: "", target: "r.example/******:1")))
    }

    @Test("B54: a secret is masked in JSON that escapes its slashes, and in base64 with whatever stands beside it") func encoded() {
        let secret = "s3cr/et+pässwörd"
        let hide = Redaction([secret])
        #expect(hide(#"{"pw":"s3cr\/et+pässwörd"}"#) == #"{"pw":"******"}"#)
        for before in ["", "u", "us", "user:", "someone:"] {
            for behind in ["", "@", "@h", "\n"] {
                let text = Data((before + secret + behind).utf8).base64EncodedString()
                let url = text.replacing("+", with: "-").replacing("/", with: "_")
                for spelling in [text, url] { #expect(hide(spelling).contains("******"), "\(before) \(behind) \(spelling)") }
                #expect(!hide("auth \(text)").contains(text.dropFirst(12).prefix(8)))
            }
        }
        #expect(
            hide(Data("another text of some length".utf8).base64EncodedString())
                == Data("another text of some length".utf8).base64EncodedString())
    }

    @Test("what is cut twice tells what both cuts took") func cutTwice() {
        let once = cutText(String(repeating: "x", count: 1_000), to: 100)
        #expect(once.hasSuffix("x… (900 bytes cut)"))
        #expect(cutText(once, to: 50) == String(repeating: "x", count: 50) + "… (950 bytes cut)")
        #expect(cutText(once, to: 500) == once)
    }

    @Test("B54: the longer of two secrets that begin alike goes first, and short ones are not searched for") func choice() {
        let hide = Redaction(["hunter", "hunter2-long", "abc"])
        #expect(hide("hunter2-long hunter abc") == "****** ****** abc")
        #expect(Redaction(["abc"]).isEmpty)
        #expect(Redaction.shortest == 4)
    }

    @Test("B54: a secret of several lines is found line by line, as logs print it") func lines() {
        let hide = Redaction(["-----BEGIN KEY-----\nMIIEvQIBADANBg\nab\n-----END KEY-----"])
        #expect(hide("read MIIEvQIBADANBg") == "read ******")
        #expect(hide("ab") == "ab")
    }

    @Test("B54: a mark that Unicode would join to the last letter hides nothing") func combining() {
        #expect(Redaction(["hunter2"])("hunter2\u{301}") == "******\u{301}")
    }

    @Test("B54: the group's secrets are those of its env with the context filled in, and the context's own") func groupSecrets() {
        let context = ContextValues(["id": .int(42), "token": .object(["a": .array([.string("inner-secret")])])], secretKeys: ["token"])
        let group = GroupSpec(
            name: "g",
            services: [
                ServiceSpec(
                    name: "a", image: "i",
                    env: [
                        "K": EnvironmentValue("key-{id}", isSecret: true), "L": EnvironmentValue("{later}", isSecret: true), "M": "plain",
                    ])
            ])
        #expect(group.secretTexts(context) == ["key-42"])
        #expect(context.secretTexts == ["inner-secret"])
    }

    private static let secret = "canary-secret"
    private static var told: String { "it said \(secret)" }
    private static let spec = ServiceSpec(
        name: "a", image: "i", env: ["URL": EnvironmentValue("x://\(secret)")], entrypoint: [secret], command: ["run", secret], user: secret
    )

    /// Each event with the secret in every text that is not looked up later.
    static let telling: [Event] = [
        RunStarted(
            command: "exec", arguments: ["a", "--", secret], group: "g", network: "n", definition: nil, definitionPath: nil, engine: nil,
            engineID: nil, pid: 1, services: []
        ).event,
        RunFinished(outcome: .failed, error: told).event,
        StateChanged(
            from: .pinging, to: .failed, event: .failed, cause: told,
            failure: Failure(.hookThrew, phase: .ping, summary: told, lastPingError: told, holder: told)
        ).event,
        StepIntended(step: .createContainer, cause: told, target: "t", spec: SpecSummary(spec, imageID: nil, network: "n")).event,
        StepFailed(step: .createContainer, target: "t", error: told, status: 500, seconds: 0).event,
        StepUnknown(step: .createContainer, target: "t", error: told).event,
        HookFinished(hook: .ping, outcome: .threw, error: told, seconds: 0).event,
        PingChanged(attempt: 1, succeeded: false, error: told).event,
        DivergenceFound(containerID: "c", differences: [Difference(field: "env.K", desired: told, actual: told)]).event,
        ContainerExited(containerID: "c", exitCode: 1, oomKilled: false, error: told, health: [told]).event,
        LogsCaptured(containerID: "c", lines: [told]).event,
        NoteTaken(text: told).event,
    ]

    @Test("B54: no event carries a known secret into the ledger", arguments: telling) func concealment(of event: Event) {
        #expect("\(event)".contains(Self.secret))
        #expect(!"\(event.concealed(by: Redaction([Self.secret])))".contains(Self.secret))
    }

    @Test("B54: a context value keeps its text, which replay needs, and one with a secret in it becomes a secret") func context() {
        let written = ContextWritten(key: "url", value: .string("x://\(Self.secret)@h"), secret: false, hook: nil)
        guard case .contextWritten(let body) = written.event.concealed(by: Redaction([Self.secret])) else {
            Issue.record("it is another event now")
            return
        }
        #expect(body.secret && body.value == written.value)
        let other = ContextWritten(key: "id", value: .int(42), secret: false, hook: nil)
        #expect(other.event.concealed(by: Redaction([Self.secret])) == other.event)
    }

    @Test("no event carries a megabyte of others into the ledger, and each says how much was cut") func long() {
        let text = String(repeating: "y", count: 1_000_000) + Self.secret
        let hook = HookFinished(hook: .ping, outcome: .threw, error: text, seconds: 0).event.concealed(by: Redaction())
        guard case .hookFinished(let body) = hook else {
            Issue.record("it is another event now")
            return
        }
        #expect(body.error == String(repeating: "y", count: 8192) + "… (991821 bytes cut)")
        // Masked first: no part of a secret is left at the edge.
        let edge = String(repeating: "y", count: 8185) + Self.secret
        guard case .noteTaken(let note) = NoteTaken(text: edge).event.concealed(by: Redaction([Self.secret])) else {
            Issue.record("it is another event now")
            return
        }
        #expect(note.text == String(repeating: "y", count: 8185) + "******")
        // What the user wrote and what replay needs is whole.
        let written = ContextWritten(key: "k", value: .string(text), secret: false, hook: nil).event
        #expect(written.concealed(by: Redaction()) == written)
    }

    @Test("a cut never goes through a letter", arguments: 0...9) func cut(bytes: Int) {
        let kept = prefix(of: "aé日👍b", bytes: bytes)
        #expect(kept.utf8.count <= bytes && "aé日👍b".hasPrefix(kept))
        #expect(kept.utf8.count == [0, 1, 1, 3, 3, 3, 6, 6, 6, 6][bytes])
        #expect(
            cutText("abc", to: 3) == "abc" && cutText("abc", to: 2) == "ab… (1 byte cut)"
                && cutText("", to: 0, dropped: 5) == "… (5 bytes cut)")
    }

    @Test("B54, B56: what recovery looks up stays as it is, whatever the secret") func targets() {
        let hide = Redaction(["demo"])
        let step = StepIntended(step: .createContainer, cause: "demo", target: "miniboss-demo_web")
        #expect(step.event.concealed(by: hide) == StepIntended(step: .createContainer, cause: "******", target: "miniboss-demo_web").event)
        let done = StepSucceeded(step: .createNetwork, target: "miniboss-demo", result: "demo", seconds: 0).event
        #expect(done.concealed(by: hide) == done)
    }

    @Test("B54: the password of every URL is masked in what a container was to be made from, whichever event tells of it")
    func urlPasswords() {
        let urls = "redis://:canary1@h1,redis://u:canary2@h2/0?x=http://v:canary3@h3 mailto:a@b"
        let spec = SpecSummary(
            ServiceSpec(name: "a", image: "i", env: ["URL": EnvironmentValue(urls)], entrypoint: ["run"], command: ["--to", urls]),
            imageID: nil, network: "n")
        let events: [Event] = [
            StepIntended(step: .createContainer, cause: "c", target: "t", spec: spec).event,
            StateChanged(from: .waiting, to: .failed, event: .failed, spec: spec).event,
        ]
        for event in events {
            let shown = RecordedFact(seq: 1, run: 1, at: "", monoNs: 0, service: "a", operation: nil, event: event).masked
            #expect(!"\(shown)".contains("canary"), "\(shown)")
            #expect("\(shown)".contains("redis://u:******@h2/0?x=http://v:******@h3 mailto:a@b"), "\(shown)")
        }
    }

    @Test("a thousand secrets are each found, the longest first, and one that is learned twice is there once")
    func many() {
        let secrets = (0..<1000).map { "token-\($0)-\($0 * 7919 % 1000)" }
        let hide = Redaction(secrets + secrets)
        #expect(hide == Redaction(secrets))
        for secret in secrets { #expect(hide("a \(secret).") == "a ******.") }
        #expect(hide("token-1-none") == "token-1-none")
    }
}
