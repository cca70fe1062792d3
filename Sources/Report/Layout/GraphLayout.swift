import Reconciler

/// The dependency graph drawn in layers, from left to right: who needs nobody stands left.
struct GraphLayout: Equatable {
    struct Node: Equatable {
        var service: String
        /// Top left corner.
        var x: Double
        var y: Double
    }

    struct Edge: Equatable {
        var dependency: String
        var dependent: String
        /// From the dependency's right side to the dependent's left side, by way of the layers between.
        var points: [Point]
    }

    struct Point: Equatable {
        var x: Double
        var y: Double
    }

    static let nodeWidth = 150.0
    static let nodeHeight = 44.0
    private static let columnGap = 38.0
    private static let rowGap = 14.0
    /// How much room an edge takes where it passes a layer.
    private static let laneHeight = 10.0
    /// Beyond this an edge goes straight: so many lanes would leave no room for services.
    private static let laneLimit = 4_000

    var nodes: [Node] = []
    var edges: [Edge] = []
    var width = 0.0
    var height = 0.0

    init(_ services: [(name: String, dependencies: [String])]) {
        var seen: Set<String> = []
        let services = services.filter { seen.insert($0.name).inserted }
        let layers = ServiceGraph(services).layers
        guard !layers.isEmpty else { return }
        var slots: [Slot] = []
        var columns: [[Int]] = layers.map { _ in [] }
        var indexes: [String: Int] = [:]
        for (column, layer) in layers.enumerated() {
            for service in layer {
                indexes[service] = slots.count
                columns[column].append(slots.count)
                slots.append(Slot(column: column, height: Self.nodeHeight))
            }
        }
        let paths = Self.paths(services, indexes: indexes, slots: &slots, columns: &columns)
        Self.order(&columns, slots)
        Self.place(columns, &slots)
        width = Double(layers.count) * (Self.nodeWidth + Self.columnGap) - Self.columnGap
        height = slots.map { $0.y + $0.height }.max() ?? 0
        nodes = services.compactMap { service in
            indexes[service.name].map { Node(service: service.name, x: Self.left(of: slots[$0].column), y: slots[$0].y) }
        }
        edges = paths.map { path in
            var points: [Point] = []
            for (step, index) in path.slots.enumerated() {
                let middle = slots[index].y + slots[index].height / 2
                let left = Self.left(of: slots[index].column)
                if step > 0 { points.append(Point(x: left, y: middle)) }
                if step < path.slots.count - 1 { points.append(Point(x: left + Self.nodeWidth, y: middle)) }
            }
            return Edge(dependency: path.dependency, dependent: path.dependent, points: points)
        }
    }

    private static func left(of column: Int) -> Double { Double(column) * (nodeWidth + columnGap) }

    /// A place in a layer: a service's, or the lane of an edge that passes.
    private struct Slot {
        var column: Int
        var height: Double
        var y = 0.0
        var before: [Int] = []
        var after: [Int] = []
    }

    private struct Path {
        var dependency: String
        var dependent: String
        var slots: [Int]
    }

    private static func paths(
        _ services: [(name: String, dependencies: [String])], indexes: [String: Int], slots: inout [Slot], columns: inout [[Int]]
    ) -> [Path] {
        var paths: [Path] = []
        var lanes = 0
        for service in services {
            guard let target = indexes[service.name] else { continue }
            for dependency in Set(service.dependencies).sorted() where dependency != service.name {
                guard let source = indexes[dependency] else { continue }
                var way = [source]
                let between = slots[source].column + 1..<max(slots[target].column, slots[source].column + 1)
                if lanes + between.count <= laneLimit {
                    lanes += between.count
                    for column in between {
                        way.append(slots.count)
                        columns[column].append(slots.count)
                        slots.append(Slot(column: column, height: laneHeight))
                    }
                }
                way.append(target)
                for (from, to) in zip(way, way.dropFirst()) {
                    slots[from].after.append(to)
                    slots[to].before.append(from)
                }
                paths.append(Path(dependency: dependency, dependent: service.name, slots: way))
            }
        }
        return paths
    }

    /// Fewer crossings: each slot moves to the mean place of its neighbours, layer by layer, there and back.
    private static func order(_ columns: inout [[Int]], _ slots: [Slot]) {
        var rank = [Double](repeating: 0, count: slots.count)
        func number(_ column: [Int]) { for (place, index) in column.enumerated() { rank[index] = Double(place) / Double(column.count) } }
        columns.forEach(number)
        for sweep in 0..<6 {
            let isForward = sweep.isMultiple(of: 2)
            for column in passage(isForward, columns.count) {
                let keys = columns[column].enumerated().map { place, index in
                    let neighbours = isForward ? slots[index].before : slots[index].after
                    return (mean(neighbours.map { rank[$0] }) ?? rank[index], place, index)
                }
                columns[column] = keys.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
                number(columns[column])
            }
        }
    }

    /// Straighter edges: each slot is drawn to the height of its neighbours, as far as those beside it leave room.
    private static func place(_ columns: [[Int]], _ slots: inout [Slot]) {
        for column in columns { stack(column, &slots, wishes: [:]) }
        for sweep in 0..<4 {
            for column in passage(sweep.isMultiple(of: 2), columns.count).map({ columns[$0] }) {
                var wishes: [Int: Double] = [:]
                for index in column {
                    let neighbours = sweep.isMultiple(of: 2) ? slots[index].before : slots[index].after
                    guard let middle = mean(neighbours.map { slots[$0].y + slots[$0].height / 2 }) else { continue }
                    wishes[index] = middle - slots[index].height / 2
                }
                stack(column, &slots, wishes: wishes)
            }
        }
        let top = slots.map(\.y).min() ?? 0
        for index in slots.indices { slots[index].y -= top }
    }

    /// Puts the slots of a layer below one another, each where it wishes or as near below as there is room; then shifts the
    /// whole layer so that it is not lower than wished on the average.
    private static func stack(_ column: [Int], _ slots: inout [Slot], wishes: [Int: Double]) {
        var free = -Double.infinity
        var excess: [Double] = []
        for index in column {
            let wish = wishes[index] ?? (free.isFinite ? free : 0)
            slots[index].y = max(wish, free)
            if let wish = wishes[index] { excess.append(slots[index].y - wish) }
            free = slots[index].y + slots[index].height + rowGap
        }
        guard let shift = mean(excess) else { return }
        for index in column { slots[index].y -= shift }
    }

    /// The numbers of the layers, from left to right or back.
    private static func passage(_ isForward: Bool, _ count: Int) -> [Int] {
        isForward ? Array(0..<count) : (0..<count).reversed()
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
