import Reconciler
import TestSupport

extension GroupSpec {
    /// A group whose services need earlier ones, at random.
    static func generated(services count: Int, edges: Int) -> GroupSpec {
        var numbers = SeededGenerator(seed: 20)
        var dependencies = [Set<Int>](repeating: [], count: count)
        var left = edges
        while left > 0 {
            let service = Int.random(in: 1..<count, using: &numbers)
            if dependencies[service].insert(Int.random(in: 0..<service, using: &numbers)).inserted { left -= 1 }
        }
        let services = (0..<count).map { index in
            ServiceSpec(
                name: "service-\(index)", image: "registry.example/team/image-\(index % 20):1.\(index % 7)",
                dependencies: dependencies[index].sorted().map { "service-\($0)" },
                env: [
                    "USER_ID": "{user_id}", "TOKEN": EnvironmentValue("{token}", isSecret: true), "URL": "postgres://{user_id}@db:5432/app",
                    "BRACES": "{{not a key}}", "PLAIN": "a plain value",
                ],
                ports: [PortMapping(container: 80, host: 0)],
                volumes: [VolumeMount(source: .named("data-\(index)"), target: "/var/lib/data")],
                command: ["serve", "--user", "{user_id}"],
                typeName: "Service\(index)")
        }
        return GroupSpec(name: "bench", services: services, network: "bench")
    }
}

extension PlanRequest {
    static func generated(services count: Int, edges: Int, running: Bool) -> PlanRequest {
        let group = GroupSpec.generated(services: count, edges: edges)
        var history = GroupState()
        let written = [("user_id", ContextValue.int(7)), ("token", .string("abc"))]
        for (seq, (key, value)) in written.enumerated() {
            let event = Event.contextWritten(ContextWritten(key: key, value: value, secret: key == "token", hook: .postStart))
            // A context write is no transition, so it can't be refused.
            try? history.apply(RecordedFact(seq: seq + 1, run: 1, at: "", monoNs: 0, service: nil, operation: nil, event: event))
        }
        var images: [String: String] = [:]
        for service in group.services {
            if let reference = try? ImageReference(service.image) { images[reference.description] = "sha256:\(service.image)" }
        }
        let containers = group.services.enumerated().map { index, service in
            ObservedContainer(
                id: "id-\(index)", name: containerName(group: group.name, service: service.name), service: service.name, status: .running,
                imageID: "sha256:\(service.image)", run: 1, fingerprint: service.name, createdAt: index, networks: ["bench"],
                configuration: ObservedConfiguration(
                    image: service.image, env: ["USER_ID": "8", "PATH": "/bin"], command: service.command,
                    imageDefaults: ImageDefaults(env: ["PATH": "/bin"])))
        }
        return PlanRequest(
            desired: group, observed: ObservedGroup(containers: running ? containers : [], networkExists: running, images: images),
            history: history, fingerprint: \.name)
    }
}
