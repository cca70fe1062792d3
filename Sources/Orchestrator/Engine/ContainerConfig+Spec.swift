import DockerClient
import Reconciler

extension ContainerConfig {
    /// A resolved service as the engine takes it. Host port 0 must have been given a number before.
    init(_ spec: ServiceSpec, network: String, labels: [String: String]) {
        self.init(image: spec.image)
        env = spec.env.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" }
        cmd = spec.command
        entrypoint = spec.entrypoint
        user = spec.user
        stopSignal = spec.stopSignal.rawValue
        portBindings = spec.ports.map { PortBinding(containerPort: $0.container, hostPort: $0.host) }
        mounts = spec.volumes.map { volume in
            let kind: Mount.Kind = if case .directory = volume.source { .bind } else { .volume }
            return Mount(kind: kind, source: volume.sourceText, target: volume.target, readOnly: volume.readOnly)
        }
        self.network = network
        aliases = [spec.name]
        hostname = spec.name
        self.labels = labels
    }
}
