/// The causes that lead to a new container, as a plan words them.
public enum PlanCause {
    public static let noContainer = "no container exists"
    public static let networkGone = "the network it was on is gone"
    private static let mark = "replaced: "

    static func replaced(_ why: String) -> String { mark + why }

    /// Why a container is replaced; `nil` for every other cause.
    public static func whyReplaced(_ cause: String) -> Substring? {
        cause.hasPrefix(mark) ? cause.dropFirst(mark.count) : nil
    }
}
