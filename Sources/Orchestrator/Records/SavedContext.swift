import Digest
import FoundationEssentials
import Glibc
import Ledger
import Reconciler

/// `.miniboss-context` beside the definition: the context as JSON for other programs, secrets masked. The ledger is the truth.
struct SavedContext {
    private let path: String
    /// Where the group keeps the digest of what it saved last: several groups of a directory write to the same place.
    private let mark: String

    /// - Returns: `nil` where nothing says which definition it would be beside.
    init?(_ setting: RunSetting) {
        guard let path = setting.contextPath else { return nil }
        self.path = path
        mark = "\(setting.ledgerLocation.directory)/saved-context"
    }

    /// A reader finds the old text or the new one.
    func write(_ context: ContextValues) throws(ReplacedFile.Failure) {
        let text = Self.text(context)
        try ReplacedFile(path: path, isDurable: false).write(text)
        try ReplacedFile(path: mark, isDurable: false).write(Self.digest(text))
    }

    /// What the last start wrote, but for the secrets; `nil` when there is nothing of use.
    func read() -> ContextValues? {
        let text = HostFiles.text(path)
        guard let values = try? JSONDecoder().decode([String: ContextValue].self, from: Data(text.utf8)), !values.isEmpty else {
            return nil
        }
        return ContextValues(values.filter { $0.value != .string(EnvironmentValue.mask) })
    }

    /// For whoever takes the context from it.
    static let note = "the context is that of .miniboss-context; secrets are not in it"

    /// Removes it, unless it is another group's of the directory.
    /// - Parameter context: what this group would have written.
    func remove(holding context: ContextValues) {
        let text = HostFiles.text(path)
        if text == Self.text(context) || Self.digest(text) == HostFiles.text(mark) { unlink(path) }
        unlink(mark)
    }

    private static func digest(_ text: String) -> String { Hex.encode(SHA256.hash(text.utf8)) }

    private static func text(_ context: ContextValues) -> String { ContextValue.object(context.shown).json + "\n" }
}

extension RunSetting {
    /// Whether a start has left a context for other programs.
    public var hasSavedContext: Bool { SavedContext(self)?.read() != nil }
}
