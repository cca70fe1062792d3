import Files
import FoundationEssentials

/// The parts of `~/.docker/config.json` a client needs.
struct DockerConfig: Decodable, Sendable, Equatable {
    struct Login: Decodable, Sendable, Equatable {
        var auth: String?
        var username: String?
        var password: String?
        var identitytoken: String?
    }

    var currentContext: String?
    var auths: [String: Login]?
    var credsStore: String?
    var credHelpers: [String: String]?

    /// `DOCKER_CONFIG`, else `$HOME/.docker`.
    static func folder(environment: [String: String]) -> String? {
        environment.nonEmpty("DOCKER_CONFIG") ?? environment.nonEmpty("HOME").map { $0 + "/.docker" }
    }

    /// An absent file is an empty configuration.
    static func read(folder: String?) throws(DockerError) -> DockerConfig {
        guard let folder, let bytes = try? smallFile(folder + "/config.json") else { return DockerConfig() }
        do {
            return try JSONDecoder().decode(DockerConfig.self, from: Data(bytes))
        } catch {
            throw DockerError(.badRequest, message: "\(folder)/config.json is not valid JSON for Docker")
        }
    }
}
