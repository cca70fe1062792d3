package import DockerClient
package import Orchestrator

/// Images, volumes and networks.
extension SimulatedEngine {
    package func images() async throws(DockerError) -> [ImageSummary] {
        try await call("images/json", reads: true) { engine in
            engine.world.images.sorted { $0.key < $1.key }.map { name, id in
                var summary = ImageSummary()
                summary.id = id
                summary.repoTags = [name]
                return summary
            }
        }
    }

    package func inspect(image name: String) async throws(DockerError) -> ImageInspect {
        try await call("image", reads: true) { (engine) throws(DockerError) in
            guard let id = engine.world.images[name] ?? engine.world.images.values.first(where: { $0 == name }) else {
                throw DockerError(.http(404), endpoint: "GET /images/\(name)/json", message: "No such image: \(name)")
            }
            var image = ImageInspect()
            image.id = id
            if engine.world.keepsData.contains(name) { image.config.volumes = [SimulatedWorld.dataPath + "/"] }
            return image
        }
    }

    package func pull(image name: String, progress: @escaping @Sendable (String) -> Void) async throws(DockerError) {
        let tells = ["Pulling from \(name)", "a1b2: Download complete", "Status: Downloaded newer image for \(name)"]
        try await call("pull \(name)", tells: tells, to: progress) { (engine) throws(DockerError) in
            guard !name.contains("missing") else {
                throw DockerError(
                    .http(404), endpoint: "POST /images/create",
                    message: "manifest for \(name) not found: manifest unknown: manifest unknown")
            }
            if engine.world.images[name] == nil { _ = engine.world.newImage(name) }
        }
    }

    package func build(_ request: BuildRequest, output: @escaping @Sendable (String) -> Void) async throws(DockerError) -> String {
        heard[request.tag] = []
        let tells = ["Step 1/2 : FROM base", "Step 2/2 : COPY . /", "Successfully tagged \(request.tag)"]
        let hear = { [self] (line: String) in
            heard[request.tag, default: []].append(line)
            output(line)
        }
        return try await call("build \(request.tag)", tells: tells, to: hear) { (engine) throws(DockerError) in
            guard !request.directory.contains("broken") else {
                throw DockerError(
                    .failedInStream, endpoint: "POST /build", message: "The command '/bin/sh -c false' returned a non-zero code: 1")
            }
            // As the engine's cache has it: the same sources make the same image.
            return engine.world.images[request.tag] ?? engine.world.newImage(request.tag)
        }
    }

    package func volumes() async throws(DockerError) -> [String] {
        try await call("volumes", reads: true) { $0.world.volumes.keys.sorted() }
    }

    package func remove(volume name: String) async throws(DockerError) {
        try await call("remove volume") { (engine) throws(DockerError) in try engine.world.removeVolume(name) }
    }

    package func networks(named name: String) async throws(DockerError) -> [NetworkInspect] {
        try await networks { $0.name == name }
    }

    package func networks(labels: [String]) async throws(DockerError) -> [NetworkInspect] {
        try await networks { network in labels.allSatisfy { network.labels.map { "\($0.key)=\($0.value)" }.contains($0) } }
    }

    package func inspect(network id: String) async throws(DockerError) -> NetworkInspect {
        guard let found = try await networks({ $0.id == id }).first else {
            throw DockerError(.http(404), endpoint: "GET /networks/\(id)", message: "network \(id) not found")
        }
        return found
    }

    private func networks(_ isWanted: @escaping @Sendable (SimulatedWorld.Network) -> Bool) async throws(DockerError) -> [NetworkInspect] {
        try await call("networks", reads: true) { engine in
            engine.world.networks.filter(isWanted).map { network in
                var inspect = NetworkInspect()
                inspect.id = network.id
                inspect.name = network.name
                inspect.labels = network.labels
                return inspect
            }
        }
    }

    package func createNetwork(name: String, labels: [String: String]) async throws(DockerError) -> String {
        try await call("create network \(name)") { (engine) throws(DockerError) in try engine.world.createNetwork(name, labels: labels) }
    }

    package func remove(network id: String) async throws(DockerError) {
        try await call("remove network") { (engine) throws(DockerError) in try engine.world.removeNetwork(id) }
    }
}
