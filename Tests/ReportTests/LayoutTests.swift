import Reconciler
import Testing

@testable import Report

@Suite("Where things stand in the report") struct LayoutTests {
    @Test("a service stands right of all it needs, boxes do not overlap, and every dependency has its line") func graph() {
        var random = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0 ... .max, using: &random)
        var generator = Seeded(state: seed)
        for _ in 0..<30 {
            let count = Int.random(in: 1...60, using: &generator)
            let services = (0..<count).map { index in
                ("s\(index)", (0..<index).filter { _ in Int.random(in: 0..<max(2, count / 3), using: &generator) == 0 }.map { "s\($0)" })
            }
            let layout = GraphLayout(services.map { (name: $0.0, dependencies: $0.1) })
            let place = Dictionary(uniqueKeysWithValues: layout.nodes.map { ($0.service, $0) })
            #expect(layout.nodes.count == count, "seed \(seed)")
            #expect(layout.edges.count == services.reduce(0) { $0 + $1.1.count }, "seed \(seed)")
            for (name, dependencies) in services {
                for dependency in dependencies {
                    #expect(place[dependency]?.x ?? 0 < place[name]?.x ?? 0, "seed \(seed)")
                }
            }
            for (column, nodes) in Dictionary(grouping: layout.nodes, by: \.x) {
                let tops = nodes.map(\.y).sorted()
                #expect(zip(tops, tops.dropFirst()).allSatisfy { $1 - $0 >= GraphLayout.nodeHeight }, "seed \(seed), column \(column)")
                #expect(tops.allSatisfy { $0 >= 0 && $0 + GraphLayout.nodeHeight <= layout.height + 0.001 }, "seed \(seed)")
            }
            for edge in layout.edges {
                #expect(edge.points.first?.x == place[edge.dependency].map { $0.x + GraphLayout.nodeWidth }, "seed \(seed)")
                #expect(edge.points.last?.x == place[edge.dependent]?.x, "seed \(seed)")
            }
        }
    }

    @Test("what no sound definition has, a circle or a name twice, is drawn all the same") func unsound() {
        let layout = GraphLayout([("a", ["b"]), ("b", ["a", "b"]), ("c", []), ("c", ["a"]), ("d", ["nobody"])])
        #expect(layout.nodes.map(\.service) == ["a", "b", "c", "d"])
        #expect(GraphLayout([]).nodes.isEmpty)
    }

    @Test("the axis has round ticks, two to seven of them", arguments: [0, 0.003, 0.0479, 0.9, 1, 3.7, 59, 61, 400, 5_000, 90_000, 9e8])
    func ticks(end: Double) {
        let axis = TimeAxis(end: end)
        #expect((2...7).contains(axis.ticks.count))
        #expect(axis.ticks.allSatisfy { $0.seconds <= axis.end })
        #expect(Set(axis.ticks.map(\.label)).count == axis.ticks.count)
    }

    @Test("places on the axis stay on it") func percent() {
        let axis = TimeAxis(end: 4)
        #expect(axis.percent(1) == "25.000%")
        #expect(axis.percent(-1) == "0.000%" && axis.percent(9) == "100.000%")
    }

    @Test(
        "the hashes of the policy are base64 as RFC 4648 has it",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ]) func base64(text: String, coded: String)
    {
        #expect(ContentPolicy.base64(Array(text.utf8)) == coded)
    }
}

private struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}
