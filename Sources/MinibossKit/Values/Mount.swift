/// Where a container sees a directory or named volume: `["./pages": Mount(at: "/srv", mode: .readOnly)]`.
public struct Mount: Sendable {
    public enum Mode: Sendable {
        case readOnly
        case readWrite
    }

    let target: String
    let mode: Mode

    /// - Parameter target: absolute path inside the container.
    public init(at target: String, mode: Mode = .readWrite) {
        self.target = target
        self.mode = mode
    }
}

/// What a service's `volumes` can be written as: `["directory:mount:mode"]` or `["directory": Mount(at: "mount")]`.
public protocol VolumesConvertible: Sendable {
    var volumeList: VolumeList { get }
}

/// Volumes as they were written; read when the group is checked.
public struct VolumeList: Sendable {
    enum Entry: Sendable {
        case text(String)
        case mount(source: String, Mount)
    }

    let entries: [Entry]
}

extension Array: VolumesConvertible where Element == String {
    public var volumeList: VolumeList { VolumeList(entries: map { .text($0) }) }
}

extension Dictionary: VolumesConvertible where Key == String, Value == Mount {
    public var volumeList: VolumeList {
        VolumeList(entries: sorted { $0.key < $1.key }.map { .mount(source: $0.key, $0.value) })
    }
}
