import Glibc

/// Where a group keeps its memory: `.miniboss/<group>` beside the definition file.
public enum GroupDirectory {
    /// The directory of `group`, not yet made.
    public static func path(group: String, definitionPath: String?, currentDirectory: String) -> String {
        "\(home(definitionPath, currentDirectory))/\(group)"
    }

    /// The groups that have a memory here, sorted.
    public static func groups(beside definitionPath: String?, currentDirectory: String) -> [String] {
        let directory = home(definitionPath, currentDirectory)
        guard let handle = opendir(directory) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            var info = stat()
            if !name.hasPrefix("."), stat("\(directory)/\(name)/ledger.sqlite", &info) == 0 { names.append(name) }
        }
        return names.sorted()
    }

    private static func home(_ definitionPath: String?, _ currentDirectory: String) -> String {
        guard let path = definitionPath, let slash = path.lastIndex(of: "/") else { return "\(currentDirectory)/.miniboss" }
        return "\(path[..<slash])/.miniboss"
    }
}
