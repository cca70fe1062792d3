extension ServicePhase {
    /// The phase after `event`: one total function, used live, at every append, and in replay.
    /// - Throws: `IllegalTransition` for a pair that can't happen.
    public func after(_ event: ServiceEvent) throws(IllegalTransition) -> ServicePhase {
        switch (self, event) {
        case (let phase, .planned) where phase.isSettled: .waiting
        case (let phase, .foundRunning) where phase.isSettled || phase == .waiting: .running
        case (let phase, .foundStopped) where phase.isSettled || phase == .waiting: .stopped
        case (let phase, .foundAbsent) where phase.isSettled || phase == .waiting: .absent

        case (.waiting, .pullBegan), (.prepared, .pullBegan): .pulling
        case (.waiting, .buildBegan), (.prepared, .buildBegan): .building
        case (.pulling, .imageReady), (.building, .imageReady): .waiting

        case (.waiting, .preStartBegan), (.created, .preStartBegan): .preparing
        case (.preparing, .preStartFinished): .prepared

        // Made again, where the context changed while a made one waited for its start.
        case (.waiting, .createBegan), (.prepared, .createBegan), (.created, .createBegan): .creating
        case (.creating, .containerCreated): .created

        // A found container is started from waiting; a new one once it is created, or prepared after that.
        case (.waiting, .startBegan), (.created, .startBegan), (.prepared, .startBegan): .starting
        case (.starting, .containerStarted): .pinging
        // A container found running that still owes its ping goes on where it was left.
        case (.waiting, .containerStarted): .pinging
        case (.pinging, .pingSucceeded): .running
        case (.pinging, .postStartBegan), (.waiting, .postStartBegan): .priming
        case (.priming, .postStartFinished): .running

        // Whatever has or may have a container can be stopped and removed: when it failed, was cut off or is replaced.
        case (let phase, .stopBegan) where phase.mayHaveContainer: .stopping
        case (.stopping, .containerStopped): .stopped
        case (let phase, .removeBegan) where phase.mayHaveContainer: .removing
        case (.removing, .containerRemoved): .absent

        // From everywhere: whatever became of a service, another container of it may refuse to go.
        case (_, .failed): .failed
        case (let phase, .interrupted) where phase.isUnderWay: .interrupted
        case (let phase, .blocked) where phase.isSettled || phase.isOnTheWayUp: .blocked
        case (let phase, .excluded) where phase.isSettled: .excluded

        default: throw IllegalTransition(phase: self, event: event)
        }
    }

    /// Nothing of the service is under way: a run may begin, and a finished run ends, here.
    public var isSettled: Bool {
        switch self {
        case .absent, .running, .stopped, .failed, .blocked, .excluded, .interrupted: true
        case .waiting, .pulling, .building, .preparing, .prepared, .creating, .created, .starting, .pinging, .priming, .stopping, .removing:
            false
        }
    }

    /// Work of this run is going on or owed.
    public var isUnderWay: Bool { !isSettled }

    /// It is being started: what it needs may fail before it runs.
    public var isOnTheWayUp: Bool { isUnderWay && self != .stopping && self != .removing }

    var mayHaveContainer: Bool {
        switch self {
        case .stopping, .removing: false
        default: true
        }
    }
}
