import FoundationEssentials
import Reconciler
import Testing

@testable import Commands

@Suite("Bodies as JSON") struct BodyJSONTests {
    private static let bodies: [any EventBody] = [
        RunStarted(
            command: "start", arguments: ["--only", "ä/\"\\\u{7}\n"], group: "g", network: "n", definition: nil, definitionPath: "/x",
            engine: nil,
            engineID: nil, pid: 7,
            services: [RunStarted.Member(name: "a", dependencies: [], typeName: "A", image: "a:1", origin: nil)]),
        RunFinished(outcome: .failed, error: "x", settledBy: 3),
        StateChanged(
            from: .pinging, to: .failed, event: .failed, cause: "c", containerID: "id",
            failure: Failure(.oomKilled, phase: .ping, summary: "s", exitCode: 137, oomKilled: true, attempts: 2, seconds: 0.5),
            because: ["a", "b"]),
        StepIntended(
            step: .createContainer, cause: "c", target: "t",
            spec: SpecSummary(
                ServiceSpec(name: "a", image: "a:1", env: ["B": "2", "A": EnvironmentValue("1", isSecret: true), "": ""], command: ["x"]),
                imageID: nil, network: "n")),
        StepSucceeded(step: .ping, target: "t", result: nil, seconds: 2),
        StepSucceeded(step: .ping, target: "t", result: "r", seconds: 1e-7),
        StepSucceeded(step: .ping, target: "t", result: "r", seconds: 1e20),
        StepSucceeded(step: .ping, target: "t", result: "r", seconds: -0.0),
        StepSucceeded(step: .ping, target: "t", result: "r", seconds: 1e16),
        StepSucceeded(step: .ping, target: "t", result: "r", seconds: 0.1 + 0.2),
        HookFinished(hook: .postStart, outcome: .threw, error: "e\u{202E}", seconds: 1.25, attempts: 3),
        DivergenceFound(containerID: "id", differences: [Difference(field: "env.A", desired: nil, actual: "1")]),
        ContainerExited(containerID: "id", exitCode: nil, oomKilled: false, error: nil, health: []),
        LogsCaptured(containerID: "id", lines: ["", "\u{1B}[1m"]),
        ContextWritten(
            key: "k",
            value: .object([
                "z": .null, "a": .array([.int(1), .double(2), .double(2.5), .bool(true), .string("1"), .array([]), .object([:])]),
                "é": .int(-1),
            ]),
            secret: false, hook: nil),
        ContextWritten(key: "k", value: .null, secret: true, hook: .postStart),
        ContextWritten(key: "k", value: .bool(false), secret: true, hook: nil),
        ContextCleared(cause: "c"), VolumesKept(volumes: ["/data": "v"]), NoteTaken(text: "t"),
        EngineReached(engine: "24", engineID: "E"), RunInterrupted(signal: "SIGINT"),
    ]

    @Test("B51: a body is shown as the ledger's text reads", arguments: bodies.indices)
    func asStored(index: Int) throws {
        try compare(Self.bodies[index])
    }

    private func compare(_ body: some EventBody) throws {
        let stored = try JSONDecoder().decode(ContextValue.self, from: JSONEncoder().encode(body))
        #expect(try JSON(body: body).text == JSON(stored).text)
    }

    @Test("a number that JSON has no text for is refused")
    func notANumber() {
        #expect(throws: EncodingError.self) {
            try JSON(body: StepSucceeded(step: .ping, target: "t", result: nil, seconds: .infinity))
        }
    }
}
