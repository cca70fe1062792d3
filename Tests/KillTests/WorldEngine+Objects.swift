// Properties of what goes over the wire have the wire's spelling.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import Digest
import DockerClient
import Simulation
import TestSupport

extension WorldEngine {
    private struct Image: Encodable {
        var Id: String
        var RepoTags: [String]
    }

    func images(_ state: State, _ request: ScriptedRequest, _ parts: [String]) throws(DockerError) -> ScriptedAction {
        guard request.method == "GET", parts.last == "json" else { throw .unknown(request) }
        let all = state.world.images.sorted { $0.key < $1.key }.map { Image(Id: $0.value, RepoTags: [$0.key]) }
        guard parts.count > 1 else { return .reply(.value(all)) }
        let name = parts.dropLast().joined(separator: "/")
        guard let found = all.first(where: { $0.Id == name || $0.RepoTags == [name] }) else {
            throw DockerError(.http(404), message: "No such image: \(name)")
        }
        return .reply(.value(found))
    }

    /// As the engine's cache has it: the same sources make the same image, unless labels tell them apart.
    func build(_ state: inout State, _ request: ScriptedRequest) throws(DockerError) -> ScriptedAction {
        guard let tag = request.query["t"]?.first else { throw .unknown(request) }
        var hash = SHA256()
        for entry in try TarReader.entries(of: request.body) {
            hash.update(Array(entry.path.utf8) + [0] + entry.content + [0])
        }
        hash.update((request.query["labels"]?.first ?? "").utf8)
        let id = "sha256:" + Hex.encode(hash.finalize())
        state.world.images[tag] = id
        return .reply(.chunked([Array(#"{"aux":{"ID":"\#(id)"}}"#.utf8) + [10]]))
    }

    private struct Volume: Encodable {
        var Name: String
    }

    private struct VolumeList: Encodable {
        var Volumes: [Volume]
    }

    func volumes(_ state: inout State, _ request: ScriptedRequest, _ parts: [String]) throws(DockerError) -> ScriptedAction {
        switch (request.method, parts.first) {
        case ("GET", nil):
            return .reply(.value(VolumeList(Volumes: state.world.volumes.keys.sorted().map(Volume.init))))
        case ("DELETE", let name?):
            guard state.world.volumes[name] != nil else { throw DockerError(.http(404), message: "get \(name): no such volume") }
            try state.world.removeVolume(name)
            return .reply(.empty(204))
        default: throw .unknown(request)
        }
    }

    private struct Network: Encodable {
        var Id: String
        var Name: String
        var Labels: [String: String]
    }

    private struct NewNetwork: Decodable {
        var Name: String
        var Labels: [String: String]?
    }

    func networks(_ state: inout State, _ request: ScriptedRequest, _ parts: [String]) throws(DockerError) -> ScriptedAction {
        switch (request.method, parts.first) {
        case ("GET", nil):
            let filters = request.filters
            let found = state.world.networks.filter { network in
                // The engine takes a part of a name for a match.
                (filters["name"] ?? [""]).contains { $0.isEmpty || network.name.contains($0) } && network.labels.has(filters["label"] ?? [])
            }
            return .reply(.value(found.map { Network(Id: $0.id, Name: $0.name, Labels: $0.labels) }))
        case ("POST", "create"):
            let wanted = try request.decoded(NewNetwork.self)
            let id = try state.world.createNetwork(wanted.Name, labels: wanted.Labels ?? [:])
            state.note(wanted.Name, wanted.Labels ?? [:])
            return .reply(.value(["Id": id], status: 201))
        case ("DELETE", let id?):
            guard state.world.networks.contains(where: { $0.id == id || $0.name == id }) else {
                throw DockerError(.http(404), message: "network \(id) not found")
            }
            try state.world.removeNetwork(id)
            return .reply(.empty(204))
        default: throw .unknown(request)
        }
    }
}
