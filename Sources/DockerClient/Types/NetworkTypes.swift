// Properties of what goes over the wire have the wire's spelling.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

/// A network as `GET /networks` and `GET /networks/{id}` show it.
public struct NetworkInspect: Sendable, Equatable, Decodable {
    public var id = ""
    public var name = ""
    public var driver = ""
    public var labels: [String: String] = [:]
    /// RFC 3339.
    public var created = ""
    /// Running containers by id, with their names; empty in a listing.
    public var containers: [String: String] = [:]

    public init() {}

    private struct Member: Decodable { var Name: String? }

    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: EngineKey.self)
        id = try root.value("Id", "")
        name = try root.value("Name", "")
        driver = try root.value("Driver", "")
        labels = try root.value("Labels", [:])
        created = try root.value("Created", "")
        containers = try root.value("Containers", [String: Member]()).mapValues { $0.Name ?? "" }
    }
}

/// A volume as `GET /volumes/{name}` shows it.
public struct VolumeInspect: Sendable, Equatable, Decodable {
    public var name = ""
    public var driver = ""
    public var mountpoint = ""
    public var labels: [String: String] = [:]
    public var createdAt = ""

    public init() {}

    public init(from decoder: any Decoder) throws {
        let root = try decoder.container(keyedBy: EngineKey.self)
        name = try root.value("Name", "")
        driver = try root.value("Driver", "")
        mountpoint = try root.value("Mountpoint", "")
        labels = try root.value("Labels", [:])
        createdAt = try root.value("CreatedAt", "")
    }
}
