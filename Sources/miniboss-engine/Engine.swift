import Commands
import Glibc

/// The commands that need no definition: no group is handed over.
@main struct Engine {
    static func main() async {
        CommandLineEntry.begin()
        exit(await CommandLineEntry.run(definition: nil, arguments: Array(CommandLine.arguments.dropFirst())))
    }
}
