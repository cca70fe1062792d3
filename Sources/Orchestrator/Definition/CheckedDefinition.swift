import Reconciler

extension RunSetting {
    /// The definition, free of problems.
    /// - Throws: `OperationError` with `.definition` listing everything wrong, `.noDefinition` without one.
    func checkedDefinition() throws(OperationError) -> GroupDefinition {
        guard let definition else {
            throw OperationError(.noDefinition, "no definition file", next: "`miniboss init` writes one; -f FILE names one.")
        }
        let problems = definition.problems + definition.spec.problems()
        guard problems.isEmpty else {
            throw OperationError(.definition, problems.map(\.description).joined(separator: "\n"))
        }
        return definition
    }
}
