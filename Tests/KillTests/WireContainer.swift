// Properties of what goes over the wire have the wire's spelling.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import DockerClient
import Simulation

/// The body of `POST /containers/create`, read back.
struct WireCreate: Decodable {
    private struct Binding: Decodable {
        var HostIp: String?
        var HostPort: String?
    }
    private struct Mounted: Decodable {
        var `Type`: String
        var Source: String?
        var Target: String
        var ReadOnly: Bool?
    }
    private struct Host: Decodable {
        var PortBindings: [String: [Binding]]?
        var Mounts: [Mounted]?
        var NetworkMode: String?
    }

    private var Image: String
    private var Env: [String]?
    private var Cmd: [String]?
    private var Entrypoint: [String]?
    private var User: String?
    private var Labels: [String: String]?
    private var StopSignal: String?
    private var Hostname: String?
    private var HostConfig: Host?

    var config: ContainerConfig {
        var config = ContainerConfig(image: Image)
        config.env = Env ?? []
        config.cmd = Cmd
        config.entrypoint = Entrypoint
        config.user = User
        config.labels = Labels ?? [:]
        config.stopSignal = StopSignal
        config.hostname = Hostname
        config.network = HostConfig?.NetworkMode
        config.portBindings = (HostConfig?.PortBindings ?? [:]).flatMap { port, bindings in
            bindings.map { binding in
                ContainerConfig.PortBinding(
                    containerPort: Int(port.prefix { $0.isNumber }) ?? 0, hostPort: binding.HostPort.flatMap { Int($0) } ?? 0)
            }
        }
        config.mounts = (HostConfig?.Mounts ?? []).compactMap { mount in
            ContainerConfig.Mount.Kind(rawValue: mount.Type).map { kind in
                ContainerConfig.Mount(kind: kind, source: mount.Source ?? "", target: mount.Target, readOnly: mount.ReadOnly ?? false)
            }
        }
        return config
    }
}

/// A line of `GET /containers/json`.
struct WireSummary: Encodable {
    private struct Port: Encodable {
        var `Type` = "tcp"
        var PrivatePort: Int
        var PublicPort: Int
    }

    private var Id: String
    private var Names: [String]
    private var Image: String
    private var ImageID: String
    private var Labels: [String: String]
    private var State: String
    private var Status: String
    private var Created: Int64
    private var Ports: [Port]
    private var Mounts: [WireMount]

    init(_ container: SimulatedWorld.Container) {
        Id = container.id
        Names = ["/" + container.name]
        Image = container.config.image
        ImageID = container.imageID
        Labels = container.config.labels
        State = container.state.status
        Status = State == "exited" ? "Exited (\(container.state.exitCode)) 1 second ago" : State
        Created = container.created / 1_000_000_000
        let bindings = container.state.running ? container.config.portBindings : []
        Ports = bindings.map { Port(PrivatePort: $0.containerPort, PublicPort: $0.hostPort) }
        Mounts = WireMount.all(of: container)
    }
}

/// The answer of `GET /containers/{id}/json`.
struct WireInspect: Encodable {
    private struct Running: Encodable {
        var Status: String
        var Running: Bool
        var ExitCode: Int
        var StartedAt: String
        var FinishedAt: String
    }
    private struct Configured: Encodable {
        var Image: String
        var Env: [String]
        var Cmd: [String]?
        var Entrypoint: [String]?
        var User: String
        var Labels: [String: String]
        var StopSignal: String
        var Hostname: String
    }
    private struct Binding: Encodable {
        var HostIp = "0.0.0.0"
        var HostPort: String
    }
    private struct Host: Encodable {
        var PortBindings: [String: [Binding]]
        var NetworkMode: String
    }
    private struct Attached: Encodable {
        var NetworkID = ""
        var Aliases: [String]
    }
    private struct Network: Encodable {
        var Networks: [String: Attached]
        var Ports: [String: [Binding]]
    }
    private var Id: String
    private var Name: String
    private var Image: String
    private var State: Running
    private var Config: Configured
    private var HostConfig: Host
    private var NetworkSettings: Network
    private var Mounts: [WireMount]

    init(_ container: SimulatedWorld.Container) {
        let config = container.config
        Id = container.id
        Name = "/" + container.name
        Image = container.imageID
        State = Running(
            Status: container.state.status, Running: container.state.running, ExitCode: container.state.exitCode,
            StartedAt: container.state.startedAt.isEmpty ? "0001-01-01T00:00:00Z" : container.state.startedAt,
            FinishedAt: container.state.finishedAt.isEmpty ? "0001-01-01T00:00:00Z" : container.state.finishedAt)
        Config = Configured(
            Image: config.image, Env: config.env, Cmd: config.cmd, Entrypoint: config.entrypoint, User: config.user ?? "",
            Labels: config.labels, StopSignal: config.stopSignal ?? "", Hostname: config.hostname ?? "")
        let bindings = Dictionary(grouping: config.portBindings) { "\($0.containerPort)/tcp" }
            .mapValues { $0.map { Binding(HostPort: String($0.hostPort)) } }
        let network = config.network ?? "bridge"
        HostConfig = Host(PortBindings: bindings, NetworkMode: network)
        NetworkSettings = Network(
            Networks: [network: Attached(Aliases: config.aliases)], Ports: container.state.running ? bindings : [:])
        Mounts = WireMount.all(of: container)
    }
}

/// What a container mounts, in both answers.
private struct WireMount: Encodable {
    private var `Type`: String
    private var Name: String
    private var Source: String
    private var Destination: String
    private var RW: Bool

    /// Volumes, the engine's own among them, and directories.
    static func all(of container: SimulatedWorld.Container) -> [WireMount] {
        container.mounted.map { WireMount(Type: "volume", Name: $0.volume, Source: "", Destination: $0.target, RW: true) }
            + container.config.mounts.filter { $0.kind != .volume }.map { mount in
                WireMount(Type: mount.kind.rawValue, Name: "", Source: mount.source, Destination: mount.target, RW: !mount.readOnly)
            }
    }
}

/// The body of `POST /containers/{id}/exec`.
struct WireExec: Decodable {
    var Cmd: [String]
}

/// One of the events about containers.
struct WireEvent: Encodable {
    struct Subject: Encodable {
        var ID: String
        var Attributes: [String: String]
    }

    var `Type` = "container"
    var Action: String
    var Actor: Subject
    var timeNano: Int64
}
