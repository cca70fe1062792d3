/// What a start has to do about a service's image.
extension StartPlanner {
    func imageID(_ reference: ImageReference) -> String? { request.observed.images[reference.description] }

    func builds(_ service: ServiceSpec) -> Bool {
        service.isBuiltAtEachStart && !request.preparedImages.contains(service.name)
    }

    mutating func addImage(_ service: ServiceSpec) -> Int? {
        let reference = try? ImageReference(service.image)
        let target = StepTarget.image(reference?.description ?? service.image)
        // A reference with an unwritten key in it is looked up when its turn comes.
        guard !service.imageHangsOnContext else { return nil }
        let isPrepared = request.preparedImages.contains(service.name)
        return service.imageWork(isHere: reference.flatMap(imageID) != nil, isPrepared: isPrepared).map {
            draft.addOnce($0.kind, service.name, target, cause: $0.cause)
        }
    }
}
