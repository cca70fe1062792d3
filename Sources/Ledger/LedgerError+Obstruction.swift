import Glibc

extension LedgerError {
    /// What stands where the ledger at `path`, or a directory above it, should be, and is none: a file, or a link that leads
    /// nowhere.
    ///
    /// - Returns: `nil` where nothing does, and what is lacking can be made.
    init?(obstructing path: String) {
        var place = path[...]
        while !place.isEmpty {
            var found = stat()
            if lstat(String(place), &found) == 0 {
                let leads = stat(String(place), &found) == 0
                let isDirectory = leads && found.st_mode & S_IFMT == S_IFDIR
                guard !leads || !isDirectory && place.endIndex != path.endIndex else { return nil }
                let what = leads ? "should be a directory, but it is a file" : "is a link that leads nowhere"
                self.init(
                    .io, "there is no place for the ledger at \(path): \(place) \(what).",
                    next: "Move it away, or keep the ledger at another place: MINIBOSS_LEDGER=/some/where/ledger.sqlite")
                return
            }
            guard let slash = place.lastIndex(of: "/") else { return nil }
            place = place[..<slash]
        }
        return nil
    }
}
