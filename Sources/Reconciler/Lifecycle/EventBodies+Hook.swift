/// The hooks of a service and of a group, by the names people know them.
public enum HookName: String, Codable, Sendable, CaseIterable {
    case preStart = "pre_start"
    case ping
    case postStart = "post_start"
    case preStop = "pre_stop"
    case onStartServices = "on_start_services"
    case onStopServices = "on_stop_services"
    case onReloadService = "on_reload_service"
}

public struct HookStarted: EventBody {
    public static let type = "hook.started"
    public var hook: HookName

    public init(hook: HookName) { self.hook = hook }
    public var event: Event { .hookStarted(self) }
}

public struct HookFinished: EventBody {
    public static let type = "hook.finished"
    public enum Outcome: String, Codable, Sendable {
        case succeeded, threw
        case timedOut = "timed_out"
        case interrupted
    }
    public var hook: HookName
    public var outcome: Outcome
    public var error: String?
    public var seconds: Double
    /// For a ping: how often it was called.
    public var attempts: Int?

    public init(hook: HookName, outcome: Outcome, error: String? = nil, seconds: Double, attempts: Int? = nil) {
        self.hook = hook
        self.outcome = outcome
        self.error = error
        self.seconds = seconds
        self.attempts = attempts
    }
    public var event: Event { .hookFinished(self) }
}

/// A ping answered otherwise than the time before; equal answers are not repeated in the ledger.
public struct PingChanged: EventBody {
    public static let type = "ping.changed"
    public var attempt: Int
    public var succeeded: Bool
    /// The error's text, or what the probe saw; `nil` for a plain `false`.
    public var error: String?

    public init(attempt: Int, succeeded: Bool, error: String?) {
        self.attempt = attempt
        self.succeeded = succeeded
        self.error = error
    }
    public var event: Event { .pingChanged(self) }
}

/// A hook wrote to the context. The value stands in clear, for replay needs it; `secret` masks it in everything shown.
public struct ContextWritten: EventBody {
    public static let type = "context.written"
    public var key: String
    public var value: ContextValue
    public var secret: Bool
    public var hook: HookName?

    public init(key: String, value: ContextValue, secret: Bool, hook: HookName?) {
        self.key = key
        self.value = value
        self.secret = secret
        self.hook = hook
    }
    public var event: Event { .contextWritten(self) }
}

/// The context ended with the group.
public struct ContextCleared: EventBody {
    public static let type = "context.cleared"
    public var cause: String

    public init(cause: String) { self.cause = cause }
    public var event: Event { .contextCleared(self) }
}
