import Reconciler
import Testing

@Suite("What unnamed volumes keep") struct UnnamedVolumesTests {
    private func container(
        _ id: String, _ volumes: [String: String], status: ObservedContainer.Status = .exited, createdAt: Int = 0
    ) -> ObservedContainer {
        var container = ObservedContainer(id: id, name: id, service: "db", status: status, imageID: "i", createdAt: createdAt)
        container.unnamedVolumes = volumes
        return container
    }

    private func volumes(
        _ spec: ServiceSpec? = ServiceSpec(name: "db", image: "db"), kept: [String: String] = [:]
    ) -> UnnamedVolumes {
        var record = ServiceRecord()
        record.keptVolumes = kept
        return UnnamedVolumes(of: spec, record)
    }

    @Test("B22: the newest container that ran is gone on from, and one that never ran has nothing")
    func newest() {
        let containers = [
            container("c", ["/data": "made-only"], status: .created, createdAt: 9), container("b", ["/data": "newer"], createdAt: 2),
            container("a", ["/data": "older", "/log": "log"], createdAt: 1),
        ]
        #expect(volumes().left(by: containers) { _ in true } == ["/data": "newer", "/log": "log"])
        #expect(volumes().left(by: [containers[0]]) { _ in true } == ["/data": "made-only"])
    }

    @Test("B27: what a removed container left is remembered, unless the engine has it no more; a container's own comes first")
    func remembered() {
        let kept = ["/data": "remembered", "/log": "gone"]
        #expect(volumes(kept: kept).left(by: []) { $0 != "gone" } == ["/data": "remembered"])
        #expect(volumes(kept: kept).left(by: [container("a", ["/data": "own"])]) { $0 != "gone" } == ["/data": "own"])
    }

    @Test("a place or a name that the definition gives away is the user's")
    func named() {
        var spec = ServiceSpec(name: "db", image: "db")
        spec.volumes = [VolumeMount(source: .named("mine"), target: "/data"), VolumeMount(source: .named("hash"), target: "/x")]
        let containers = [container("a", ["/data": "unnamed", "/log": "hash", "/tmp": "t"])]
        #expect(volumes(spec).left(by: containers) { _ in true } == ["/tmp": "t"])
        #expect(volumes(spec, kept: ["/k": "mine"]).all(of: containers) == ["unnamed", "t"])
    }

    @Test("B24: handed on where the image still keeps something, told where not, and never for one that always starts new")
    func inheritance() {
        let left = ["/data": "0123456789abcdef", "/log": "l"]
        let found = volumes().inheritance(of: left, declared: ["/data"])
        #expect(found.handedOn == ["/data": "0123456789abcdef"])
        #expect(
            found.notes == [
                "goes on with what its last container kept at /data (volume 0123456789ab)",
                "its image keeps nothing at /log (volume l) any more; what was there is left as it is",
            ])
        var spec = ServiceSpec(name: "db", image: "db")
        spec.alwaysStartNew = true
        #expect(volumes(spec).inheritance(of: left, declared: ["/data"]).handedOn.isEmpty)
        #expect(volumes(spec).inheritance(of: left, declared: ["/data"]).notes.count == 1)
        #expect(volumes().inheritance(of: [:], declared: ["/data"]) == UnnamedVolumes.Inheritance())
    }

    @Test("B27, B38: what is remembered after a removal")
    func kept() {
        let known = volumes(kept: ["/data": "old", "/log": "log"])
        let ran = container("a", ["/data": "new"], status: .running)
        let made = container("b", ["/data": "empty", "/other": "o"], status: .created)
        #expect(known.kept(after: ran, handedOn: [:], takesOwn: false, removesAll: false) == ["/data": "new", "/log": "log"])
        // The engine takes along what it made for it; what it was given stays.
        #expect(known.kept(after: ran, handedOn: ["/data": "given"], takesOwn: true, removesAll: false)["/data"] == "given")
        // One that never ran has nothing better.
        #expect(
            known.kept(after: made, handedOn: [:], takesOwn: false, removesAll: false) == ["/data": "old", "/log": "log", "/other": "o"])
        // What is still to be removed is not forgotten for what is removed with it.
        #expect(known.kept(after: ran, handedOn: [:], takesOwn: true, removesAll: true) == ["/data": "old", "/log": "log"])
        #expect(known.rest(refused: ["log"]) { _ in false } == ["/log": "log"])
        #expect(known.rest(refused: []) { $0 == "old" } == ["/data": "old"])
        var spec = ServiceSpec(name: "db", image: "db")
        spec.alwaysStartNew = true
        #expect(volumes(spec).kept(after: ran, handedOn: [:], takesOwn: false, removesAll: false).isEmpty)
    }
}
