import DockerClient
import Reconciler

extension Failure {
    /// What an engine that does not answer, or not as it should, means for a hook that calls it; `nil` for its refusals, which the
    /// hook has to know of.
    init?(breakdown error: DockerError) {
        guard error.isUnreachable || error.isEngineFault else { return nil }
        self.init(error, phase: .ping)
    }

    /// The engine's refusal as a class of failure.
    init(_ error: DockerError, phase: FailurePhase, image: String? = nil) {
        let words = error.engineMessage.isEmpty ? error.description : error.engineMessage
        if error.isUnreachable {
            self.init(.engineUnreachable, phase: phase, summary: "the engine did not answer: \(words)")
        } else if error.code == .outputRefused {
            self.init(.engineError, phase: phase, summary: words)
        } else if error.code == .protocolViolation || error.code == .truncated && !error.outcomeUnknown {
            self.init(.engineError, phase: phase, summary: error.description)
        } else if error.outcomeUnknown {
            let what = error.isOverdue ? "the engine gave no answer" : "the engine's answer was lost"
            self.init(
                .engineUnreachable, phase: phase, summary: "\(what): \(words)",
                holder: error.isOverdue ? Failure.overdueReply : Failure.lostReply)
        } else if phase == .build, error.code == .badRequest {
            // Of our own reading of the directory, before the engine was asked.
            self.init(.buildFailed, phase: phase, summary: "its image could not be built: \(words)", subject: "buildFromDirectory")
        } else if phase == .build {
            self.init(
                .buildFailed, phase: phase, summary: "its image could not be built: \(words)", subject: image,
                holder: error.isEngineDiskFull ? Failure.engineDisk : error.isRegistryUnreachable ? Failure.registry : nil)
        } else if phase == .pull, error.isRateLimited {
            self.init(
                .pullDenied, phase: phase, summary: "the registry's limit of pulls is reached for \(image ?? "its image"): \(words)",
                subject: image, holder: "the registry's limit of pulls")
        } else if error.isEngineDiskFull {
            self.init(.engineError, phase: phase, summary: "the engine's disk is full: \(words)", holder: Failure.engineDisk)
        } else if error.isAddressPoolExhausted {
            self.init(
                .engineError, phase: phase, summary: "the engine has no addresses left for a network: \(words)", holder: Failure.addressPool
            )
        } else if phase == .pull, error.isPullDenied {
            self.init(.pullDenied, phase: phase, summary: "the registry refused \(image ?? "its image"): \(words)", subject: image)
        } else if phase == .pull, error.isRegistryUnreachable {
            self.init(
                .imageNotFound, phase: phase, summary: "\(image ?? "its image") could not be pulled: its registry did not answer: \(words)",
                subject: image, holder: Failure.registry)
        } else if phase == .pull, !error.isNotFound, !error.isNoSuchImage {
            self.init(.engineError, phase: phase, summary: "\(image ?? "its image") could not be pulled: \(words)", subject: image)
        } else if phase == .pull {
            self.init(.imageNotFound, phase: phase, summary: "\(image ?? "its image") could not be pulled: \(words)", subject: image)
        } else if error.isNoSuchImage {
            self.init(.imageNotFound, phase: phase, summary: "\(image ?? "its image") does not exist: \(words)", subject: image)
        } else if error.isNameConflict {
            self.init(.nameConflict, phase: phase, summary: "its container's name is taken: \(words)", holder: error.conflictingContainerID)
        } else if error.isPortInUse {
            let port = error.portInUse.map(String.init)
            self.init(.portInUse, phase: phase, summary: "host port \(port ?? "") is in use: \(words)", subject: port)
        } else if error.isMountMissing {
            self.init(.mountMissing, phase: phase, summary: words)
        } else if error.isUserMissing {
            self.init(.badEntrypoint, phase: phase, summary: "its user is not in the image: \(words)", subject: "user")
        } else if error.isCommandMissing {
            self.init(.badEntrypoint, phase: phase, summary: "the image says nothing of what to run: \(words)", subject: "cmd")
        } else if error.isBadEntrypoint {
            self.init(.badEntrypoint, phase: phase, summary: "its command can't be run: \(words)")
        } else {
            self.init(.engineError, phase: phase, summary: "the engine refused: \(words)")
        }
    }
}

extension OperationError {
    /// The engine can't be reached at all: each reason has a way on of its own.
    /// - Parameter security: of the connection that was tried; `nil` where none was, or none over TCP.
    init(unreachable error: DockerError, host: String, security: DockerHost.Security? = nil) {
        let reason: String
        let next: String
        switch error.code {
        case .unreachable(.socketMissing):
            reason = "its socket does not exist"
            next =
                "Is it installed and running? On Debian: sudo apt-get install docker.io, sudo systemctl start docker · another engine: DOCKER_HOST=…, docker context use …"
        case .unreachable(.refused):
            reason = "connection refused"
            next = "Is it running? On Debian: sudo systemctl start docker · another engine: DOCKER_HOST=…, docker context use …"
        case .unreachable(.permission):
            reason = "permission denied"
            next = "Add yourself to its group and log in again: sudo usermod -aG docker $USER · or run as root"
        case .tls:
            let words = error.engineMessage.isEmpty ? error.description : error.engineMessage
            self.init(
                .engine, "no secure connection to a Docker Engine at \(host) (\(words)).",
                next: "DOCKER_CERT_PATH (or the docker context) names the directory of ca.pem, the authority that signed the engine's "
                    + "certificate, and of your own cert.pem and key.pem. An engine without TLS: unset DOCKER_TLS_VERIFY.")
            return
        case .unsupportedHost, .unsupportedVersion, .badRequest:
            self.init(
                .engine, error.description, next: "Set DOCKER_HOST to unix:///path or tcp://host:port, or choose another docker context.")
            return
        default:
            let words = error.engineMessage.isEmpty ? error.description : error.engineMessage
            let isCut = error.code == .replyLost || error.code == .truncated
            let silence = error.isOverdue ? "it takes connections and says nothing" : "the connection broke off"
            reason = error.status.map { "it answered \($0): \(words)" } ?? (isCut ? "\(silence): \(words)" : words)
            let asks =
                switch security {
                case .none: ""
                case .plain: " If it speaks TLS: DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH."
                case .anonymous: " It may ask for a certificate of yours: cert.pem and key.pem in DOCKER_CERT_PATH."
                case .identified: ""
                }
            next =
                "Is that a Docker Engine? DOCKER_HOST or the docker context names it; its own log says more (on Debian: journalctl -u docker)."
                + asks
        }
        self.init(.engine, "no Docker Engine answers at \(host) (\(reason)).", next: next)
    }
}
