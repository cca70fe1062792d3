/// What an engine has of a group, and beside it, in a form in which two ways to the same end are equal.
struct EnginePicture: Sendable, Equatable, CustomStringConvertible {
    struct Container: Sendable, Equatable, CustomStringConvertible {
        var service: String
        var name: String
        var status: String
        var env: [String]
        var image: String
        var network: String

        var description: String { "\(service) \(name) \(status) \(env) \(image) \(network)" }
    }

    /// The group's containers, by service.
    var containers: [Container]
    /// The group's networks.
    var networks: [String]
    /// What belongs to somebody else, with ids and states.
    var foreign: [String]

    var description: String { (containers.map(\.description) + networks + foreign).joined(separator: "; ") }
}
