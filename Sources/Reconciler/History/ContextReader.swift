/// A service whose definition names a context key, with the fields in which it does.
///
/// What hooks read is not known: only writes pass the ledger.
public struct ContextReader: Sendable, Equatable {
    public var service: String
    /// As in a difference, e.g. `env.USER_ID`.
    public var fields: [String]

    /// By key, each in the order of the definition.
    ///
    /// Ledgers from before fields were recorded say only of an image which keys it names.
    public static func byKey(_ start: RunStarted) -> [String: [ContextReader]] {
        start.services.reduce(into: [:]) { readers, member in
            for (field, keys) in (member.reads ?? imageReads(member)).sorted(by: { $0.key < $1.key }) {
                for key in keys {
                    if readers[key]?.last?.service == member.name, let last = readers[key]?.indices.last {
                        readers[key]?[last].fields.append(field)
                    } else {
                        readers[key, default: []].append(ContextReader(service: member.name, fields: [field]))
                    }
                }
            }
        }
    }

    private static func imageReads(_ member: RunStarted.Member) -> [String: [String]] {
        guard let keys = try? Template(member.image).keys, !keys.isEmpty else { return [:] }
        return ["image": keys]
    }
}
