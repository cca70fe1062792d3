internal import Reconciler

/// Why a volume can't be read.
struct VolumeProblem: Error, Equatable {
    let message: String
}

extension VolumeMount {
    /// Reads `directory:mount` or `directory:mount:mode`, the mode `rw` or `ro`.
    init(text: String, at place: DefinitionPlace) throws(VolumeProblem) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 || parts.count == 3 else {
            throw VolumeProblem(message: "\"\(text)\" is not `directory:mount` or `directory:mount:mode`, e.g. \"./data:/data:ro\"")
        }
        let mode = parts.count == 3 ? parts[2] : "rw"
        guard mode == "rw" || mode == "ro" else {
            let taken = mode.contains("{") ? ": a {key} is replaced in the directory and the mount point only" : ""
            throw VolumeProblem(message: "\"\(text)\" has the mode \"\(mode)\"; write rw or ro\(taken)")
        }
        self.init(source: Self.source(parts[0], at: place), target: Self.mountPoint(parts[1], at: place), readOnly: mode == "ro")
    }

    /// As the engine has it: `/data/` and `/data//` are `/data`.
    static func mountPoint(_ text: String, at place: DefinitionPlace) -> String {
        text.hasPrefix("/") ? place.absolutePath(text) : text
    }

    /// What holds a `/`, or begins with `.` or `~`, is a directory; anything else is the name of a volume.
    static func source(_ text: String, at place: DefinitionPlace) -> Source {
        let isDirectory = text.contains("/") || text.hasPrefix(".") || text == "~"
        return isDirectory ? .directory(place.absolutePath(text)) : .named(text)
    }
}
