// Status first, text second: the engine tells several causes apart only by its words (moby 20.10 to 29).
extension DockerError {
    /// True when the engine may have carried out the request although the caller got no answer.
    public var outcomeUnknown: Bool {
        switch code {
        case .replyLost: true
        case .truncated, .cancelled: isChange
        // What stands between may have passed it on.
        case .http(let status): (502...504).contains(status) && isChange
        // Made, and only its id could not be read.
        case .protocolViolation: endpoint.hasPrefix("POST ") && endpoint.hasSuffix("/create")
        default: false
        }
    }

    private var isChange: Bool { !endpoint.hasPrefix("GET ") && !endpoint.hasPrefix("HEAD ") }

    /// The request was taken, and no answer came in the time that was given for one.
    public var isOverdue: Bool {
        code == .replyLost && (engineMessage == CurlLoop.overdue || has("timed out") || has("timeout was reached"))
    }

    /// No engine at the address, or none that lets us in.
    public var isUnreachable: Bool {
        if case .unreachable = code { return true }
        return false
    }

    public var isCancelled: Bool { code == .cancelled }

    /// The engine, or what stands between, is to blame and not what it was asked for: the next call may get a good answer.
    public var isEngineFault: Bool {
        switch code {
        case .replyLost, .truncated, .protocolViolation: true
        // Podman, and older engines, refuse some commands with it as well.
        case .http(let status): status >= 500 && !isBadEntrypoint
        default: false
        }
    }

    public var isNotFound: Bool { status == 404 }

    /// The container name belongs to another container; see `conflictingContainerID`.
    ///
    /// Podman answers this, and most refusals below, with 500.
    public var isNameConflict: Bool {
        (status == 409 || status == 500) && (has("is already in use by container") || has("that name is already in use"))
    }

    /// A network of that name exists.
    public var isNetworkNameTaken: Bool { status == 409 || has("already exists") }

    /// There is no container of that id, whatever else there may not be.
    public var isContainerMissing: Bool { isNotFound && (has("no such container") || has("no container with")) }

    /// The container is there, a path in it is not.
    public var isFileMissing: Bool { isNotFound && !isContainerMissing && (has("could not find the file") || has("no such file")) }

    /// Several networks have the name that was given.
    public var isNetworkAmbiguous: Bool { has("is ambiguous") && has("network ") }

    /// The id of the container that holds the name, when the engine named it.
    public var conflictingContainerID: String? {
        guard isNameConflict, let tail = tail(after: "in use by container ") ?? tail(after: "in use by ") else { return nil }
        let id = tail.drop { $0 == "\"" }.prefix { $0.isHexDigit }
        return id.isEmpty ? nil : String(id)
    }

    public var isRemovalInProgress: Bool {
        status == 409 && has("removal of container") && has("already in progress")
    }

    /// A host port is held by another container or by a process; see `portInUse`.
    public var isPortInUse: Bool { has("port is already allocated") || has("address already in use") }

    /// The host port the engine could not bind, when its words give one.
    public var portInUse: Int? {
        guard isPortInUse else { return nil }
        for marker in ["Bind for ", "bind host port for ", "bind host port ", "listen tcp4 ", "listen tcp6 ", "listen tcp ", "listen udp "]
        {
            guard let tail = tail(after: marker) else { continue }
            // `0.0.0.0:80 …`, `[::]:80 …` and `0.0.0.0:80:172.17.0.2:80/tcp`: the port follows the address.
            let rest = tail.first == "[" ? tail.drop { $0 != "]" }.dropFirst() : tail.drop { $0 != ":" && $0 != " " }
            guard rest.first == ":" else { continue }
            if let port = Int(rest.dropFirst().prefix { $0.isWholeNumber }) { return port }
        }
        return nil
    }

    public var isNoSuchImage: Bool { (status == 404 && has("no such image")) || isManifestUnknown }

    /// The registry has no such tag or digest, or none for this machine.
    public var isManifestUnknown: Bool {
        has("manifest unknown") || has("no matching manifest") || has("name unknown") || (has("manifest for") && has("not found"))
    }

    /// The registry refuses the repository, or hides that it does not exist.
    public var isPullDenied: Bool {
        status == 401 || status == 403 || has("pull access denied") || has("requested access to the resource is denied")
            || has("unauthorized: ")
            || has("no basic auth credentials") || has("forbidden") || engineMessage.lowercased() == "denied"
    }

    /// The engine got no answer from the registry: no route, no such host, nobody listening, or no TLS.
    public var isRegistryUnreachable: Bool {
        has("dial tcp") || has("no such host") || has("connection refused") || has("i/o timeout") || has("tls: ") || has("tls handshake")
            || has("client.timeout exceeded") || has("server misbehaving") || has("unexpected http status: 5")
    }

    /// The registry asks for patience, or lets nobody pull any more.
    public var isRateLimited: Bool { status == 429 || has("toomanyrequests") || has("429 too many requests") }

    /// Among those: a quota that is counted in hours, as Docker Hub's.
    public var isQuotaSpent: Bool { isRateLimited && has("pull rate limit") }

    /// The command or entrypoint cannot be executed (exit codes 126 and 127 of the runtime).
    public var isBadEntrypoint: Bool {
        if isUserMissing || isCommandMissing || has("executable file not found") || has("exec format error") { return true }
        let runtime = has("runtime create failed") || has("starting container process caused") || has("exec: \"")
        return runtime && (has("no such file or directory") || has("permission denied") || has("is a directory")) && !has("mounting")
    }

    /// Among those: the image has no such user or group.
    public var isUserMissing: Bool { has("unable to find user") || has("unable to find group") }

    /// Among those: neither the image nor the container says what to run.
    public var isCommandMissing: Bool { (status == 400 && has("no command specified")) || has("no command or entrypoint provided") }

    /// Among those: it is there, but no program or not ours to run.
    public var isNotExecutable: Bool { isBadEntrypoint && (has("permission denied") || has("is a directory") || has("exec format error")) }

    /// The container is paused, so nothing can run in it.
    public var isContainerPaused: Bool { status == 409 && has("is paused") }

    public var isMountMissing: Bool { has("bind source path does not exist") }

    public var isNetworkInUse: Bool {
        (status == 403 || status == 500 || status == 409) && (has("has active endpoints") || has("network is being used"))
    }
    public var isVolumeInUse: Bool { status == 409 && has("volume is in use") }

    /// No address range is left for another network.
    public var isAddressPoolExhausted: Bool { has("non-overlapping IPv4 address pool") || has("predefined address pools") }

    /// The engine's file system is full.
    public var isEngineDiskFull: Bool { has("no space left on device") }

    private func has(_ words: String) -> Bool {
        engineMessage.lowercased().contains(words.lowercased())
    }

    private func tail(after marker: String) -> Substring? {
        guard let range = engineMessage.firstRange(of: marker) else { return nil }
        return engineMessage[range.upperBound...]
    }
}
