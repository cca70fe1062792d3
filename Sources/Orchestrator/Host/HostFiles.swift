import Files

/// Small questions to this machine's files. What can't be read is empty: whoever asks here has nothing to say about why.
enum HostFiles {
    /// The text of a small file, of `/proc` above all.
    static func text(_ path: String) -> String { (try? fileText(path)) ?? "" }

    /// What a directory holds, in no order.
    static func names(in directory: String) -> [String] { (try? directoryNames(directory)) ?? [] }
}
