/// Who depends on whom, by index; all walks are iterative, so depth costs no stack.
public struct ServiceGraph: Sendable {
    public let names: [String]
    let dependencies: [[Int]]
    let dependents: [[Int]]
    let indexes: [String: Int]

    /// Names that are not among the services are left out; the definition check reports them.
    public init(_ services: [(name: String, dependencies: [String])]) {
        names = services.map(\.name)
        indexes = Dictionary(services.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        var forward = [[Int]](repeating: [], count: services.count)
        var backward = forward
        for (index, service) in services.enumerated() {
            for dependency in service.dependencies {
                guard let target = indexes[dependency] else { continue }
                forward[index].append(target)
                backward[target].append(index)
            }
        }
        dependencies = forward
        dependents = backward
    }

    public init(_ group: GroupSpec) {
        self.init(group.services.map { ($0.name, $0.dependencies) })
    }

    /// Dependencies before dependents, ties in the order of definition; services of a cycle are left out.
    public var startOrder: [String] { startIndexes.map { names[$0] } }

    /// `startOrder` by index.
    var startIndexes: [Int] {
        var missing = dependencies.map(\.count)
        var ready = missing.indices.filter { missing[$0] == 0 }
        var next = 0
        while next < ready.count {
            let index = ready[next]
            next += 1
            for dependent in dependents[index] {
                missing[dependent] -= 1
                if missing[dependent] == 0 { ready.append(dependent) }
            }
        }
        return ready
    }

    /// A shortest cycle, first service repeated at the end; `nil` without one.
    public var shortestCycle: [String]? {
        let order = startIndexes
        guard order.count < names.count else { return nil }
        let acyclic = Set(order)
        var remaining = names.indices.filter { !acyclic.contains($0) }
        remaining = onCycles(among: remaining)
        if let own = remaining.first(where: { dependencies[$0].contains($0) }) { return [names[own], names[own]] }
        var best: [Int]?
        for start in remaining {
            // Nothing that is left can beat a circle of two.
            if let best, best.count <= 2 { break }
            if let found = shortestPath(from: start, backTo: start, within: best?.count ?? .max), found.count < best?.count ?? .max {
                best = found
            }
            // Beyond a thousand candidates one short cycle is as good as another: bounded work on huge graphs.
            if remaining.count > 1_000, best != nil { break }
        }
        return best.map { ($0 + [$0[0]]).map { names[$0] } }
    }

    /// Those of `candidates` that can still be reached from one another: what only hangs on a cycle is dropped.
    private func onCycles(among candidates: [Int]) -> [Int] {
        var kept = Set(candidates)
        var waiting = candidates.filter { index in !dependents[index].contains { kept.contains($0) } }
        var left = Dictionary(uniqueKeysWithValues: candidates.map { index in (index, dependents[index].count { kept.contains($0) }) })
        while let index = waiting.popLast() {
            kept.remove(index)
            for target in dependencies[index] where kept.contains(target) {
                left[target, default: 1] -= 1
                if left[target] == 0 { waiting.append(target) }
            }
        }
        return candidates.filter(kept.contains)
    }

    private func shortestPath(from start: Int, backTo goal: Int, within limit: Int) -> [Int]? {
        var cameFrom: [Int: Int] = [:]
        var queue = [start]
        var depth = [start: 1]
        var next = 0
        while next < queue.count {
            let index = queue[next]
            next += 1
            guard depth[index, default: 1] < limit else { return nil }
            for target in dependencies[index] {
                if target == goal {
                    var path = [index]
                    while let previous = cameFrom[path[path.count - 1]] { path.append(previous) }
                    return path.reversed()
                }
                guard depth[target] == nil else { continue }
                depth[target] = depth[index, default: 1] + 1
                cameFrom[target] = index
                queue.append(target)
            }
        }
        return nil
    }

    /// Everything that needs `name`, directly or through others, in no particular order.
    public func transitiveDependents(of name: String) -> Set<String> {
        reach(from: name, along: dependents)
    }

    /// Everything `name` needs, directly or through others.
    public func transitiveDependencies(of name: String) -> Set<String> {
        reach(from: name, along: dependencies)
    }

    /// These and everything that needs one of them, in the order of definition.
    public func withDependents(_ chosen: [String]) -> [String] {
        inOrder(chosen.reduce(into: Set(chosen)) { $0.formUnion(transitiveDependents(of: $1)) })
    }

    /// These and everything they need, in the order of definition.
    public func withDependencies(_ chosen: [String]) -> [String] {
        inOrder(chosen.reduce(into: Set(chosen)) { $0.formUnion(transitiveDependencies(of: $1)) })
    }

    private func inOrder(_ some: Set<String>) -> [String] { names.filter(some.contains) }

    private func reach(from name: String, along edges: [[Int]]) -> Set<String> {
        guard let start = indexes[name] else { return [] }
        var seen: Set<Int> = []
        var stack = edges[start]
        while let index = stack.popLast() {
            guard seen.insert(index).inserted else { continue }
            stack += edges[index]
        }
        return Set(seen.map { names[$0] })
    }

    /// Shortest chains of dependencies from each of `names` that needs `target` to it, both included.
    ///
    /// Of several as short, the one along the dependencies named first. Walks the graph once, however many are asked for.
    public func chains(from names: some Sequence<String>, to target: String) -> [String: [String]] {
        guard let goal = indexes[target] else { return [:] }
        var distance = [goal: 0]
        var queue = [goal]
        var next = 0
        while next < queue.count {
            let index = queue[next]
            next += 1
            for dependent in dependents[index] where distance[dependent] == nil {
                distance[dependent] = distance[index, default: 0] + 1
                queue.append(dependent)
            }
        }
        var chains: [String: [String]] = [:]
        for name in names {
            guard var index = indexes[name], var left = distance[index] else { continue }
            var chain = [name]
            while left > 0, let nearer = dependencies[index].first(where: { distance[$0] == left - 1 }) {
                chain.append(self.names[nearer])
                index = nearer
                left -= 1
            }
            chains[name] = chain
        }
        return chains
    }
}
