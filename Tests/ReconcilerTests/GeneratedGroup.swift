import Reconciler
import TestSupport

/// A world from a seed: a group in any state a user, a killed run or somebody else may have left it in.
///
/// Every context key is written already, by a service that all who use the key depend on; without that no start could
/// converge, and no plan should pretend so.
struct GeneratedGroup {
    private(set) var world: PlannedWorld
    private var numbers: SeededGenerator
    private static let network = "miniboss-g"

    init(seed: UInt64) {
        numbers = SeededGenerator(seed: seed)
        world = PlannedWorld(group: GroupSpec(name: "g", services: []))
        addServices(Int.random(in: 1...9, using: &numbers))
        world.observed.networkExists = numbers.chance(70)
        for key in 0..<2 { world.write("key\(key)", .int(key)) }
        for service in world.group.services { addContainers(of: service) }
        // Of a service that is defined no more.
        if numbers.chance(15) { addContainer(of: ServiceSpec(name: "gone", image: "image0:1"), "orphan") }
        world.observed.containers.shuffle(using: &numbers)
    }

    private mutating func addServices(_ count: Int) {
        var services: [ServiceSpec] = []
        var needs: [Set<Int>] = []
        for index in 0..<count {
            let direct = (0..<index).filter { _ in numbers.chance(30) }
            needs.append(direct.reduce(into: Set(direct)) { $0.formUnion(needs[$1]) })
            var service = ServiceSpec(
                name: "service\(index)", image: "image\(Int.random(in: 0..<5, using: &numbers)):1",
                dependencies: direct.map { "service\($0)" }.shuffled(using: &numbers))
            service.env["MODE"] = EnvironmentValue("\(Int.random(in: 0..<3, using: &numbers))", isSecret: numbers.chance(20))
            for key in 0..<2 where needs[index].contains(key) && numbers.chance(40) {
                service.env["KEY\(key)"] = EnvironmentValue("{key\(key)}")
            }
            if numbers.chance(20) { service.ports = [PortMapping(container: 80, host: numbers.chance(50) ? 0 : 8000 + index)] }
            if numbers.chance(20) {
                service.volumes = [VolumeMount(source: .directory("/made/\(Int.random(in: 0..<3, using: &numbers))"), target: "/data")]
            }
            service.alwaysStartNew = numbers.chance(8)
            if numbers.chance(10) { service.expectedExits = [0] }
            if numbers.chance(20) {
                service.image = "built\(index)" + (numbers.chance(50) ? "" : ":1")
                service.build = BuildSource(directory: "/source/\(index)")
            }
            if let image = try? ImageReference(service.image).description, numbers.chance(75) {
                world.observed.images[image] = "sha256:\(image)"
            }
            services.append(service)
            // The first services write the keys; what they write is what was written before, or new.
            if index < 2 { world.writers[service.name] = ("key\(index)", .int(numbers.chance(50) ? index : 7)) }
        }
        world.directories = ["/made/0"]
        world.group = GroupSpec(name: "g", services: services.shuffled(using: &numbers), network: Self.network)
    }

    private mutating func addContainers(of service: ServiceSpec) {
        let properName = PlanRequest.containerName(group: "g", service: service.name)
        let names = [properName, "\(properName).run3", "\(properName).run4"].shuffled(using: &numbers)
        let count = numbers.chance(30) ? 0 : numbers.chance(75) ? 1 : 2
        for number in 0..<count { addContainer(of: service, names[number]) }
    }

    private mutating func addContainer(of service: ServiceSpec, _ name: String) {
        var made = service
        if numbers.chance(20) { made.env["MODE"] = "old" }
        if numbers.chance(5) { made.user = "nobody" }
        let statuses: [ObservedContainer.Status] = [
            .running, .running, .running, .running, .exited, .exited, .exited, .created, .paused, .restarting, .dead, .removing,
        ]
        let id = "id\(world.observed.containers.count)"
        // Without its directory a container that exists can't be started again, and no plan mends that.
        for case .directory(let path) in made.volumes.map(\.source) { world.directories.insert(path) }
        world.make(made, id: id, name: name, network: numbers.chance(95) ? Self.network : "another")
        // An image that is not here may be pulled for another, and then be newer than what this container was kept with.
        let isHere = (try? ImageReference(made.image)).map { world.observed.images[$0.description] != nil } ?? false
        world.change(id) { container in
            container.status = statuses.randomElement(using: &numbers) ?? .running
            container.exitCode = container.status == .exited ? Int.random(in: 0..<2, using: &numbers) : nil
            container.createdAt = Int.random(in: 0..<3, using: &numbers)
            if isHere, numbers.chance(8) { container.imageID = "sha256:older" }
        }
        // How far the run that made it came, as the ledger tells it.
        let life: [ServiceEvent] = [
            .planned, .createBegan, .containerCreated, .preStartBegan, .preStartFinished, .startBegan, .containerStarted, .postStartBegan,
            .postStartFinished,
        ]
        if numbers.chance(85) {
            for event in life.prefix(numbers.chance(70) ? life.count : Int.random(in: 3...life.count, using: &numbers)) {
                world.tell(service.name, event, container: id)
            }
            world.tell(service.name, .interrupted, container: id)
        }
    }
}
