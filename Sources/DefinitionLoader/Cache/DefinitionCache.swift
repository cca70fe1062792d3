internal import Digest
internal import Files
internal import Glibc

/// The executables compiled so far: `definitions/<key>/definition`, and what was last good for each definition's path.
///
/// Every entry appears by one rename(2), so it is there whole or not at all; a lock only saves double work.
struct DefinitionCache {
    let directory: String

    private var definitions: String { "\(directory)/definitions" }
    var moduleCache: String { "\(directory)/modules" }

    /// `$XDG_CACHE_HOME/miniboss`, else `~/.cache/miniboss`; `nil` when neither is known.
    static func directory(_ environment: [String: String]) -> String? {
        // A relative path is to be ignored: https://specifications.freedesktop.org/basedir-spec/latest/
        if let place = environment["XDG_CACHE_HOME"], place.hasPrefix("/") { return "\(place)/miniboss" }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return "\(home)/.cache/miniboss"
    }

    /// Makes the directories where they are missing.
    /// - Throws: when that fails, or when others could put programs there.
    func prepare() throws(Disk.Failure) {
        try Disk.makeDirectories(definitions)
        try Disk.makeDirectories("\(directory)/by-path")
        try Disk.makeDirectories("\(directory)/locks")
        guard isOurs(definitions), access(definitions, W_OK | X_OK) == 0 else { throw Disk.Failure(code: EACCES) }
    }

    /// The executable of a key, if it was published; its age starts anew.
    func executable(_ key: String) -> String? {
        let path = "\(definitions)/\(key)/\(CompilationStage.executableName)"
        guard isOurs("\(definitions)/\(key)"), isOurs(path), Disk.isExecutable(path) else { return nil }
        utimensat(AT_FDCWD, "\(definitions)/\(key)", nil, 0)
        return path
    }

    private func isOurs(_ path: String) -> Bool {
        guard let status = Disk.status(path) else { return false }
        return status.owner == geteuid() && status.permissions & 0o022 == 0
    }

    // MARK: Publishing

    /// A new directory to compile in, beside the entries so that it can be renamed into their place.
    func stage(_ key: String) throws(Disk.Failure) -> CompilationStage {
        CompilationStage(directory: try Disk.makeTemporaryDirectory("\(definitions)/\(key).tmp"))
    }

    /// Makes the stage the key's entry. When another process was faster, its entry stays: they are equal.
    func publish(_ stage: CompilationStage, as key: String) throws(Disk.Failure) -> String {
        let entry = "\(definitions)/\(key)"
        Disk.synchronise(stage.executable)
        for attempt in 0..<2 {
            do {
                try Disk.rename(stage.directory, to: entry)
                break
            } catch {
                guard error.code == EEXIST || error.code == ENOTEMPTY || error.code == ENOTDIR else { throw error }
                if executable(key) != nil {
                    Disk.removeTree(stage.directory)
                    break
                }
                // A broken entry: moved aside whole before it is taken apart.
                guard attempt == 0 else { throw error }
                let aside = "\(stage.directory).broken"
                if (try? Disk.rename(entry, to: aside)) != nil { Disk.removeTree(aside) }
            }
        }
        guard let path = executable(key) else { throw Disk.Failure(code: EACCES) }
        return path
    }

    /// Holds a key's lock while `body` runs, so that two launchers do not compile the same thing; without the lock if it can't be had.
    func locked<Value>(_ key: String, _ body: () throws(LaunchError) -> Value) throws(LaunchError) -> Value {
        let file = open("\(directory)/locks/\(key.prefix(2))", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { if file >= 0 { close(file) } }
        while file >= 0, flock(file, LOCK_EX) != 0, errno == EINTR {}
        return try body()
    }

    // MARK: By path

    /// The program that last started the group of a definition file, or was the first of it.
    struct Remembered: Equatable {
        let key: String
        let contentHash: String
        let definitionHash: String
    }

    private func memory(of path: String) -> String { "\(directory)/by-path/\(Hex.encode(SHA256.hash(path.utf8)))" }

    func remembered(_ path: String) -> Remembered? {
        guard let bytes = try? Disk.read(memory(of: path)) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return lines.count >= 3 ? Remembered(key: lines[0], contentHash: lines[1], definitionHash: lines[2]) : nil
    }

    /// Notes the program for the path; a failure costs only the memory.
    func remember(_ program: Remembered, for path: String) {
        let memory = memory(program, for: path)
        let draft = "\(memory.place).\(getpid())"
        guard (try? Disk.write(Array(memory.text.utf8), to: draft)) != nil, (try? Disk.rename(draft, to: memory.place)) != nil else {
            Disk.removeTree(draft)
            return
        }
    }

    /// What remembers the program for the path, and where, for whoever finds out that it started the group.
    func memory(_ program: Remembered, for path: String) -> (place: String, text: String) {
        (memory(of: path), "\(program.key)\n\(program.contentHash)\n\(program.definitionHash)\n\(path)\n")
    }

    // MARK: Pruning

    /// Removes old entries: the newest `keeping` stay, and those remembered for a path whose definition still exists.
    func prune(keeping count: Int = 20) {
        let names = (try? Disk.names(in: definitions)) ?? []
        let aged = names.compactMap { name in Disk.status("\(definitions)/\(name)").map { (name: name, modified: $0.modified) } }
            .sorted { ($0.modified, $0.name) > ($1.modified, $1.name) }
        let newest = aged.first?.modified ?? 0
        let hour: Int64 = 3_600_000_000_000
        for left in aged where left.name.contains(".tmp.") && newest - left.modified > hour {
            Disk.removeTree("\(definitions)/\(left.name)")
        }
        let needed = keysInMemory()
        for old in aged.filter({ !$0.name.contains(".") }).dropFirst(count) where !needed.contains(old.name) {
            Disk.removeTree("\(definitions)/\(old.name)")
        }
    }

    private func keysInMemory() -> Set<String> {
        var keys: Set<String> = []
        for name in (try? Disk.names(in: "\(directory)/by-path")) ?? [] {
            guard let bytes = try? Disk.read("\(directory)/by-path/\(name)") else { continue }
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            // The group's directory, not the file: a definition that is gone may still have to be stopped.
            if lines.count >= 4, !fileExists(Disk.directory(of: String(lines[3]))) {
                Disk.removeTree("\(directory)/by-path/\(name)")
            } else if let key = lines.first {
                keys.insert(String(key))
            }
        }
        return keys
    }
}
