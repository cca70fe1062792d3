// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "miniboss",
    products: [
        .executable(name: "miniboss", targets: ["miniboss"]),
        .executable(name: "miniboss-engine", targets: ["miniboss-engine"]),
        .library(name: "MinibossKit", type: .dynamic, targets: ["MinibossKit"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        // Without pkgConfig, which would link it: the headers alone are needed here, the library is loaded when it is called.
        .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "Digest", exclude: ["README.md"], swiftSettings: strict),
        .target(name: "Files", exclude: ["README.md"], swiftSettings: strict),
        .target(name: "Ledger", dependencies: ["CSQLite", "Digest", "Files"], exclude: ["README.md"], swiftSettings: strict),
        .target(name: "DockerClient", dependencies: ["CCurl", "Digest", "Files"], exclude: ["README.md"], swiftSettings: strict),
        .target(name: "Reconciler", exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "Orchestrator", dependencies: ["Ledger", "DockerClient", "Reconciler", "Digest", "Files"],
            exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "Report", dependencies: ["Reconciler", "Digest"], exclude: ["README.md"],
            resources: [.embedInCode("Assets/report.css"), .embedInCode("Assets/report.js")], swiftSettings: strict),
        .target(
            name: "Commands",
            dependencies: [
                "Orchestrator", "Reconciler", "Report", "Files", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["README.md"], swiftSettings: strict),
        .target(
            name: "MinibossKit", dependencies: ["Commands", "Orchestrator", "Reconciler", "Files"], exclude: ["README.md"],
            swiftSettings: strict),
        .executableTarget(name: "miniboss-engine", dependencies: ["Commands"], exclude: ["README.md"], swiftSettings: strict),
        .target(name: "DefinitionLoader", dependencies: ["Digest", "Files"], exclude: ["README.md"], swiftSettings: strict),
        .executableTarget(name: "miniboss", dependencies: ["DefinitionLoader"], exclude: ["README.md"], swiftSettings: strict),
        .target(name: "TestSupport", dependencies: ["Files"], exclude: ["README.md"], swiftSettings: strict),
        .target(name: "CScheduling", exclude: ["README.md"]),
        .target(
            name: "Simulation", dependencies: ["CScheduling", "Orchestrator", "DockerClient", "Ledger", "Reconciler", "TestSupport"],
            exclude: ["README.md"], swiftSettings: strict),
        .executableTarget(name: "simulate", dependencies: ["Simulation", "Ledger"], path: "Tests/Simulate", swiftSettings: strict),
        .testTarget(name: "SimulationTests", dependencies: ["Simulation", "DockerClient", "Orchestrator"], swiftSettings: strict),
        .testTarget(name: "DigestTests", dependencies: ["Digest"], swiftSettings: strict),
        .target(name: "FaultyVFS", dependencies: ["CSQLite"], path: "Tests/FaultyVFS"),
        .executableTarget(
            name: "ledger-fixture", dependencies: ["Ledger", "FaultyVFS"], path: "Tests/LedgerFixture", swiftSettings: strict),
        .testTarget(name: "LedgerTests", dependencies: ["Ledger", "CSQLite", "ledger-fixture", "TestSupport"], swiftSettings: strict),
        .executableTarget(
            name: "ledger-bench", dependencies: ["Ledger", "Orchestrator", "Reconciler"], path: "Benchmarks/ledger/LedgerBench",
            swiftSettings: strict),
        .executableTarget(
            name: "instructions", dependencies: ["Commands", "Ledger", "Orchestrator", "Reconciler", "TestSupport"],
            path: "Benchmarks/instructions",
            exclude: ["count.py"], swiftSettings: strict),
        .testTarget(
            name: "RecordsTests", dependencies: ["Commands", "Orchestrator", "Ledger", "Reconciler", "CSQLite", "TestSupport"],
            exclude: ["Corpus"], swiftSettings: strict),
        .testTarget(
            name: "OrchestratorTests", dependencies: ["Orchestrator", "DockerClient", "Ledger", "Reconciler", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "ReconcilerTests", dependencies: ["Reconciler", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "ReportTests", dependencies: ["Report", "Reconciler", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "CommandsTests", dependencies: ["Commands", "Orchestrator", "Reconciler"], swiftSettings: strict),
        .testTarget(name: "MinibossKitTests", dependencies: ["MinibossKit", "Orchestrator", "Reconciler"], swiftSettings: strict),
        .testTarget(
            name: "DefinitionLoaderTests", dependencies: ["DefinitionLoader", "Digest", "Files", "miniboss", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "ArchitectureTests", swiftSettings: strict),
        .executableTarget(name: "shop", dependencies: ["MinibossKit"], path: "Tests/OwnPackage", swiftSettings: strict),
        .testTarget(name: "EndToEndTests", dependencies: ["DockerClient", "TestSupport", "shop"], swiftSettings: strict),
        .testTarget(
            name: "KillTests",
            dependencies: ["TestSupport", "Simulation", "DockerClient", "Orchestrator", "Ledger", "Reconciler", "Digest"],
            swiftSettings: strict),
        .testTarget(name: "DockerClientTests", dependencies: ["DockerClient", "Digest", "TestSupport"], swiftSettings: strict),
    ]
)
