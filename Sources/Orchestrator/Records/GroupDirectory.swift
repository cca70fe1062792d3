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
        let names = HostFiles.names(in: directory)
        let remembered = names.filter { !$0.hasPrefix(".") && isRemembered("\(directory)/\($0)/ledger.sqlite") }.sorted()
        // What stands in the place of a group's directory is told by whoever looks for its ledger.
        return remembered.isEmpty ? names.filter { !$0.hasPrefix(".") && isInTheWay("\(directory)/\($0)") }.sorted() : remembered
    }

    private static func isInTheWay(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) != 0 || info.st_mode & S_IFMT != S_IFDIR
    }

    /// Also where the ledger was lost, or was being set aside: that is what `doctor` is to be told.
    private static func isRemembered(_ ledger: String) -> Bool {
        var info = stat()
        return ["", "-wal", "-head", "-set-aside"].contains { lstat(ledger + $0, &info) == 0 }
    }

    private static func home(_ definitionPath: String?, _ currentDirectory: String) -> String {
        guard let path = definitionPath, let slash = path.lastIndex(of: "/") else { return "\(currentDirectory)/.miniboss" }
        return "\(path[..<slash])/.miniboss"
    }
}
