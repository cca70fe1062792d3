/// What a container is doing, or how it ended.
public struct ContainerState: Sendable, Equatable, Decodable {
    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
    public var status = ""
    public var running = false
    public var paused = false
    public var restarting = false
    public var exitCode = 0
    public var oomKilled = false
    /// Why the last start failed; empty when it did not.
    public var error = ""
    /// 0 when not running.
    public var pid = 0
    /// RFC 3339; year 1 when it never happened.
    public var startedAt = ""
    public var finishedAt = ""
    /// nil without a health check.
    public var health: Health?

    public struct Health: Sendable, Equatable, Decodable {
        /// `none`, `starting`, `healthy` or `unhealthy`.
        public var status = ""
        public var failingStreak = 0
        /// The last probes, oldest first.
        public var log: [Probe] = []

        public init() {}

        public init(from decoder: any Decoder) throws {
            let root = try decoder.container(keyedBy: EngineKey.self)
            status = try root.value("Status", "")
            failingStreak = try root.value("FailingStreak", 0)
            log = try root.value("Log", [Probe?]()).compactMap { $0 }
        }
    }

    public struct Probe: Sendable, Equatable, Decodable {
        public var exitCode = 0
        public var output = ""
        public var start = ""
        public var end = ""

        public init() {}

        public init(from decoder: any Decoder) throws {
            let root = try decoder.container(keyedBy: EngineKey.self)
            exitCode = try root.value("ExitCode", 0)
            output = try root.value("Output", "")
            start = try root.value("Start", "")
            end = try root.value("End", "")
        }
    }

    public init() {}

    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: EngineKey.self)
        status = try root.value("Status", "")
        running = try root.value("Running", false)
        paused = try root.value("Paused", false)
        restarting = try root.value("Restarting", false)
        exitCode = try root.value("ExitCode", 0)
        oomKilled = try root.value("OOMKilled", false)
        error = try root.value("Error", "")
        pid = try root.value("Pid", 0)
        startedAt = try root.value("StartedAt", "")
        finishedAt = try root.value("FinishedAt", "")
        health = try root.optional("Health")
    }
}
