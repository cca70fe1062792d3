/// The signals that may ask a container to stop.
public enum StopSignal: String, Sendable, CaseIterable {
    case sigterm = "SIGTERM"
    case sigint = "SIGINT"
    case sigkill = "SIGKILL"
    case sigquit = "SIGQUIT"
}
