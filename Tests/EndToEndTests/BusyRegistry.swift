import Synchronization

/// A registry that has too much to do for the first so many who want a manifest, and then is another registry.
final class BusyRegistry: Sendable {
    private final class Count: Sendable {
        let refused = Mutex(0)
    }

    private let registry: RelayedRegistry
    private let count = Count()

    /// - Parameter upstream: `host:port` of the registry it is afterwards.
    init(refusing most: Int, then upstream: String) throws {
        registry = try RelayedRegistry(of: upstream) { [count] request in
            // As long as it refuses it lets no connection through, on which a later request could get by.
            count.refused.withLock { refused in
                guard refused < most else { return nil }
                guard request.contains("/manifests/") else { return RegistryAnswer(status: "200 OK") }
                refused += 1
                let body = #"{"errors":[{"code":"TOOMANYREQUESTS","message":"too many requests"}]}"#
                return RegistryAnswer(status: "429 Too Many Requests", body: body)
            }
        }
    }

    /// `127.0.0.1:PORT`.
    var address: String { registry.address }

    /// How many it has sent away.
    var refused: Int { count.refused.withLock { $0 } }
}
