internal import Glibc

/// Whether anything is at a path, links followed.
public func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }
