internal import Orchestrator
internal import Reconciler

extension Service {
    func hooks(at place: DefinitionPlace) -> ServiceHooks {
        var hooks = ServiceHooks(ping: { try await self.ping(Container(access: $0)) }, pingsByReadiness: !place.mayHave("ping"))
        if place.mayHave("preStart") { hooks.preStart = { try await self.preStart() } }
        if place.mayHave("postStart") { hooks.postStart = { try await self.postStart(Container(access: $0)) } }
        if place.mayHave("preStop") { hooks.preStop = { try await self.preStop(Container(access: $0)) } }
        return hooks
    }

    /// The service as plain values; what can't be read is left out and added to `problems`.
    func lowered(at place: DefinitionPlace, problems: inout [DefinitionProblem]) -> ServiceSpec {
        let type = unqualifiedTypeName(of: self)
        let environment = env.environment
        problems += environment.repeatedKeys.map { DefinitionProblem(typeName: type, field: "env", "has the key \"\($0)\" more than once") }
        problems += (readiness.problems + readiness.unpublishedPorts(ports)).map {
            DefinitionProblem(typeName: type, field: "readiness", $0)
        }
        return ServiceSpec(
            name: name, image: image, dependencies: dependencies,
            env: environment.values.mapValues { EnvironmentValue($0.text, isSecret: $0.isSecret) },
            ports: ports.map { PortMapping(container: $0.key, host: $0.value) },
            volumes: loweredVolumes(at: place, type: type, problems: &problems),
            entrypoint: words(of: entrypoint, field: "entrypoint", type: type, problems: &problems),
            command: words(of: cmd, field: "cmd", type: type, problems: &problems),
            user: user.isEmpty ? nil : user,
            alwaysStartNew: alwaysStartNew,
            stopSignal: Reconciler.StopSignal(rawValue: stopSignal.rawValue) ?? .sigterm,
            build: buildFromDirectory.isEmpty
                ? nil : BuildSource(directory: place.absolutePath(buildFromDirectory), dockerfile: dockerfile),
            expectedExits: readiness.probe.expectedExits,
            typeName: type)
    }

    private func loweredVolumes(at place: DefinitionPlace, type: String, problems: inout [DefinitionProblem]) -> [VolumeMount] {
        var mounts: [VolumeMount] = []
        for entry in volumes.volumeList.entries {
            switch entry {
            case .text(let text):
                do {
                    mounts.append(try VolumeMount(text: text, at: place))
                } catch {
                    problems.append(DefinitionProblem(typeName: type, field: "volumes", error.message))
                }
            case .mount(let source, let mount):
                mounts.append(
                    VolumeMount(
                        source: VolumeMount.source(source, at: place), target: VolumeMount.mountPoint(mount.target, at: place),
                        readOnly: mount.mode == .readOnly))
            }
        }
        return mounts
    }

    private func words(
        of command: some CommandConvertible, field: String, type: String, problems: inout [DefinitionProblem]
    ) -> [String]? {
        switch command.commandText {
        case .imageDefault: return nil
        case .words(let words): return words
        case .line(let line):
            do {
                return try ShellWords(line).words
            } catch {
                problems.append(DefinitionProblem(typeName: type, field: field, "\"\(line)\" \(error)"))
                return nil
            }
        }
    }
}

extension Readiness {
    /// What can be known to be wrong before anything runs.
    var problems: [String] { Self.problems(of: probe) + probe.templates.compactMap(Self.templateProblem) }

    private static func templateProblem(_ text: String) -> String? {
        do throws(TemplateError) { _ = try Template(text) } catch { return error.description }
        return nil
    }

    /// The ports that are probed through a host port they do not have.
    func unpublishedPorts(_ published: [Int: Int]) -> [String] {
        Self.probedPorts(of: probe).filter { published[$0] == nil }.map { port in
            "probes container port \(port), which `ports` does not publish; add `\(port): 0` there for a free host port"
        }
    }

    private static func probedPorts(of probe: ReadinessProbe) -> [Int] {
        switch probe {
        case .tcp(let port), .http(let port, _, _): [port]
        case .all(let probes), .any(let probes): probes.flatMap(probedPorts(of:))
        default: []
        }
    }

    private static func problems(of probe: ReadinessProbe) -> [String] {
        switch probe {
        case .none, .healthy: return []
        case .tcp(let port): return portProblems(port)
        case .http(let port, let path, let status):
            let isPlain = path.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 0x20 && $0.value != 0x7F }
            return portProblems(port)
                + (path.hasPrefix("/") || path.hasPrefix("{") ? [] : ["the path \"\(path)\" does not begin with /"])
                + (isPlain ? [] : ["the path \"\(path)\" has characters that must be percent-encoded, as %20 for a space"])
                + (status.overlaps(100...599) ? [] : ["no answer has the status \(status.lowerBound); they are 100-599"])
        case .log(let pattern, let times):
            let broken = (try? Regex(pattern)) == nil ? ["\"\(pattern)\" is not a regular expression"] : []
            return broken + (times < 1 ? ["a log line can't be awaited \(times) times"] : [])
        case .exec(let command): return command.first?.isEmpty == false ? [] : ["the command is empty"]
        case .exits(let code): return (0...255).contains(code) ? [] : ["the exit code \(code) is out of range; codes are 0-255"]
        case .all(let probes), .any(let probes):
            return probes.isEmpty ? ["a list of conditions is empty"] : probes.flatMap(problems(of:))
        }
    }

    private static func portProblems(_ port: Int) -> [String] {
        (1...65535).contains(port) ? [] : ["port \(port) is out of range; ports are 1-65535"]
    }
}
