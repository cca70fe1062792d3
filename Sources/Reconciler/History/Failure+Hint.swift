extension Failure {
    /// What a readiness says that asks for the health check of an image that has none.
    public static let noHealthCheck = "no health check"
    /// The subject of a failure of a readiness, which nobody's `ping` asked for.
    public static let readiness = "readiness"
    /// What became of an answer of an engine that is there.
    public static let lostReply = "the connection"
    /// What an engine did not give that took the request.
    public static let overdueReply = "the answer"
    /// What keeps a container from becoming ready that somebody has paused.
    public static let pause = "the pause"
    /// Who sent a signal that ended a container.
    public static let engine = "the engine"
    /// What can be used up.
    public static let engineDisk = "the engine's disk"
    public static let addressPool = "the engine's range of addresses for networks"
    /// Who did not answer.
    public static let registry = "its registry"
    /// Who took the container away.
    public static let somebody = "somebody"
    /// Who holds the name of a container, and is none other than the service itself.
    public static let ownContainer = "a container of its own"
    /// What is in use: no port of the definition, but one that was chosen since any will do.
    public static let chosenPort = "a chosen port"
    /// Who holds the name of a network.
    public static let networkHolder = "a network of that name"

    /// Whether the engine may have done what it was asked for.
    private var isReplyMissing: Bool { holder == Self.lostReply || holder == Self.overdueReply }

    /// What the end of the process, of the hook, or the engine's refusal, says.
    /// - Parameter hookSeconds: how long the hook took that threw.
    func reason(exit: ContainerExited?, hookSeconds: Double?) -> String {
        switch failureClass {
        case .oomKilled: return "the kernel killed its process (exit code \(exitCode ?? 137)): it needed more memory than there was"
        case .killedBySignal where holder == Self.engine:
            return "somebody had the engine stop it (exit code \(exitCode.map(String.init) ?? "unknown")), or the engine was shut down"
        case .exitedNonzero where holder == Self.somebody: return "somebody removed its container, or started it anew, while it was needed"
        case .exitedZero, .exitedNonzero, .killedBySignal:
            guard let code = exitCode ?? exit?.exitCode else { return "its process ended by itself" }
            let manner = Reconciler.signal(ofExitCode: code) != nil ? "its process was ended" : "its process ended by itself"
            return "\(manner) (exit code \(code): \(exitCodeWords(code)))"
        case .badEntrypoint where subject == "cmd": return "neither the image nor the definition says what to run"
        case .badEntrypoint:
            let words = (exitCode ?? exit?.exitCode).map { " (exit code \($0): \(exitCodeWords($0)))" } ?? ""
            return "its process could not be started\(words)" + (exit?.error.map { ": \($0)" } ?? "")
        case .pingTimeout where holder == Self.pause: return "somebody paused its container while it was pinged"
        case .pingTimeout:
            let tries = attempts.map { $0 == 1 ? " once" : " \($0) times" } ?? ""
            return "it was asked\(tries) and never said it was ready; the last answer: \(lastPingError ?? "false")"
        case .unhealthy where hasNoHealthCheck: return "the image has no health check"
        case .unhealthy: return "the image's own health check says so" + (exit?.health.last.map { ": \($0)" } ?? "")
        case .hookThrew where subject == Self.readiness: return "its readiness asks for something that can't be"
        case .hookThrew: return "\(hookWords) threw an error" + (hookSeconds.map { " after \(durationWords($0))" } ?? "")
        case .hookTimedOut: return "\(hookWords) had not come back by the deadline"
        case .imageNotFound where holder != nil:
            return "this machine does not have the image\(subjectWords), and its registry did not answer"
        case .imageNotFound: return "neither this machine nor the registry has the image\(subjectWords)"
        case .pullDenied where holder != nil: return "the registry lets nobody pull any more for now"
        case .pullDenied: return "the registry refused the image\(subjectWords)"
        case .buildFailed where holder == Self.engineDisk: return "its image could not be built: \(Self.engineDisk) is full"
        case .buildFailed: return "its image could not be built"
        case .nameConflict where isAboutNetwork: return "a network that miniboss did not make for this group has that name"
        case .nameConflict where holder == Self.ownContainer:
            return "the engine has another container of this service, and did not say so when it was asked"
        case .nameConflict: return "a container that is not of this group has its name" + (holder.map { ": \($0)" } ?? "")
        case .portInUse: return "host port\(subjectWords) is taken" + (holder.map { " by \($0)" } ?? "")
        case .mountMissing: return "the directory\(subjectWords) does not exist on this machine"
        case .contextMissing: return "it needs a context key that nobody has written" + (subject.map { ": see \($0)" } ?? "")
        case .engineUnreachable where holder == Self.lostReply: return "the connection broke before the Docker Engine had answered"
        case .engineUnreachable where holder == Self.overdueReply: return "the Docker Engine took the request and did not answer it in time"
        case .engineUnreachable: return "no Docker Engine answered"
        case .engineError where holder == Self.addressPool: return "\(Self.addressPool) is used up"
        case .engineError where holder != nil: return "\(holder ?? Self.engineDisk) is full"
        case .engineError where phase == .pull: return "the image\(subjectWords) could not be pulled"
        case .engineError: return "the engine refused, or could not do what it was asked for"
        case .interrupted: return "the run was interrupted before the service was ready"
        }
    }

    /// What to do, one sentence without a full stop.
    /// - Parameter invocation: what was typed to begin the run that failed: `start`.
    public func hint(service: String, typeName: String, origin: String?, changes: [SpecChange], invocation: String, hasLog: Bool = true)
        -> String
    {
        let type = typeName.isEmpty ? service : typeName
        let place = origin.map { " (\($0))" } ?? ""
        if let change = changes.first(where: { $0.now == nil && $0.field.hasPrefix("env.") }), endedByItself {
            return "set \(change.field.dropFirst(4)) in \(type).env\(place), then `miniboss start`"
        }
        switch failureClass {
        case .engineUnreachable where isReplyMissing && ["exec", "run"].contains(invocation.prefix { $0 != " " }):
            return "see that the engine runs (`miniboss doctor`); the command may have run, or may run still"
        case .engineUnreachable where isReplyMissing:
            return "see that the engine runs (`miniboss doctor`), then `miniboss \(invocation)`: it finds out what became of it"
        case .engineUnreachable:
            return "start the engine (on Debian: sudo systemctl start docker) or set DOCKER_HOST, then `miniboss \(invocation)`"
        case .imageNotFound where holder != nil:
            return "check the way to the registry, and the spelling of \(type).image\(place): `docker pull\(subjectWords)` tries it by hand"
        case .imageNotFound: return "check the spelling of \(type).image\(place); to build it here set buildFromDirectory"
        case .pullDenied where holder != nil: return "wait and start again, or log in with `\(login)`: the limit is higher then"
        case .pullDenied: return "log in with `\(login)`, or check that the image\(subjectWords) may be read"
        case .buildFailed where subject == "buildFromDirectory":
            return "check \(type).buildFromDirectory and \(type).dockerfile\(place); relative paths begin at the definition file"
        case .buildFailed where holder == Self.engineDisk: return roomHint
        case .buildFailed where summary.contains("BuildKit"):
            return
                "miniboss builds with the engine's classic builder: leave out of the Dockerfile what needs BuildKit (`--mount` say), or build the image yourself and leave out \(type).buildFromDirectory\(place)"
        case .buildFailed where holder == Self.registry:
            return "check the way to the registry of the Dockerfile's FROM image: `docker pull` tries it by hand"
        case .buildFailed: return "mend the Dockerfile or what it copies" + (hasLog ? "; the build's last lines are above" : "")
        case .nameConflict where isAboutNetwork:
            return "remove that network (`docker network rm \(subject ?? "NAME")`), or join it with --network-name \(subject ?? "NAME")"
        case .nameConflict where holder == Self.ownContainer:
            return "`miniboss \(invocation)` again: it looks at what is there anew"
        case .nameConflict:
            return "remove or rename that container (`docker rm -f \(subject ?? holder ?? "NAME")`), then `miniboss start`"
        case .portInUse where holder == Self.chosenPort: return "`miniboss \(invocation)` again: it chooses another free port"
        case .portInUse: return "free host port\(subjectWords), or choose another in \(type).ports\(place); 0 takes any free one"
        case .mountMissing: return "create\(subjectWords), or make it in preStart of \(type)\(place)"
        case .badEntrypoint where subject == "user":
            return "check \(type).user\(place): a name must be in the image's /etc/passwd, a number need not"
        case .badEntrypoint where subject == "cmd":
            return "say what to run in \(type).cmd\(place): the image has neither CMD nor ENTRYPOINT"
        case .badEntrypoint: return "check \(type).entrypoint and \(type).cmd\(place): the program must be in the image and executable"
        case .exitedZero:
            return
                "it should keep running: check \(type).cmd\(place), or say `let readiness = Readiness.exits(code: 0)` when it is meant to end"
        case .exitedNonzero where holder == Self.somebody:
            return "find out who did (`docker events`), then `miniboss \(invocation)` makes a new one"
        case .exitedNonzero where !hasLog && invocation.contains("--keep-failed"):
            return
                "it wrote nothing before; its container was kept, so look inside (`docker cp`); what it was given stands in \(type)\(place)"
        case .exitedNonzero where !hasLog:
            return
                "it wrote nothing before: keep its container with --keep-failed and look inside; what it was given stands in \(type)\(place)"
        case .exitedNonzero: return "read its last log lines; what it was given stands in \(type)\(place)"
        case .oomKilled: return "give the engine more memory, or make \(service) use less"
        case .killedBySignal where holder == Self.engine:
            return "find out who ran `docker stop` or `docker kill`, or shut the engine down; `miniboss \(invocation)` goes on"
        case .killedBySignal where isCrash:
            return
                "the program crashed: its log's last lines, or a core dump, say where; run it by hand with `miniboss run \(service) -- …`"
        case .killedBySignal: return "find out who sent the signal: its log's last lines, `dmesg` for the kernel"
        case .pingTimeout where holder == Self.pause: return "find out who ran `docker pause`, then `miniboss start`"
        case .pingTimeout: return "give it longer with --timeout, or check what the readiness or ping of \(type) asks for\(place)"
        case .unhealthy where hasNoHealthCheck:
            return "choose another readiness for \(type)\(place), or give its image a HEALTHCHECK"
        case .unhealthy: return "run the health check by hand: `miniboss start --keep-failed`, then `miniboss exec \(service) -- …`"
        case .hookThrew where subject == Self.readiness: return "mend the readiness of \(type)\(place), then `miniboss start`"
        case .hookThrew: return "mend \(hookWords)\(place), then `miniboss start`: it is run again"
        case .hookTimedOut: return "see where \(hookWords)\(place) waits, or give it longer with --timeout"
        case .contextMissing:
            return
                "write that key to Context in a hook of a service that \(service) depends on (one that already runs does so after `miniboss stop --remove`), or mend \(type).\(subject ?? "env")\(place); {{ and }} stand for braces"
        case .interrupted: return "`miniboss \(invocation)` goes on where it stopped"
        case .engineError where holder == Self.addressPool:
            return "remove networks that nobody uses: `docker network ls` shows them, `docker network prune` removes them"
        case .engineError where holder != nil: return roomHint
        case .engineError where phase == .pull: return "see the engine's words above; `docker pull\(subjectWords)` tries it by hand"
        case .engineError: return "see the engine's words above; `miniboss doctor` checks the engine"
        }
    }

    /// SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE and SIGSEGV: what a process gets for what it did itself.
    private var isCrash: Bool { exitCode.map { [4, 5, 6, 7, 8, 11].contains($0 - 128) } ?? false }

    private var roomHint: String { "make room for it: `docker system df` shows what takes it, `docker system prune` frees it" }
    private var hasNoHealthCheck: Bool { lastPingError == Self.noHealthCheck }
    private var isAboutNetwork: Bool { holder == Self.networkHolder }

    private var endedByItself: Bool { failureClass == .exitedNonzero || failureClass == .exitedZero }

    /// The command that logs in at the registry of the image.
    private var login: String {
        "docker login" + (subject.flatMap { try? ImageReference($0) }?.registry.map { " \($0)" } ?? "")
    }

    private var subjectWords: String { subject.map { " \($0)" } ?? "" }

    private var hookWords: String {
        switch phase {
        case .preStart: "preStart"
        case .postStart: "postStart"
        case .ping: subject == Self.readiness ? "readiness" : "ping"
        default: "its hook"
        }
    }
}
