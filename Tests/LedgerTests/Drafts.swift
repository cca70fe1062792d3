import Ledger

extension EventDraft {
    static let time = "2026-01-01T00:00:00.000000000Z"

    static func note(_ number: Int, run: Int = 1, service: String? = nil, operation: String? = nil) -> EventDraft {
        EventDraft(
            run: run, service: service, type: "test.noted", body: #"{"number":\#(number)}"#, operation: operation, at: time,
            monoNs: Int64(number))
    }

    static func started(_ run: Int, command: String = "start") -> EventDraft {
        EventDraft(
            run: run, type: "run.started",
            body: #"{"arguments":["--timeout","5"],"command":"\#(command)","definition":"9f31c2","engine":"20.10.24"}"#,
            at: time, monoNs: 0)
    }

    static func finished(_ run: Int, _ outcome: String) -> EventDraft {
        EventDraft(run: run, type: "run.finished", body: #"{"outcome":"\#(outcome)"}"#, at: time, monoNs: 9)
    }

    static func state(_ service: String, _ state: String, run: Int = 1, container: String? = nil) -> EventDraft {
        let id = container.map { #""\#($0)""# } ?? "null"
        return EventDraft(
            run: run, service: service, type: "service.state_changed",
            body: #"{"cause":null,"container_id":\#(id),"event":"e","from":"x","to":"\#(state)"}"#, at: time, monoNs: 1)
    }
}
