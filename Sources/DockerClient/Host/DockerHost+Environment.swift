// Properties of what goes over the wire have the wire's spelling.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import Digest
import Files
import FoundationEssentials

extension DockerHost {
    /// The engine the user means: `DOCKER_HOST`, else `DOCKER_CONTEXT`, else the current context of `config.json`, else the
    /// standard socket (docker/cli, cli/command/cli.go).
    ///
    /// - Parameter environment: reads `DOCKER_HOST`, `DOCKER_CONTEXT`, `DOCKER_CONFIG`, `DOCKER_TLS_VERIFY`,
    ///   `DOCKER_CERT_PATH`, `HOME`. Empty values count as absent.
    /// - Throws: `.unsupportedHost` naming the variable, file or context at fault.
    public static func resolve(environment: [String: String]) throws(DockerError) -> DockerHost {
        let folder = DockerConfig.folder(environment: environment)
        if let host = environment.nonEmpty("DOCKER_HOST") {
            return try DockerHost(host, tls: tls(environment: environment, folder: folder))
        }
        if let name = environment.nonEmpty("DOCKER_CONTEXT") {
            return try context(name, folder: folder, origin: "DOCKER_CONTEXT")
        }
        let config = try DockerConfig.read(folder: folder)
        if let name = config.currentContext, !name.isEmpty {
            return try context(name, folder: folder, origin: "currentContext in \(folder ?? "")/config.json")
        }
        return standard
    }

    private static func tls(environment: [String: String], folder: String?) -> TLSIdentity? {
        let verifies = environment.nonEmpty("DOCKER_TLS_VERIFY") != nil
        guard verifies || environment.nonEmpty("DOCKER_TLS") != nil else { return nil }
        return TLSIdentity(directory: environment.nonEmpty("DOCKER_CERT_PATH") ?? folder ?? "", verifies: verifies)
    }

    private struct Metadata: Decodable {
        struct Endpoint: Decodable {
            var Host: String?
            var SkipTLSVerify: Bool?
        }
        var Endpoints: [String: Endpoint]?
    }

    private static func context(_ name: String, folder: String?, origin: String) throws(DockerError) -> DockerHost {
        if name == "default" { return standard }
        guard let folder else {
            throw DockerError(.unsupportedHost, message: "Docker context `\(name)` (\(origin)) cannot be looked up without HOME")
        }
        let id = SHA256.hash(Array(name.utf8)).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        let path = "\(folder)/contexts/meta/\(id)/meta.json"
        guard let bytes = try? smallFile(path) else {
            throw DockerError(.unsupportedHost, message: "Docker context `\(name)` (\(origin)) does not exist: no \(path)")
        }
        guard let metadata = try? JSONDecoder().decode(Metadata.self, from: Data(bytes)),
            let endpoint = metadata.Endpoints?["docker"], let host = endpoint.Host, !host.isEmpty
        else {
            throw DockerError(.unsupportedHost, message: "Docker context `\(name)` (\(origin)) names no Docker host: \(path)")
        }
        let certificates = "\(folder)/contexts/tls/\(id)/docker"
        let skips = endpoint.SkipTLSVerify ?? false
        let secured = fileExists(certificates) || skips
        return try DockerHost(host, tls: secured ? TLSIdentity(directory: certificates, verifies: !skips) : nil)
    }
}

extension [String: String] {
    func nonEmpty(_ key: String) -> String? {
        guard let value = self[key], !value.isEmpty else { return nil }
        return value
    }
}
