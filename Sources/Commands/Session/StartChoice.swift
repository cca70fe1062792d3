import ArgumentParser
import Orchestrator
import Reconciler

/// Which services a start is about.
struct StartChoice: ParsableArguments {
    @Option(help: ArgumentHelp("Services to leave out; nothing else may depend on them.", valueName: "a,b"))
    var exclude: [String] = []
    @Option(help: ArgumentHelp("Only these services and what they depend on.", valueName: "a,b"))
    var only: [String] = []
    @Option(help: ArgumentHelp("The network to use instead of miniboss-GROUP.", valueName: "NAME"))
    var networkName: String?

    func validate() throws { try checkNetworkName(networkName) }

    func options(_ target: GroupTarget, timeout: Double = 300, keepFailed: Bool = false) throws(OperationError) -> StartOptions {
        let known = target.definition?.spec.services.map(\.name) ?? []
        let exclude = commaSeparated(exclude)
        let only = commaSeparated(only)
        try checkServiceNames(exclude, among: known, option: "--exclude")
        try checkServiceNames(only, among: known, option: "--only")
        if only.isEmpty, !self.only.isEmpty {
            throw OperationError(.usage, "--only names no service", next: "Leave it out to start all of them.")
        }
        return StartOptions(exclude: exclude, only: only, network: networkName, timeout: timeout, keepFailed: keepFailed)
    }
}
