import Reconciler

/// The table of `status`.
struct StatusText {
    var statuses: [ServiceStatus]
    var paint: Paint
    var width: Int?
    var address = GroupAddress()

    var lines: [String] {
        guard !statuses.isEmpty else { return ["no service is defined, and none is known to the ledger"] }
        var table = TextTable(header: ["SERVICE", "STATE", "DESIRED", "CONTAINER", "IMAGE", "PORTS", "WHY"], wraps: true, yields: 4)
        table.rows = statuses.map { status in
            let ports = status.ports.map { "\($0.host == 0 ? "any" : String($0.host))→\($0.container)" }.joined(separator: " ")
            let why = status.reason.isEmpty ? status.differences.map(\.words).joined(separator: ", ") : address(status.reason)
            return [
                status.service, "\(sign(status)) \(status.state)", status.desired, status.containerID.map(shortID) ?? "–", status.image,
                ports.isEmpty ? "–" : ports, why,
            ].map(SafeText.line)
        }
        return table.lines(width: width).enumerated().map { $0 == 0 ? paint($1, .bold) : $1 }
    }

    private func sign(_ status: ServiceStatus) -> String {
        if status.state == ServicePhase.failed.rawValue { return "✘" }
        let isAsDesired = status.state == status.desired || status.state == "completed"
        return isAsDesired && status.differences.isEmpty && status.reason.isEmpty ? "✔" : "!"
    }
}
