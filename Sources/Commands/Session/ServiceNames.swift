import Orchestrator
import Reconciler

/// Checks names of services that the user typed.
/// - Parameter known: empty when nothing is known of the group, and then nothing can be wrong.
/// - Throws: `OperationError` for the first unknown one, with the nearest that exists.
func checkServiceNames(_ names: [String], among known: [String], option: String? = nil) throws(OperationError) {
    guard !known.isEmpty else { return }
    for name in names where !known.contains(name) {
        let place = option.map { "\($0): " } ?? ""
        let next = nearestName(to: name, among: known).map { "Did you mean \"\($0)\"?" } ?? "Services: \(known.joined(separator: ", "))"
        throw OperationError(.usage, "\(place)there is no service \"\(name)\"", next: next)
    }
}

/// `a,b` and repeated options as one list.
func commaSeparated(_ values: [String]) -> [String] {
    values.flatMap { $0.split(separator: ",") }.map { String($0.drop { $0 == " " }).trimmedAtEnd }.filter { !$0.isEmpty }
}
