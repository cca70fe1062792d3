import DockerClient

/// Podman answers as Docker does, but for what is here (seen with 4.3.1).
extension ContainerInspect {
    /// Variables that Podman gives each container by itself; empty for Docker, which adds none.
    ///
    /// Only with the values it gives: another value was somebody's wish. Which those are of HOME and HOSTNAME, the container's user
    /// and its name decide.
    var engineVariables: [String: String] {
        let variables = pairs(config.env)
        guard variables["container"] == "podman" else { return [:] }
        let own = ["container": "podman", "TERM": "xterm", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        return variables.filter { ["HOME", "HOSTNAME"].contains($0.key) || own[$0.key] == $0.value }
    }

    /// The stop signal by name; Podman has its number. `nil` where none was given.
    var stopSignalName: String? {
        let names = ["2": "SIGINT", "3": "SIGQUIT", "9": "SIGKILL", "15": "SIGTERM"]
        return config.stopSignal.isEmpty ? nil : names[config.stopSignal] ?? config.stopSignal
    }
}

extension ContainerNetwork {
    /// Whether the container hangs on the network of that id, or may: Podman has the name in the id's place.
    func isOn(_ id: String?, named name: String) -> Bool {
        id == nil || networkID.isEmpty || networkID == id || networkID == name
    }
}
