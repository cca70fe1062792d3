extension ServiceSpec {
    /// An image with tag `latest` and a build directory is built at each start.
    var isBuiltAtEachStart: Bool { build != nil && (try? ImageReference(image))?.effectiveTag == "latest" }

    /// What has to be done for the image, and why; `nil` when it can be used as it is.
    ///
    /// - Parameters:
    ///   - isHere: whether the engine has it.
    ///   - isPrepared: whether it was built or pulled in this run.
    public func imageWork(isHere: Bool, isPrepared: Bool) -> (kind: StepKind, cause: String)? {
        if isBuiltAtEachStart, !isPrepared { return (.buildImage, "tag latest with a buildFromDirectory is built at each start") }
        if isHere { return nil }
        return build != nil ? (.buildImage, "the image does not exist") : (.pullImage, "the image is not here")
    }
}
