/// The kinds of step there are; each but the hooks and `reconsider` maps to one engine call. The raw values are part of the contract.
///
/// A plan has all but `execInContainer` and `removeVolume`, which are only recorded.
public enum StepKind: String, Codable, Sendable, CaseIterable {
    case createNetwork = "create_network"
    case pullImage = "pull_image"
    case buildImage = "build_image"
    case removeVolume = "remove_volume"
    case preStart = "pre_start"
    case createContainer = "create_container"
    case stopContainer = "stop_container"
    case removeContainer = "remove_container"
    case renameContainer = "rename_container"
    case startContainer = "start_container"
    case unpauseContainer = "unpause_container"
    case ping
    case postStart = "post_start"
    case preStop = "pre_stop"
    case removeNetwork = "remove_network"
    case execInContainer = "exec_in_container"
    /// Plan one service again, now that what its plan hangs on is known.
    case reconsider
}
