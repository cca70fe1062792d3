import Reconciler

/// Checks names of services that the user typed.
/// - Parameter known: empty when nothing is known of the group, and then nothing can be wrong.
/// - Throws: `OperationError` for the first unknown one, with the nearest that exists.
public func checkServiceNames(_ names: [String], among known: [String], option: String? = nil) throws(OperationError) {
    guard !known.isEmpty else { return }
    for name in names where !known.contains(name) {
        let place = option.map { "\($0): " } ?? ""
        let next = nearestName(to: name, among: known).map { "Did you mean \"\($0)\"?" } ?? "Services: \(known.joined(separator: ", "))"
        throw OperationError(.usage, "\(place)there is no service \"\(name)\"", next: next)
    }
}
