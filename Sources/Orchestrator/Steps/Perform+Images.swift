import DockerClient
import Reconciler

extension GroupRun {
    func pullImage(_ step: PlanStep) async throws {
        try await withImageMove(step, began: .pullBegan) {
            try await pull(step.target.text, service: step.service, cause: step.cause)
        }
    }

    func pull(_ image: String, service: String?, cause: String) async throws {
        var backOff = PullBackOff(deadline: terms.hookTimeout)
        var cause = cause
        let start = clock.monotonic()
        while true {
            do {
                try await pullOnce(image, service: service, cause: cause)
                break
            } catch let error as DockerError {
                guard let pause = backOff.pause(after: error, elapsed: clock.seconds(since: start)) else {
                    throw error.isCancelled ? error : Failure(error, phase: .pull, image: image)
                }
                journal.remark(service, "the registry has too much to do; asking again in \(decimal(pause, places: 0)) s")
                try await interruption.cutting { [clock] in try await clock.sleep(pause) }
                cause = "the registry had too much to do"
            }
        }
        let id = try await engine.inspect(image: image).id
        knows(images: [image: id])
    }

    private func pullOnce(_ image: String, service: String?, cause: String) async throws {
        try await interruption.cutting { [self] in
            try await call(EngineStep(kind: .pullImage, service: service, cause: cause, target: image)) { () async throws(DockerError) in
                try await engine.pull(image: image) { self.journal.remark(service, $0) }
            }
        }
    }

    func buildImage(_ step: PlanStep) async throws {
        guard let service = step.service.flatMap({ group[$0] }) else { return }
        try await withImageMove(step, began: .buildBegan) { try await build(service, cause: step.cause) }
    }

    func build(_ service: ServiceSpec, cause: String) async throws {
        guard let source = try service.resolvedBuild(journal.state.context) else { return }
        // The keys of its image that were unknown when the plan was made may have been written since.
        let image = try service.resolvedImage(journal.state.context)
        let tag = (try? ImageReference(image))?.description ?? image
        let output = LineTail(limit: 200)
        let request = BuildRequest(
            directory: source.directory, dockerfile: source.dockerfile, tag: tag, own: OwnFiles(setting.ledgerLocation))
        do {
            let id = try await interruption.cutting { [self] in
                try await call(EngineStep(kind: .buildImage, service: service.name, cause: cause, target: tag), result: { $0 }) {
                    () async throws(DockerError) in
                    try await engine.build(request) { line in
                        output.add(line)
                        self.journal.remark(service.name, line)
                    }
                }
            }
            knows(images: [tag: id])
            imagePrepared(service.name)
        } catch let error as DockerError where !error.isCancelled {
            let lines = output.lines
            if !lines.isEmpty {
                try journal.note(
                    service.name,
                    .logsCaptured(
                        LogsCaptured(
                            container: "build of \(tag)", lines: lines.map { LogLine(stream: .standardOutput, text: $0) },
                            hide: journal.redaction)))
            }
            throw Failure(error, phase: .build, image: tag)
        }
    }

    /// The service is pulling or building meanwhile; another that shares the image just waits.
    private func withImageMove(_ step: PlanStep, began: ServiceEvent, _ body: () async throws -> Void) async throws {
        guard let service = step.service else { return try await body() }
        // The service may have failed for another reason, before or meanwhile; the image may still serve others.
        try move(service, began, cause: step.cause, onlyFrom: [.waiting])
        try await body()
        try move(service, .imageReady, onlyFrom: [.pulling, .building])
    }
}
