internal import Commands
internal import Glibc

/// A group of services that belong together: `@main struct Shop: ServiceGroup { let services: [any Service] = [Database()] }`.
///
/// `main()` makes the type a program: the `miniboss` command for this group.
public protocol ServiceGroup: Sendable {
    init()

    /// Lower case letters, digits and `-`, at most 63; by default made from the name of the definition's directory.
    var name: String { get }
    /// The services in any order; `dependencies` decides who starts first.
    var services: [any Service] { get }

    /// Called when a start is done, with the names of the services that run. An error is reported and undoes nothing.
    func onStartServices(_ names: [String]) async throws
    /// Called when a stop is done, with the names of the services that were stopped.
    func onStopServices(_ names: [String]) async throws
    /// Called when a reload is done, with the name of the service.
    func onReloadService(_ name: String) async throws
}

extension ServiceGroup {
    public var name: String { DefinitionPlace.current.defaultGroupName }

    public func onStartServices(_ names: [String]) async throws {}
    public func onStopServices(_ names: [String]) async throws {}
    public func onReloadService(_ name: String) async throws {}

    /// Runs the command line against this group and ends the process with the command's exit code.
    public static func main() async {
        CommandLineEntry.begin()
        let definition = CommandLineEntry.reading { Self().lowered(at: .current) }
        exit(await CommandLineEntry.run(definition: definition, arguments: Array(CommandLine.arguments.dropFirst())))
    }
}
