internal import Digest
internal import Files

/// The installed MinibossKit: library, module, and the engine for commands without a definition.
struct Kit: Equatable {
    /// Holds `libMinibossKit.so`, `modules/`, `libexec/miniboss-engine`, `build-id` and `compiler`.
    let directory: String

    var library: String { "\(directory)/libMinibossKit.so" }
    var modules: String { "\(directory)/modules" }
    var engine: String { "\(directory)/libexec/miniboss-engine" }

    /// Beside the launcher, at `../lib/miniboss`, unless `override` (`MINIBOSS_KIT`) says otherwise.
    /// - Throws: 70 when there is no kit at that place.
    static func find(override: String?, launcher: String, from directory: String) throws(LaunchError) -> Kit {
        let place =
            override.map { Disk.absolute($0, in: directory) }
            ?? Disk.absolute("../lib/miniboss", in: Disk.directory(of: Disk.resolved(launcher)))
        let kit = Kit(directory: place)
        guard fileExists(kit.library), fileExists(kit.engine) else {
            throw LaunchError(
                exitCode: LaunchError.defect, "MinibossKit is not at \(place)\(override == nil ? "" : ", where MINIBOSS_KIT points")",
                next: "Install miniboss with its kit: `make install PREFIX=…` in its source directory.")
        }
        return kit
    }

    /// Changes with every build of the kit.
    var buildID: String {
        if let bytes = try? Disk.read("\(directory)/build-id") {
            return String(decoding: bytes.filter { $0 > UInt8(ascii: " ") }, as: UTF8.self)
        }
        return Disk.status(library).map { "\($0.size) \($0.modified)" } ?? ""
    }

    /// What the compiler that built the kit says of itself, `nil` when it was not noted.
    var compilerVersion: String? {
        (try? Disk.read("\(directory)/compiler")).map { String(decoding: $0, as: UTF8.self) }
    }
}
