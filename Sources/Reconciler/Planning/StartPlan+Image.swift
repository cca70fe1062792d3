/// What a start has to do about a service's image.
extension StartPlanner {
    func imageID(_ reference: ImageReference) -> String? { request.observed.images[reference.description] }

    func builds(_ service: ServiceSpec) -> Bool {
        service.isBuiltAtEachStart && !request.preparedImages.contains(service.name)
    }

    /// By image: the first service, in the order of the start, that builds it in this plan.
    static func builders(in request: PlanRequest, order: [String]) -> [String: ServiceSpec] {
        order.compactMap { request.desired[$0] }.reduce(into: [:]) { builders, service in
            guard service.build != nil, !service.imageHangsOnContext, let image = (try? ImageReference(service.image))?.description,
                let work = service.imageWork(
                    isHere: request.observed.images[image] != nil, isPrepared: request.preparedImages.contains(service.name)),
                work.kind == .buildImage, builders[image] == nil
            else { return }
            builders[image] = service
        }
    }

    /// The service that builds the image of another that does not: it is neither pulled nor taken as it is meanwhile.
    func builder(for service: ServiceSpec) -> ServiceSpec? {
        guard !builders.isEmpty, service.build == nil, !service.imageHangsOnContext,
            let image = try? ImageReference(service.image)
        else { return nil }
        return builders[image.description]
    }

    mutating func addImage(_ service: ServiceSpec) -> Int? {
        if let builder = builder(for: service) { return addImage(builder) }
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
