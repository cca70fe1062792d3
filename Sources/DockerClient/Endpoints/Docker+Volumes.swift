// Properties of what goes over the wire have the wire's spelling.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

extension Docker {
    /// Maps to `POST /volumes/create`.
    ///
    /// The engine returns an existing volume of that name as it is, old labels and all: look at the labels of the result.
    public func createVolume(name: String, labels: [String: String] = [:]) async throws(DockerError) -> VolumeInspect {
        struct Body: Encodable {
            var Name: String
            var Labels: [String: String]
        }
        var call = EngineCall("POST", "/volumes/create")
        call.json(Body(Name: name, Labels: labels))
        return try await value(call)
    }

    /// Maps to `GET /volumes`.
    public func listVolumes(labels: [String] = []) async throws(DockerError) -> [VolumeInspect] {
        struct Listing: Decodable { var Volumes: [VolumeInspect]? }
        var call = EngineCall("GET", "/volumes")
        call.filter(["label": labels])
        return try await value(call, as: Listing.self).Volumes ?? []
    }

    /// Maps to `DELETE /volumes/{name}`. One that is gone is `.already`.
    ///
    /// - Throws: see `isVolumeInUse`.
    @discardableResult
    public func removeVolume(_ name: String, force: Bool = false) async throws(DockerError) -> EngineChange {
        var call = EngineCall("DELETE", "/volumes/\(try PathEncoding.segment(name, of: "a volume"))")
        call.query = [("force", force ? "1" : "0")]
        do {
            try await status(call)
            return .done
        } catch {
            if error.isNotFound { return .already }
            throw error
        }
    }
}
